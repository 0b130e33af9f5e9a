"""EspoCRM's REST API without any entity: addresses, signatures, lists that are paged by key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from syncapp.clients.errors import ClientError, Rejected, UnexpectedAnswer
from syncapp.clients.espocrm.fields import ID
from syncapp.clients.espocrm.names import Names
from syncapp.clients.espocrm.refusals import refusal_of_espocrm
from syncapp.clients.espocrm.statuses import Table
from syncapp.clients.espocrm.types import SYSTEM
from syncapp.clients.http.answers import Answer, Refusal
from syncapp.clients.http.base import ClientConfig, OutsideClient
from syncapp.clients.http.calls import Call, Query
from syncapp.clients.http.parse import the_object, the_rows

T = TypeVar("T")
Where = tuple[str, str, str | Sequence[str]]  # type, attribute, value or values


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Conditions of which all of one choice hold (https://docs.espocrm.com/development/api-search-params/)."""

    choices: Sequence[Sequence[Where]]


API_PATH = "/api/v1"
LARGEST_PAGE = 200  # EspoCRM answers 403 to more (recordListMaxSizeLimit)
ADDRESS_BYTES, QUOTED = 6000, 9  # for the ids of a list; each comes with two quotes and a comma, percent-encoded
_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")  # 17 hex characters as a rule, uuids and short strings in some installations
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class EspoConfig(ClientConfig):
    """``base_url`` with or without ``/api/v1``. With ``api_secret`` calls are signed, else the key itself is sent."""

    base_url: str
    api_key: str = field(repr=False)
    api_secret: str = field(default="", repr=False)
    metadata_ttl: float = 300.0  # seconds
    page_size: int = LARGEST_PAGE
    statuses: Table = field(default_factory=dict)
    names: Names = field(default_factory=Names)

    @property
    def api_url(self) -> str:
        url = self.base_url.rstrip("/")
        return url if url.endswith(API_PATH) else url + API_PATH

    @property
    def rows(self) -> int:
        return max(1, min(self.page_size, LARGEST_PAGE))


def checked_id(value: str) -> str:
    if _ID.fullmatch(value):
        return value
    raise Rejected(SYSTEM, "unusable_id")


def checked_name(value: str) -> str:
    """An entity type or a link."""
    if _NAME.fullmatch(value):
        return value
    raise Rejected(SYSTEM, "unusable_name")


def path_of(entity_type: str, record_id: str | None = None, link: str | None = None) -> str:
    """Of a type, of one of its records, or of what is behind a link of that."""
    path = checked_name(entity_type)
    path += f"/{checked_id(record_id)}" if record_id is not None else ""
    return path + (f"/{checked_name(link)}" if link is not None else "")


