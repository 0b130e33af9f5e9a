"""xAI's two hosts, and lists that are paged by token."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from syncapp.clients.errors import ClientError, Rejected, UnexpectedAnswer
from syncapp.clients.http.answers import Answer, Refusal
from syncapp.clients.http.base import USER_AGENT, Call, OutsideClient, StreamBody
from syncapp.clients.http.observe import Observer
from syncapp.clients.http.parse import the_list, the_object
from syncapp.clients.xai.config import XaiConfig
from syncapp.clients.xai.refusals import refusal_of_xai
from syncapp.clients.xai.types import SYSTEM

PAGE = 100  # the most that xAI gives at once
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")  # file_<uuid>, collection_<uuid>

Query = Sequence[tuple[str, str]]


def checked_id(value: str) -> str:
    if _ID.fullmatch(value):
        return value
    raise Rejected(SYSTEM, "unusable_id")


class XaiRest(OutsideClient):
    system = SYSTEM

    def __init__(
        self, config: XaiConfig, observer: Observer | None = None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(config.timeout, config.retry, observer, sleep=sleep)
        self._config = config
        self._files_host = (config.api_url.rstrip("/"), config.api_key)
        self._collections_host = (config.management_url.rstrip("/"), config.management_key)

    def refused(self, refusal: Refusal) -> ClientError:
        return refusal_of_xai(refusal)

    def ask(self, host: tuple[str, str], path: str, query: Query = ()) -> Mapping[str, Any]:
        return self._request(host, "GET", path, query=query)

    def tell(
        self, host: tuple[str, str], method: str, path: str, body: object = None, *, repeatable: bool = True
    ) -> Mapping[str, Any]:
        """A writing call. A POST or PUT always has a JSON body: xAI may answer 415 to an empty one."""
        data = None if method == "DELETE" else json.dumps({} if body is None else body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(data))} if data is not None else {}
        return self._request(host, method, path, headers=headers, body=data, write=True, repeatable=repeatable)

    def send_stream(
        self, host: tuple[str, str], path: str, headers: Mapping[str, str], body: Callable[[], StreamBody]
    ) -> Mapping[str, Any]:
        return self._request(host, "POST", path, headers=headers, body=body, write=True, repeatable=False)

    def listing(self, host: tuple[str, str], path: str, key: str, query: Query) -> Iterator[Mapping[str, Any]]:
        """All rows. A page is the last one when it is short: a token comes with every page."""
        token, used = "", set[str]()
        while True:
            paged = [("limit", str(PAGE)), *query, *([("pagination_token", token)] if token else [])]
            answer = self.ask(host, path, paged)
            rows = the_list(SYSTEM, answer, key) if answer.get(key) is not None else []  # gRPC leaves out empty lists
            yield from rows
            token = answer.get("pagination_token") or ""
            if len(rows) < PAGE or not token:
                return
            if not isinstance(token, str) or token in used:
                raise UnexpectedAnswer(SYSTEM, "paging")
            used.add(token)
            self.renew_patience()

    def _request(
        self,
        host: tuple[str, str],
        method: str,
        path: str,
        *,
        query: Query = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | Callable[[], StreamBody] | None = None,
        write: bool = False,
        repeatable: bool = True,
    ) -> Mapping[str, Any]:
        root, key = host
        url = f"{root}{path}?{urlencode(query)}" if query else root + path
        sent = {
            "Accept-Encoding": "gzip",
            "User-Agent": USER_AGENT,
            "Authorization": f"Bearer {key}",
            **(headers or {}),
        }
        call = Call(method, url, path, sent, body, write=write, repeatable=repeatable)
        return the_object(SYSTEM, self.perform(call, Answer.json if method == "GET" else Answer.json_if_any))
