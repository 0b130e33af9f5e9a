"""EspoCRM's REST API without any entity: addresses, signatures, lists that are paged by key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from syncapp.clients.errors import ClientError, Rejected, UnexpectedAnswer
from syncapp.clients.espocrm.config import EspoConfig
from syncapp.clients.espocrm.fields import ID
from syncapp.clients.espocrm.refusals import refusal_of_espocrm
from syncapp.clients.espocrm.types import SYSTEM
from syncapp.clients.http.answers import Answer, Refusal
from syncapp.clients.http.base import USER_AGENT, Call, OutsideClient
from syncapp.clients.http.observe import Observer
from syncapp.clients.http.parse import the_list, the_object

T = TypeVar("T")
Where = tuple[str, str, str]  # type, attribute, value

_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")  # 17 hex characters as a rule, uuids and short strings in some installations
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")


def checked_id(value: str) -> str:
    if _ID.fullmatch(value):
        return value
    raise Rejected(SYSTEM, "unusable_id")


def checked_name(value: str) -> str:
    """An entity type or a link."""
    if _NAME.fullmatch(value):
        return value
    raise Rejected(SYSTEM, "unusable_name")


class EspoRest(OutsideClient):
    system = SYSTEM

    def __init__(
        self, config: EspoConfig, observer: Observer | None = None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        verify = config.ca_file or True
        super().__init__(config.timeout, config.retry, observer, verify=verify, sleep=sleep)
        self._config = config
        self._root = config.api_url

    def refused(self, refusal: Refusal) -> ClientError:
        return refusal_of_espocrm(refusal)

    def request(
        self,
        method: str,
        path: str,
        read: Callable[[Answer], T],
        *,
        query: Sequence[tuple[str, str]] = (),
        body: object = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> T:
        sent = {
            "Accept-Encoding": "gzip",
            "User-Agent": USER_AGENT,
            **self._identity(method, path),
            **(headers or {}),
        }
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
            sent["Content-Length"] = str(len(data))
        url = f"{self._root}/{path}"
        if query:
            url += "?" + urlencode(query)
        return self.perform(Call(method, url, path, sent, data, write=method != "GET", repeatable=repeatable), read)

    def read_json(self, path: str, query: Sequence[tuple[str, str]] = ()) -> object:
        return self.request("GET", path, Answer.json, query=query)

    def page(
        self, path: str, select: Sequence[str], order_by: str, where: Sequence[Where] = ()
    ) -> list[Mapping[str, Any]]:
        """The first rows in ascending order, at most a page; EspoCRM breaks ties by id (Select/Order/Applier.php)."""
        query = [("maxSize", str(self._config.rows)), ("offset", "0"), ("orderBy", order_by), ("order", "asc")]
        if select:
            query.append(("select", ",".join(select)))
        for number, (kind, attribute, value) in enumerate(where):
            query.append((f"where[{number}][type]", kind))
            query.append((f"where[{number}][attribute]", attribute))
            query.append((f"where[{number}][value]", value))
        answer = self.request("GET", path, Answer.json, query=query, headers={"X-No-Total": "true"})
        return the_list(SYSTEM, answer, "list")

    def rows(self, path: str, select: Sequence[str], where: Sequence[Where] = ()) -> Iterator[Mapping[str, Any]]:
        """All rows, by id: what existed all the time comes exactly once.

        Each page asks for ids after the last one, so rows that come, go or change while this runs shift nothing.
        """
        after: list[Where] = []
        seen: set[object] = set()
        while True:
            page = self.page(path, select, ID, [*where, *after])
            ids = {row.get(ID) for row in page}
            if ids & seen:
                raise UnexpectedAnswer(SYSTEM, "paging")  # the server left out our condition; this would never end
            yield from page
            if len(page) < self._config.rows:
                return
            seen = ids
            after = [("greaterThan", ID, str(page[-1].get(ID)))]
            self.renew_patience()

    def write(
        self,
        method: str,
        path: str,
        body: object,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Mapping[str, Any]:
        answer = self.request(method, path, Answer.json, body=body, headers=headers, repeatable=repeatable)
        return the_object(SYSTEM, answer)

    def _identity(self, method: str, path: str) -> dict[str, str]:
        """https://docs.espocrm.com/development/api/#authentication; the signed path is without query."""
        config = self._config
        if not config.api_secret:
            return {"X-Api-Key": config.api_key}
        signature = hmac.new(config.api_secret.encode(), f"{method} /{path}".encode(), hashlib.sha256).hexdigest()
        return {"X-Hmac-Authorization": base64.b64encode(f"{config.api_key}:{signature}".encode()).decode()}
