"""What a side has refused, as a link stores it: it is not asked again that day, and a person is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from syncapp.clients import errors
from syncapp.clients.errors import ClientError
from syncapp.clients.google import OF_ONE_EVENT
from syncapp.flows.calendar import agreement
from syncapp.flows.calendar.fields import Appointment
from syncapp.flows.calendar.sides import Fixed, Pair, Shown, Shows
from syncapp.flows.calendar.state import Item
from syncapp.flows.lens.core import CantHold, Why
from syncapp.flows.lens.declaration import Side
from syncapp.models import CalendarLink

_ON, _WHOLE = "on", "whole"


def refused_values(link: CalendarLink, zone: ZoneInfo) -> dict[Side, Appointment]:
    kept = _todays(link)
    return {side: agreement.from_json(kept[side], zone) for side in Side if side in kept}


def as_it_lets_us(link: CalendarLink, side: Side, shows: Shows) -> Shows:
    """With what the system said today about changing it."""
    refused = side in _todays(link).get(_WHOLE, ())
    return replace(shows, fixed=shows.fixed or Fixed.FORBIDDEN) if refused and isinstance(shows, Shown) else shows


def stored(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, outcome in item.decision.outcomes.items():
        if outcome.reason == CantHold(Why.REFUSED):
            found.setdefault(outcome.to[0], {}).update(agreement.to_json({name: outcome.value}))
    sides = {Side.HERE: item.pair.advoware, Side.THERE: item.pair.google}
    if whole := [side for side, shows in sides.items() if isinstance(shows, Shown) and shows.fixed == Fixed.FORBIDDEN]:
        found[_WHOLE] = whole
    return {_ON: timezone.localdate().isoformat(), **found} if found else {}


def of_this_one(error: ClientError, item: Item) -> Side | None:
    """The side on which just this appointment may not be changed; None: the error says something else."""
    side = Side.THERE if error.system == "google" else Side.HERE
    about = isinstance(error, errors.Forbidden) and (side is Side.HERE or error.code in OF_ONE_EVENT)
    return side if about and item.raw(side) else None


def forbidden(pair: Pair, side: Side) -> Pair:
    name = "advoware" if side is Side.HERE else "google"
    return replace(pair, **{name: replace(getattr(pair, name), fixed=Fixed.FORBIDDEN)})


def _todays(link: CalendarLink) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = link.refused
    return kept if kept.get(_ON) == timezone.localdate().isoformat() else {}