def _where(at: str, item: Where | AnyOf, attribute: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """As PHP reads it: `where[0][type]=equals`."""
    if isinstance(item, AnyOf):
        yield f"{at}[type]", "or"
        for number, choice in enumerate(item.choices):
            yield f"{at}[value][{number}][type]", "and"
            for inner, condition in enumerate(choice):
                yield from _where(f"{at}[value][{number}][value][{inner}]", condition, attribute)
        return
    kind, name, value = item
    yield f"{at}[type]", kind
    yield f"{at}[attribute]", attribute(name)
    values = [value] if isinstance(value, str) else value
    yield from ((f"{at}[value]" + ("" if isinstance(value, str) else "[]"), each) for each in values)


class EspoRest(OutsideClient[EspoConfig]):
    system = SYSTEM

    def refused(self, refusal: Refusal) -> ClientError:
        return refusal_of_espocrm(refusal, self._config.names)

    def request(
        self,
        method: str,
        path: str,
        read: Callable[[Answer], T],
        *,
        query: Query = (),
        body: object = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> T:
        there = self._config.names.path(path)
        sent = {**self._identity(method, there), **(headers or {})}
        data = json.dumps(body).encode() if body is not None else None
        url = f"{self._config.api_url}/{there}"
        return self.perform(Call.of(method, url, there, sent, query=query, body=data, repeatable=repeatable), read)

    def record(self, entity_type: str, record_id: str) -> Mapping[str, Any]:
        """The raw record, whole."""
        answer = self.request("GET", path_of(entity_type, record_id), Answer.json)
        return self._config.names.read(entity_type, the_object(SYSTEM, answer))

    def page(
        self,
        path: str,
        select: Sequence[str],
        order_by: str,
        where: Sequence[Where | AnyOf] = (),
        *,
        of: str = "",
        most: int = LARGEST_PAGE,
    ) -> list[Mapping[str, Any]]:
        """The first rows in ascending order, at most a page; EspoCRM breaks ties by id (Select/Order/Applier.php).

        ``of``: the entity type of the rows, where the path leads over a link.
        """
        entity_type, names = of or path.partition("/")[0], self._config.names
        order = names.attribute(entity_type, order_by)
        query = [("maxSize", str(min(most, self._config.rows))), ("offset", "0"), ("orderBy", order), ("order", "asc")]
        if select:
            query.append(("select", ",".join(names.attribute(entity_type, name) for name in select)))
        for number, item in enumerate(where):
            query += _where(f"where[{number}]", item, lambda ours: names.attribute(entity_type, ours))
        answer = self.request("GET", path, Answer.json, query=query, headers={"X-No-Total": "true"})
        rows = the_rows(SYSTEM, the_object(SYSTEM, answer).get("list"), "list")
        return [names.read(entity_type, row) for row in rows]

    def rows(
        self, path: str, select: Sequence[str], where: Sequence[Where] = (), *, of: str = ""
    ) -> Iterator[Mapping[str, Any]]:
        """All rows, by id: what existed all the time comes exactly once.

        Each page asks for ids after the last one, so rows that come, go or change while this runs shift nothing.
        """
        after: list[Where] = []
        seen: set[object] = set()
        while True:
            page = self.page(path, select, ID, [*where, *after], of=of)
            ids = {row.get(ID) for row in page}
            if ids & seen:
                raise UnexpectedAnswer(SYSTEM, "paging")  # the server left out our condition; this would never end
            yield from page
            if len(page) < self._config.rows:
                return
            seen = ids
            after = [("greaterThan", ID, str(page[-1].get(ID)))]
            self.renew_patience()

    def by_ids(self, entity_type: str, ids: Sequence[str], select: Sequence[str] = ()) -> Iterator[Mapping[str, Any]]:
        """Those of these records that are there and may be seen, in no order. Long texts that are selected come cut, at
        10,000 characters if nobody changed that.

        Asked for as JSON (since EspoCRM 7.0, Core/Record/SearchParamsFetcher.php): a page of ids written out as PHP
        reads them makes an address that nginx and Apache refuse (8 KiB).
        """
        names, longest = self._config.names, max(map(len, ids), default=0)
        most = min(self._config.rows, ADDRESS_BYTES // (longest + QUOTED))
        for start in range(0, len(ids), most):
            some = [checked_id(each) for each in ids[start : start + most]]
            asked: dict[str, Any] = {"where": [{"type": "in", "attribute": ID, "value": some}], "maxSize": len(some)}
            if select:
                asked["select"] = [names.attribute(entity_type, name) for name in select]
            query = [("searchParams", json.dumps(asked, separators=(",", ":")))]
            answer = self.request("GET", path_of(entity_type), Answer.json, query=query, headers={"X-No-Total": "true"})
            wanted = set(some)
            for row in the_rows(SYSTEM, the_object(SYSTEM, answer).get("list"), "list"):
                if row.get(ID) in wanted:
                    yield names.read(entity_type, row)

    def write(self, method: str, path: str, body: Mapping[str, object], **how: Any) -> Mapping[str, Any]:
        entity_type, names = path.partition("/")[0], self._config.names
        answer = self.request(method, path, Answer.json, body=names.sent(entity_type, body), **how)
        return names.read(entity_type, the_object(SYSTEM, answer))

    def _identity(self, method: str, path: str) -> dict[str, str]:
        """https://docs.espocrm.com/development/api/#authentication; the signed path is without query."""
        config = self._config
        if not config.api_secret:
            return {"X-Api-Key": config.api_key}
        signature = hmac.new(config.api_secret.encode(), f"{method} /{path}".encode(), hashlib.sha256).hexdigest()
        return {"X-Hmac-Authorization": base64.b64encode(f"{config.api_key}:{signature}".encode()).decode()}
