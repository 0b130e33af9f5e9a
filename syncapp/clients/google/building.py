"""Requests as Google's own library builds them, out of the description of the API that it brings; nothing is sent.

The library's transport is left out: it shares no connection between threads, and our own turns every failure of the
wire into one of our errors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from syncapp.clients.errors import Rejected
from syncapp.clients.google.types import SYSTEM


@dataclass(frozen=True, slots=True)
class Built:
    """One request to be. ``path`` is what the trace may show; ``user`` is who Google counts it for."""

    method: str
    url: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    user: str = ""


class Api:
    """Google Calendar v3 at one address. Get it by ``api``."""

    def __init__(self, root: str) -> None:
        # The library is the largest of all: for those only who ask Google for something.
        from googleapiclient.discovery import build_from_document
        from googleapiclient.discovery_cache import get_static_doc

        document: dict[str, Any] = json.loads(get_static_doc("calendar", "v3"))
        document["rootUrl"] = root.rstrip("/") + "/"
        service: Any = build_from_document(document, http=object())  # else it looks for credentials of its own
        self._resources: Mapping[str, Any] = {
            "events": service.events(),
            "calendars": service.calendars(),
            "calendarList": service.calendarList(),
            "acl": service.acl(),
            "channels": service.channels(),
        }
        self._base = urljoin(document["rootUrl"], document["servicePath"])
        self.batch_url = urljoin(document["rootUrl"], document["batchPath"])

    def build(self, resource: str, method: str, etag: str = "", **parameters: Any) -> Built:
        """``Rejected`` for an empty id, which would name the whole list."""
        if any(value == "" for name, value in parameters.items() if name.endswith("Id")):
            raise Rejected(SYSTEM, "empty_id")
        given = {name: value for name, value in parameters.items() if value is not None}
        user = _quota_user(given["calendarId"]) if "calendarId" in given else ""
        if user:
            given["quotaUser"] = user
        made: Any = getattr(self._resources[resource], method)(**given)
        headers = {name.title(): value for name, value in made.headers.items()}
        if etag:
            headers["If-Match"] = etag
        body = made.body.encode() if made.body is not None else None
        path = unquote(urlsplit(made.uri).path[len(urlsplit(self._base).path) :])
        return Built(made.method, made.uri, path, headers, body, user)


def _quota_user(calendar_id: str) -> str:
    """The limit of one user, instead of one for all that a service account does, is counted by it.

    At most 40 characters (developers.google.com/calendar/api/guides/quota); names nobody.
    """
    return hashlib.sha256(calendar_id.encode()).hexdigest()[:40]


@lru_cache(maxsize=4)
def api(root: str) -> Api:
    """One for the process: what it holds never changes, so threads may share it."""
    return Api(root)
