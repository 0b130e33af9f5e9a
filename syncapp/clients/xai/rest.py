"""xAI's two hosts with a key each, and lists that are paged by token."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from syncapp.clients.errors import ClientError, NotFound, Rejected, Unauthorized, UnexpectedAnswer
from syncapp.clients.http.answers import Answer, Refusal
from syncapp.clients.http.base import ClientConfig, OutsideClient
from syncapp.clients.http.calls import Body, Call, Query
from syncapp.clients.http.parse import the_object
from syncapp.clients.http.retry import RetryPolicy
from syncapp.clients.xai.types import SYSTEM

T = TypeVar("T")

FILES = "/v1/files"
PAGE = 100  # the most that xAI gives at once
WRONG_KEY = b"incorrect api key"
PATIENT = RetryPolicy(attempts=5, first=2.0, cap=60.0)  # xAI's 429 often comes without Retry-After
MEGABYTE = 1024 * 1024
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")  # file_<uuid>, collection_<uuid>


@dataclass(frozen=True, slots=True)
class XaiConfig(ClientConfig):
    api_url: str = "https://api.x.ai"
    management_url: str = "https://management-api.x.ai"
    api_key: str = field(default="", repr=False)
    management_key: str = field(default="", repr=False)
    timeout: float = field(default=60.0, kw_only=True)  # seconds without a byte
    retry: RetryPolicy = field(default=PATIENT, kw_only=True)
    max_file_bytes: int = 48 * MEGABYTE  # the smallest limit in xAI's contradicting pages


def is_id(value: str) -> bool:
    """Whether it may be one; people write words where ids stand."""
    return bool(_ID.fullmatch(value))


def checked_id(value: str) -> str:
    if is_id(value):
        return value
    raise Rejected(SYSTEM, "unusable_id")


class XaiRest(OutsideClient[XaiConfig]):
    system = SYSTEM

    def refused(self, refusal: Refusal) -> ClientError:
        """xAI's errors have four shapes ({"code", "error"}, {"error": {...}}, {"code": 5, "message"}, plain text): the
        body is searched for one phrase and for the names of what was sent, and never quoted."""
        if refusal.status == 401 or (refusal.status == 400 and WRONG_KEY in refusal.body.lower()):
            return refusal.error(Unauthorized, "wrong_key")
        if refusal.status == 404 and refusal.headers.get("Content-Type", "").startswith("text/html"):
            return refusal.error(UnexpectedAnswer, "not_xai")  # a proxy's page must not pass for "the file is gone"
        return refusal.by_status(field=refusal.named if refusal.status in (400, 422) else None)

    def ask(self, path: str, query: Query = ()) -> Mapping[str, Any]:
        return self.request("GET", path, query=query)

    def tell(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, repeatable: bool = True
    ) -> Mapping[str, Any]:
        """A writing call. A POST or PUT always has a JSON body: xAI may answer 415 to an empty one."""
        return self.request(method, path, body=json.dumps(body or {}).encode(), repeatable=repeatable)

    def delete(self, path: str) -> bool:
        """False when it was gone already."""
        try:
            self.request("DELETE", path)
        except NotFound:
            return False
        return True

    def listing(self, path: str, key: str, query: Query) -> Iterator[Mapping[str, Any]]:
        """All rows. A page is the last one when it is short: a token comes with every page."""

        def ask(token: str) -> Mapping[str, Any]:
            return self.ask(path, [("limit", str(PAGE)), *query, *([("pagination_token", token)] if token else [])])

        for page in self.pages(ask, "pagination_token"):
            rows = page.rows(key)
            yield from rows
            if len(rows) < PAGE:
                return

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        repeatable: bool = True,
    ) -> Mapping[str, Any]:
        call = self._call(method, path, query, headers, body, repeatable=repeatable)
        return the_object(SYSTEM, self.perform(call, Answer.json if method == "GET" else Answer.json_if_any))

    def read(self, path: str, reader: Callable[[Answer], T]) -> T:
        """What is no JSON."""
        return self.perform(self._call("GET", path, (), {"Accept-Encoding": "identity"}, None, repeatable=True), reader)

    def _call(
        self,
        method: str,
        path: str,
        query: Query,
        headers: Mapping[str, str] | None,
        body: Body | None,
        *,
        repeatable: bool,
    ) -> Call:
        config = self._config  # files and collections are at hosts of their own
        root, key = config.management_url, config.management_key
        if path.startswith(FILES):
            root, key = config.api_url, config.api_key
        sent = {"Authorization": f"Bearer {key}", **(headers or {})}
        return Call.of(method, root.rstrip("/") + path, path, sent, query=query, body=body, repeatable=repeatable)
