"""What the sandbox shows now and what is new there; and the hub's comparisons, as soon as there is something to find.

Advoware tells nobody of a change. A real installation compares every 15 minutes; nobody watches a demo for so long, so
the demo looks itself and asks for the comparison. How the hub finds the change, and what it does about it, is the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from syncapp.management.demo import installation, parties
from syncapp.management.demo.calendars import Calendars
from syncapp.management.demo.firm import Firm, Row
from syncapp.management.demo.matters import Matters
from syncapp.management.demo.parties import Parties
from syncapp.management.demo.sandbox import Sandbox
from syncapp.words.field_words import field_in_words

PAUSE_SECONDS = 2.0  # a comparison that was under way already may have looked too early: one more follows


@dataclass(frozen=True, slots=True)
class Look:
    """All systems at one moment."""

    firm: Firm
    parties: Parties
    calendars: Calendars
    matters: Matters


class Looking:
    """Each look is a new one."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._comparisons = (
            Comparisons(lambda: installation.ask_for(installation.PARTIES)),
            Comparisons(lambda: installation.ask_for(installation.CALENDARS), of="appointments"),
        )

    def now(self) -> Look:
        crm, advoware, google, xai = map(self._sandbox.state, ("espocrm", "advoware", "google", "xai"))
        for comparison in self._comparisons:
            comparison.saw(advoware)
        return Look(Firm(crm, xai), Parties(crm, advoware), Calendars(advoware, google), Matters(crm, advoware))


class Comparisons:
    """`of`: what of Advoware is looked at."""

    def __init__(
        self, ask: Callable[[], None], clock: Callable[[], float] = time.monotonic, *, of: str = "parties"
    ) -> None:
        self._ask, self._clock, self._of = ask, clock, of
        self._known = ""
        self._again_at: list[float] = []

    def saw(self, advoware: dict[str, Any]) -> None:
        """Advoware as it is now; what was there at the first look is left to the comparison at the start."""
        seen, now = json.dumps(advoware[self._of], sort_keys=True), self._clock()
        if self._known and seen != self._known:
            self._again_at = [now, now + PAUSE_SECONDS]
        self._known = seen
        if self._again_at and now >= self._again_at[0]:
            self._again_at.pop(0)
            self._ask()


@dataclass(frozen=True, slots=True)
class Shown:
    """A document, or a party or appointment on one side, as people see it there."""

    title: str
    says: tuple[str, ...]


Things = Mapping[tuple[str, object], Shown]  # by system and id there


def things(look: Look) -> Things:
    return documents(look.firm) | both_sides(look.parties) | appointments(look.calendars)


def news(before: Things, now: Things) -> list[str]:
    """A line for each thing that is gone, that is new, or that shows something else."""
    deleted = _("deleted")
    gone = [f"{seen.title}: {deleted}" for key, seen in before.items() if key not in now]
    return [*gone, *(_line(before.get(key), seen) for key, seen in now.items() if before.get(key) != seen)]


def _line(known: Shown | None, seen: Shown) -> str:
    fresh = [words for words in seen.says if known is None or words not in known.says]
    return f"{seen.title}: {', '.join(fresh or seen.says)}"


def documents(firm: Firm) -> dict[tuple[str, object], Shown]:
    return {("EspoCRM", row["id"]): _document(row) for row in firm.documents}


def _document(row: Row) -> Shown:
    says = f"{row['xaiSyncStatus'] or '…'}, {len(row['xaiCollections'] or ())} Collections"
    return Shown(f"{row['name']} ({row['dokumentName'] or '–'})", (says,))


def both_sides(found: Parties) -> dict[tuple[str, object], Shown]:
    shown: dict[tuple[str, object], Shown] = {}
    for pk, row in found.known.items():
        title = f"{row['name'] or row['firmenname'] or pk}, EspoCRM"
        shown["EspoCRM", pk] = Shown(title, (*_fields(parties.in_crm(row)), row["syncStatus"] or "…"))
    for number, row in found.there.items():
        title = f"{row['vorname'] or ''} {row['name'] or ''}".strip() + ", Advoware"
        accounts = (f"IBAN {each['iban'] or ''}" for each in row["bankverbindungen"])
        shown["Advoware", number] = Shown(title, (*_fields(parties.in_advoware(row)), *accounts))
    return shown


def _fields(values: Row) -> list[str]:
    return [f"{field_in_words(name)} {value or '–'}" for name, value in values.items()]


def appointments(calendars: Calendars) -> dict[tuple[str, object], Shown]:
    return {
        (side, key): Shown(f"{row.text}, {side} {row.kuerzel}", (row.words,))
        for side, rows in (("Advoware", calendars.in_advoware), ("Google", calendars.in_google))
        for key, row in rows.items()
    }
