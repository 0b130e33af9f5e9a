"""Appointments as either side has them, for tests of what is decided about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, declared, said
from syncapp.flows.calendar.sides import Rules
from syncapp.flows.lens.declaration import Base

BERLIN = ZoneInfo("Europe/Berlin")
FIELDS = declared(BERLIN)
RULES = Rules(BERLIN)


def termin(**changed: Any) -> dict[str, Any]:
    """Of Advoware, 4 May 2026 from ten to eleven."""
    return {
        "frNr": 7,
        "text": "Termin",
        "ort": "Saal 3",
        "notiz": "Akte",
        "datum": "2026-05-04T00:00:00",
        "uhrzeitVon": "10:00:00",
        "datumBis": "2026-05-04T00:00:00",
        "uhrzeitBis": "11:00:00",
        "privat": 0,
        "anwalt": "XY",
        **changed,
    }


def event(**changed: Any) -> dict[str, Any]:
    """Of Google, the same."""
    return {
        "id": "e",
        "summary": "Termin",
        "location": "Saal 3",
        "description": "Akte",
        "start": timed("2026-05-04T10:00:00+02:00"),
        "end": timed("2026-05-04T11:00:00+02:00"),
        "colorId": "7",
        "attendees": [{"email": "zeuge@x.example"}],
        **changed,
    }


def timed(moment: str) -> dict[str, str]:
    return {"dateTime": moment, "timeZone": "Europe/Berlin"}


def agreed(here: Mapping[str, Any] | None = None, there: Mapping[str, Any] | None = None) -> dict[str, Base[Any]]:
    one, other = said(FIELDS, ADVOWARE, here or termin()), said(FIELDS, GOOGLE, there or event())
    return {name: Base(one[name], other[name]) for name in one}
