"""Makes an instance of any action out of its annotations, in which every text that is a client's is marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from django.db.models import Model

from syncapp.flows.lens.core import Value

SECRET = "Geheim von Frau Müller"
# What may be shown by the name that it has: ids, and what the hub itself says or names.
HARMLESS = frozenset({"id", "label", "field", "entity_type", "status", "calendar_name", "address", "why", "system"})


def made(kind: type) -> Any:
    return kind(**{name: _value(hint, name) for name, hint in _hints(kind).items()})


def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind) if each.init}


def _value(hint: Any, name: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _value(next(each for each in inner if each is not NoneType), name)
    if origin is not None and issubclass(origin, Mapping):
        # Values by the names of their fields; or contacts, by themselves.
        return {"vorname" if inner[1] in (str, object, Value[str]) else SECRET: _value(inner[1], name)}
    if is_dataclass(origin):
        return made(origin)
    if origin in (tuple, frozenset, list):
        return origin([_value(inner[0], name)])
    if hint in (str, object, Any) or isinstance(hint, TypeVar):
        return f"{name}-1" if name in HARMLESS or name.endswith("_id") else SECRET
    if hint in (int, bool, float):
        return 1
    if hint in (datetime, date):
        return hint(2026, 1, 1)
    if issubclass(hint, Enum):
        return next(iter(hint))
    if issubclass(hint, Model):
        return hint(number=4711)
    if is_dataclass(hint):
        return made(hint)
    raise AssertionError(f"{hint} of {name} is not known here")
