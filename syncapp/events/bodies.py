"""Reads a webhook's body into items. Pure. One bad item never costs the others; the values are never quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_ITEMS = 5_000  # EspoCRM sends 50; a hook of the firm's own may send more
MAX_DEPTH = 32
MAX_PARTS = 100_000  # arrays and objects of all items: twenty each
MAX_VALUES = 500_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")


class Unreadable(Exception):
    """The body as a whole can't be used; the message says why and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entity to look at, and where in the batch it stood."""

    position: int
    entity_type: str
    entity_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    position: int
    reason: str

    def as_json(self) -> dict[str, object]:
        return {"index": self.position, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Batch:
    items: tuple[Item, ...]
    rejected: tuple[Rejected, ...]
    total: int = field(default=0)


def entities(body: bytes, entity_type: str) -> Batch:
    """What EspoCRM sends: an array of attribute maps with an `id` each, or a single one.

    A hook of the firm's own may say `{"entity_id", "entity_type", "action"}` instead; an item of another type than this
    door's is then a mistake. (Beside an `id` a field of that name is one of the entity's own.)
    """
    return _batch(body, lambda raw: [(entity_type, _entity_in(raw, entity_type))])


def links(body: bytes) -> Batch:
    """The firm's own hook: `{"entityType","entityId","link","foreignType","foreignId"}`, snake_case too, or an array.

    Both ends of a link are to be looked at.
    """
    return _batch(
        body,
        lambda raw: [
            (_type_in(raw, "entityType", "entity_type"), _id_in(raw, "entityId", "entity_id")),
            (_type_in(raw, "foreignType", "foreign_type"), _id_in(raw, "foreignId", "foreign_id")),
        ],
    )


def _batch(body: bytes, read: Callable[[Mapping[str, Any]], list[tuple[str, str]]]) -> Batch:
    rows = _rows(body)
    items: list[Item] = []
    rejected: list[Rejected] = []
    for position, raw in enumerate(rows):
        try:
            if not isinstance(raw, dict):
                raise _Bad("not an object")
            items += [Item(position, entity_type, entity_id) for entity_type, entity_id in read(raw)]
        except _Bad as exc:
            rejected.append(Rejected(position, str(exc)))
    if rejected and not items:
        raise Unreadable(f"no item of {len(rows)} can be used; the first: {rejected[0].reason}")
    return Batch(tuple(items), tuple(rejected), len(rows))


def _rows(body: bytes) -> list[Any]:
    _bound(body)
    try:
        parsed = json.loads(body, parse_constant=_no_constant, parse_int=_number, parse_float=_number)
    except (ValueError, RecursionError):
        raise Unreadable("not valid JSON") from None
    if isinstance(parsed, dict):
        return [parsed]
    if not isinstance(parsed, list):
        raise Unreadable("neither an array nor an object")
    if len(parsed) > MAX_ITEMS:
        raise Unreadable(f"more than {MAX_ITEMS} items")
    return parsed


class _Bad(Exception):
    """One item is no good."""


def _id_in(raw: Mapping[str, Any], *names: str) -> str:
    value = _first(raw, names)
    if value is None:
        raise _Bad(f"{names[0]} is missing")
    if not isinstance(value, str):
        raise _Bad(f"{names[0]} is not a text")
    if not _ID.fullmatch(value):
        raise _Bad(f"{names[0]} is not an id")
    return value


def _type_in(raw: Mapping[str, Any], *names: str) -> str:
    value = _first(raw, names)
    if not isinstance(value, str) or not _TYPE.fullmatch(value):
        raise _Bad(f"{names[0]} is missing or not an entity type")
    return value


def _entity_in(raw: Mapping[str, Any], entity_type: str) -> str:
    if "id" not in raw and _first(raw, ("entity_type", "entityType")) not in (None, entity_type):
        raise _Bad("entity_type is not that of this address")
    return _id_in(raw, "id", "entity_id", "entityId")


def _first(raw: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((raw[name] for name in names if raw.get(name) not in (None, "")), None)


def _number(_: str) -> int:
    # Numbers are of no use here, and a number of a million digits would take minutes to parse.
    return 0


def _no_constant(_: str) -> None:
    raise ValueError


# One bracket outside of texts at a time, or the end; texts and what lies between are skipped without going back.
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


def _bound(body: bytes) -> None:
    """Refuses what would take long to parse, in milliseconds: json.loads has no bounds of its own."""
    if body.count(b'"') > 4 * MAX_VALUES:
        raise Unreadable("too many values")
    if body.count(b",") > MAX_VALUES and _TEXT.sub(b"", body).count(b",") > MAX_VALUES:
        raise Unreadable("too many values")
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = parts = 0
    for match in _BRACKET.finditer(body):
        if match[1] in (b"]", b"}"):
            depth -= 1
            continue
        depth, parts = depth + 1, parts + 1
        if depth > MAX_DEPTH:
            raise Unreadable("nested too deeply")
        if parts > MAX_PARTS:
            raise Unreadable("too many arrays and objects")
