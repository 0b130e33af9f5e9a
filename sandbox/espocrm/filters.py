"""Lists: which records fit `where`, in which order, and which attributes of them are wanted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import parse_qsl

from sandbox.espocrm import contacts
from sandbox.espocrm.errors import EspoError
from sandbox.espocrm.links import Links
from sandbox.espocrm.records import Record

Test = Callable[[Record], bool]
KEY = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")


def nested(query: str) -> dict[str, Any]:
    """A query as PHP reads it: `where[0][type]=equals` becomes {"where": {"0": {"type": "equals"}}}."""
    found: dict[str, Any] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        parts = KEY.findall(key)
        here = found
        for part in parts[:-1]:
            inner = here.setdefault(part or str(len(here)), {})
            if not isinstance(inner, dict):
                raise EspoError(400, "Bad query.")
            here = inner
        if parts:
            here[parts[-1] or str(len(here))] = value
    return found


def search_params(query: str) -> dict[str, Any]:
    """What a list is asked for: as PHP reads the query, or all of it as JSON (Core/Record/SearchParamsFetcher.php)."""
    asked = nested(query)
    if "searchParams" not in asked:
        return asked
    try:
        found = json.loads(asked["searchParams"])
    except ValueError as wrong:
        raise EspoError(400, "Invalid search params JSON.") from wrong
    if not isinstance(found, dict):
        raise EspoError(500)
    if not isinstance(found.get("maxSize", 0), int):
        raise EspoError(400, "maxSize must be integer.")
    for name in ("select", "where"):
        if not isinstance(found.get(name, []), list):
            raise EspoError(400, f"{name} should be array.")
    return found


def names(select: Any) -> list[str]:
    return [str(name) for name in (select if isinstance(select, list) else str(select).split(",")) if name]


def as_list(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower()


def _number(value: Any) -> int | None:
    return int(value) if re.fullmatch(r"-?\d+", str(value)) else None


def _same(stored: Any, wanted: Any) -> bool:
    if isinstance(stored, bool):
        return stored == (str(wanted).lower() in ("1", "true"))
    return stored is not None and _text(stored) == _text(wanted)


def _compare(stored: Any, wanted: Any) -> int | None:
    """-1, 0, 1; None when one of them is empty, which fits no comparison."""
    if stored is None or wanted is None:
        return None
    if isinstance(stored, int):
        number = _number(wanted)
        return None if number is None else int(stored > number) - int(stored < number)
    return int(str(stored) > str(wanted)) - int(str(stored) < str(wanted))


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": _same,
    "notEquals": lambda stored, wanted: not _same(stored, wanted),
    "on": lambda stored, wanted: stored is not None and str(stored).startswith(str(wanted)),
    "after": lambda stored, wanted: _compare(stored, wanted) == 1,
    "before": lambda stored, wanted: _compare(stored, wanted) == -1,
    "greaterThan": lambda stored, wanted: _compare(stored, wanted) == 1,
    "lessThan": lambda stored, wanted: _compare(stored, wanted) == -1,
    "greaterThanOrEquals": lambda stored, wanted: _compare(stored, wanted) in (0, 1),
    "lessThanOrEquals": lambda stored, wanted: _compare(stored, wanted) in (0, -1),
    "isNull": lambda stored, wanted: stored is None or stored == [],
    "isNotNull": lambda stored, wanted: stored is not None and stored != [],
    "isTrue": lambda stored, wanted: stored is True,
    "isFalse": lambda stored, wanted: stored is not True,
    "contains": lambda stored, wanted: _text(wanted) in _text(stored),
    "notContains": lambda stored, wanted: _text(wanted) not in _text(stored),
    "startsWith": lambda stored, wanted: _text(stored).startswith(_text(wanted)),
    "endsWith": lambda stored, wanted: _text(stored).endswith(_text(wanted)),
    "like": lambda stored, wanted: bool(
        re.fullmatch(re.escape(_text(wanted)).replace("%", ".*").replace("_", "."), _text(stored), re.DOTALL)
    ),
    "in": lambda stored, wanted: any(_same(stored, item) for item in as_list(wanted)),
    "notIn": lambda stored, wanted: not any(_same(stored, item) for item in as_list(wanted)),
    "between": lambda stored, wanted: (
        _compare(stored, as_list(wanted)[0]) in (0, 1) and _compare(stored, as_list(wanted)[-1]) in (0, -1)
    ),
    "arrayAnyOf": lambda stored, wanted: bool(set(stored or []) & set(as_list(wanted))),
    "arrayAllOf": lambda stored, wanted: set(as_list(wanted)) <= set(stored or []),
    "arrayNoneOf": lambda stored, wanted: not set(stored or []) & set(as_list(wanted)),
    "arrayIsEmpty": lambda stored, wanted: not stored,
    "arrayIsNotEmpty": lambda stored, wanted: bool(stored),
}


def where(item: dict[str, Any], entity_type: str, known: set[str], hidden: Collection[str], links: Links) -> Test:
    """A test for one item of `where`; EspoError 400 for a kind or an attribute that does not exist, 403 for what is
    `hidden`, attribute or link (Core/Select/Where/Checker.php, 9.2 and 10.0)."""
    kind, attribute, value = item.get("type"), str(item.get("attribute", item.get("field", ""))), item.get("value")
    if kind == "not":
        raise EspoError(403, "Sub-queries are forbidden in where.")
    if kind in ("and", "or"):
        tests = [where(part, entity_type, known, hidden, links) for part in as_list(value)]
        combine = any if kind == "or" else all
        return lambda record: combine(test(record) for test in tests)
    if kind in ("linkedWith", "notLinkedWith", "isLinked", "isNotLinked"):
        links.foreign(entity_type, attribute)
        if attribute in hidden:
            raise EspoError(403, f"Forbidden relation '{attribute}' in where.")
        wanted = set(as_list(value))
        return lambda record: _linked(kind, wanted, set(links.ids(entity_type, record["id"], attribute)))
    if kind not in COMPARISONS:
        raise EspoError(400, f"Bad where item: unknown type '{kind}'.")
    if attribute not in known:
        raise EspoError(400, f"Bad where item: attribute '{attribute}' does not exist in {entity_type}.")
    if attribute in hidden:
        raise EspoError(403, f"Forbidden attribute '{attribute}' in where.")
    compare = COMPARISONS[kind]
    if attribute in contacts.FIELDS and kind in ("equals", "in"):
        # Of all of them, not of the primary one alone (Core/Utils/Database/Orm/FieldConverters/Email.php).
        return lambda record: any(compare(row[attribute], value) for row in record.get(f"{attribute}Data") or ())
    return lambda record: compare(record[attribute], value)


def _linked(kind: str, wanted: set[str], found: set[str]) -> bool:
    match kind:
        case "linkedWith":
            return bool(found & wanted)
        case "notLinkedWith":
            return not found & wanted
        case "isLinked":
            return bool(found)
    return not found


def order_key(attribute: str) -> Callable[[Record], tuple[bool, Any]]:
    """Empty values first, as in MySQL."""
    return lambda record: (record[attribute] is not None, "" if record[attribute] is None else record[attribute])
