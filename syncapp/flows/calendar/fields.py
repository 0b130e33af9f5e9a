"""The fields of an appointment, each once, and how either side says it. Pure.

Advoware is here, Google there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.lens.core import Attribute, CantHold, Raw, Said, Unreadable
from syncapp.flows.lens.days import Choice
from syncapp.flows.lens.declaration import Field, Side
from syncapp.flows.lens.descriptions import Description
from syncapp.flows.lens.spans import Span
from syncapp.flows.lens.spans_advoware import AdvowareSpan
from syncapp.flows.lens.spans_google import GoogleSpan
from syncapp.flows.lens.texts import Text

ADVOWARE, GOOGLE = Side.HERE, Side.THERE
WHEN, CONTENTS = "when", ("text", "place", "note")
NO_TEXT = "(ohne Betreff)"  # Advoware wants a text
SUMMARY_LENGTH, DESCRIPTION_LENGTH = 1024, 8192  # signs; what is longer Google refuses or cuts
# What of an event the lenses below look at.
OF_EVENT = ("start", "end", "recurrence", "summary", "location", "description", "visibility")

Declared = tuple[Field[Raw, Raw, Any], ...]
Appointment = Mapping[str, Said[Any]]  # what a side says, by the names of the fields


BERLIN = ZoneInfo("Europe/Berlin")


@lru_cache
def declared(zone: ZoneInfo = BERLIN) -> Declared:
    return (
        Field(WHEN, AdvowareSpan(zone), GoogleSpan(zone)),
        Field("text", _advoware("text", Text(multiline=True, nothing=NO_TEXT)), Attribute("summary", _SHORT)),
        Field("place", _advoware("ort", Text(multiline=True)), Attribute("location", _SHORT)),
        Field(
            "note", _advoware("notiz", Text(multiline=True)), Attribute("description", Description(DESCRIPTION_LENGTH))
        ),
        Field(
            "private",
            _advoware("privat", Choice({"no": (0, False, "nein"), "yes": (1, True, "ja", -1)}, absent="no")),
            Attribute(
                "visibility", Choice({"no": ("default", "public"), "yes": ("private", "confidential")}, absent="no")
            ),
        ),
    )


_SHORT = Text(multiline=True, limit=SUMMARY_LENGTH)


def _advoware(name: str, lens: Any) -> Attribute[Any]:
    return Attribute(name, lens, any_case=True)


def said(fields: Declared, side: Side, raw: Raw) -> Appointment:
    return {each.name: each.lens(side).get(raw) for each in fields}


def span(fields: Declared, side: Side, raw: Raw) -> Span | None:
    """When it is; None: there is no time, or nobody can say which."""
    when = fields[0].lens(side).get(raw)
    return when if isinstance(when, Span) else None


def with_all(fields: Declared, side: Side, raw: Raw, appointment: Appointment) -> Raw:
    """What a side has, made to say all that; what it can't hold, and what is not named, stays."""
    for each in fields:
        value = appointment.get(each.name, each.lens(side).get(raw))
        after = raw if isinstance(value, Unreadable) else each.lens(side).put(raw, value)
        raw = raw if isinstance(after, CantHold) else after
    return raw
