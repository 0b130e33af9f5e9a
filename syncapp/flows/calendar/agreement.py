"""What both sides said of an appointment when they last agreed, as a link stores it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.calendar import form
from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, WHEN, Appointment, Declared, said
from syncapp.flows.lens.agreement import Bases
from syncapp.flows.lens.core import Raw
from syncapp.flows.lens.declaration import Base, Side
from syncapp.flows.lens.records import loaded_said, stored_said
from syncapp.flows.lens.spans import Span

Json = Mapping[str, Any]


def to_json(appointment: Appointment) -> dict[str, Any]:
    return {name: stored_said(value, _dump) for name, value in appointment.items()}


def from_json(raw: Json, zone: ZoneInfo) -> Appointment:
    """What `to_json` made of an appointment, or what earlier versions stored."""
    if _is_form(raw):
        return form.read(raw, zone)
    return {name: loaded_said(value, _load) for name, value in raw.items()}


def bases(
    agreed: tuple[Json | None, Json | None], here: Raw | None, there: Raw | None, fields: Declared, zone: ZoneInfo
) -> dict[str, Base[Any]]:
    """By field; none: never agreed. `here`, `there`: the sides as they are now."""
    if agreed[0] is None or agreed[1] is None:
        return {}
    one = _of_side(agreed[0], ADVOWARE, here, fields, zone)
    other = _of_side(agreed[1], GOOGLE, there, fields, zone)
    return {name: Base(one[name], other[name]) for name in one if name in other}


def _of_side(json_: Json, side: Side, raw: Raw | None, fields: Declared, zone: ZoneInfo) -> Appointment:
    """Earlier versions did not store which of two equal hours was meant, and read less of a description: a side that is
    as they stored it said then what it says now."""
    agreed = from_json(json_, zone)
    if raw is None or not _is_form(json_):
        return agreed
    now = said(fields, side, raw)
    same = {WHEN: form.same_times(json_, now[WHEN], zone)}
    same["note"] = side is GOOGLE and form.same_note(json_, raw.get("description"))
    return {name: now[name] if same.get(name) else value for name, value in agreed.items()}


def to_store(bases: Bases) -> tuple[dict[str, Any], ...]:
    """Advoware's half, and Google's."""
    return tuple(to_json({name: base.of(side) for name, base in bases.items()}) for side in Side)


def stand(appointment: Json) -> str:
    """A short text for what an event is like, out of its JSON; nothing can be read out of it."""
    return hashlib.sha256(json.dumps(appointment, sort_keys=True).encode()).hexdigest()[:32]


def _is_form(raw: Json) -> bool:
    return "all_day" in raw


def _dump(value: Any) -> Any:
    return value.to_json() if isinstance(value, Span) else value


def _load(raw: Any) -> Any:
    return Span.from_json(raw) if isinstance(raw, list) else raw
