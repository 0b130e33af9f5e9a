"""Pages and sync tokens. A list is fixed with its first page; what changes meanwhile is in the next list of changes."""

from __future__ import annotations

import base64
import json
import secrets
from collections import OrderedDict
from typing import Any

from werkzeug.wrappers import Request

from sandbox.google.errors import GoogleError
from sandbox.google.records import Row
from sandbox.google.store import Store

Record = dict[str, Any]
SHORT_PAGE, MOST_SHORT = 100, 250  # of rules and of lists of calendars
MOST_LISTS = 500  # that wait for their next page; the oldest are forgotten


class Pages:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.waiting: OrderedDict[str, tuple[str, list[Record], str]] = OrderedDict()

    def first(self, request: Request, rows: list[Record], sync_token: str, default: int, most: int) -> Record:
        """`items`, and either `nextPageToken` or, on the last page and unless empty, `nextSyncToken`."""
        return self._page(request.path, rows, sync_token, self.size(request, default, most))

    def next(self, request: Request, default: int, most: int) -> Record:
        """GoogleError 400 for a token that is none, or one of another list."""
        path, rows, sync_token = self.waiting.get(request.args["pageToken"], ("", [], ""))
        if path != request.path:
            raise GoogleError("invalid", "Invalid page token value.", parameter="pageToken")
        return self._page(path, rows, sync_token, self.size(request, default, most))

    def _page(self, path: str, rows: list[Record], sync_token: str, size: int) -> Record:
        page: Record = {"items": rows[:size]}
        if rows[size:]:
            token = secrets.token_urlsafe(12)
            self.waiting[token] = (path, rows[size:], sync_token)
            while len(self.waiting) > MOST_LISTS:
                self.waiting.popitem(last=False)
            return page | {"nextPageToken": token}
        return page | ({"nextSyncToken": sync_token} if sync_token else {})

    def size(self, request: Request, default: int, most: int) -> int:
        try:
            size = int(request.args.get("maxResults", default))
        except ValueError:
            size = 0
        if size < 1:
            raise GoogleError("invalid", "Invalid value for: maxResults", parameter="maxResults")
        return min(size, most, self.store.settings.page_limit or most)

    def sync_token(self, of: str, **query: Any) -> str:
        """What is good for the changes after this moment."""
        token = {"of": of, "epoch": self.store.epoch, "revision": self.store.revision, "query": query}
        return base64.urlsafe_b64encode(json.dumps(token).encode()).decode().rstrip("=")

    def since(self, text: str, of: str) -> tuple[int, Record]:
        """The revision a token stands for, and its query. GoogleError 410 when it is no longer good, 400 if none."""
        try:
            token = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            revision, epoch, query = int(token["revision"]), int(token["epoch"]), dict(token["query"])
        except (ValueError, KeyError, TypeError):
            raise GoogleError("invalid", "Invalid sync token value.", parameter="syncToken") from None
        if token["of"] != of:
            raise GoogleError("invalid", "Invalid sync token value.", parameter="syncToken")
        if epoch != self.store.epoch:
            raise GoogleError("fullSyncRequired", parameter="syncToken")
        return revision, query

    def listed(self, request: Request, rows: list[tuple[Record, Row]], of: str) -> Record:
        """Rules, or the entries of a list: all, or what changed since a sync token."""
        if "pageToken" in request.args:
            return self.next(request, SHORT_PAGE, MOST_SHORT)
        if token := request.args.get("syncToken"):
            revision, _ = self.since(token, of)
            rows = [pair for pair in rows if pair[1].revision > revision]
        elif not flag(request, "showDeleted"):
            rows = [pair for pair in rows if not pair[1].deleted]
        shown = [record for record, _ in rows]
        return self.first(request, shown, self.sync_token(of), SHORT_PAGE, MOST_SHORT)

    def clear(self) -> None:
        self.waiting.clear()


def flag(request: Request, name: str) -> bool:
    text = request.args.get(name, "false").lower()
    if text not in ("true", "false"):
        raise GoogleError("invalid", f"Invalid value for: {name}", parameter=name)
    return text == "true"
