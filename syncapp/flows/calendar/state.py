"""What was read of one employee's calendar on both sides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar.decision import Decision
from syncapp.flows.calendar.fields import Appointment as Said
from syncapp.flows.calendar.fields import Declared, said
from syncapp.flows.calendar.links import Window
from syncapp.flows.calendar.questions import Answers, Question
from syncapp.flows.calendar.sides import Pair, Rules, Shown
from syncapp.flows.lens.core import CantHold, Raw, Value, Why
from syncapp.flows.lens.declaration import Outcome, Side, What
from syncapp.flows.lens.records import Merged, cannot
from syncapp.models import CalendarEmployee, CalendarLink


@dataclass(slots=True)
class Item:
    """One appointment: its link (perhaps not stored yet), both sides, and what is to be done.

    `asked`: Advoware was asked for just this one, so that a deletion is sure. `now`: what a side has after it was
    written in this run.
    """

    link: CalendarLink
    pair: Pair
    decision: Decision
    appointment: Appointment | None = None
    asked: bool = False
    now: dict[Side, Raw] = field(default_factory=dict)

    @property
    def both_shown(self) -> bool:
        return isinstance(self.pair.advoware, Shown) and isinstance(self.pair.google, Shown)

    @property
    def label(self) -> str:
        return str(self.link.number) if self.link.number is not None else self.link.event_id[:24]

    def fixed(self, side: Side) -> bool:
        shown = self.pair.advoware if side is Side.HERE else self.pair.google
        return isinstance(shown, Shown) and bool(shown.fixed)

    @property
    def number(self) -> int:
        assert self.link.number is not None  # noqa: S101  an appointment of Advoware has one
        return self.link.number

    @property
    def merged(self) -> Merged[Raw, Raw]:
        assert self.decision.merged is not None  # noqa: S101  every decision to write says what
        return self.decision.merged

    def raw(self, side: Side) -> Raw:
        """As it was read."""
        shown = self.pair.advoware if side is Side.HERE else self.pair.google
        return shown.raw if isinstance(shown, Shown) else {}

    def says(self, side: Side, fields: Declared) -> Said:
        return said(fields, side, self.raw(side))

    def wanted(self, side: Side) -> Raw:
        return self.merged.here if side is Side.HERE else self.merged.there

    def values(self, side: Side, fields: Declared) -> Said:
        """What is to be put there by field: what is new, and all of what is made."""
        if self.raw(side):
            return {name: each.value for name, each in self.decision.outcomes.items() if _puts(each, side)}
        return said(fields, side, self.wanted(side))

    def refused(self, side: Side, name: str, value: Value[Any]) -> None:
        """That side did not take it. It is for a person, and not sent again that day."""
        merged = self.merged
        outcome = cannot(replace(merged.outcomes[name], value=value), side, CantHold(Why.REFUSED))
        merged = replace(merged, outcomes={**merged.outcomes, name: outcome})
        self.decision = replace(self.decision, merged=merged, detail=str(Why.REFUSED))


def _puts(outcome: Outcome[Any], side: Side) -> bool:
    return outcome.what is What.PUT and side in outcome.to


@dataclass(slots=True)
class CalendarState:
    """`calendar_id` "": there is none yet. `calendar_gone`: the one we had is not there any more.

    `next_token`: where to go on in Google's list of changes, once `told` is stored. `share_with`: an address that the
    calendar is not shared with yet. `questions`: what waits for a person, who says what belongs together.
    """

    employee: CalendarEmployee
    window: Window
    rules: Rules
    items: list[Item] = field(default_factory=list)
    told: list[CalendarLink] = field(default_factory=list)
    calendar_id: str = ""
    calendar_gone: bool = False
    next_token: str | None = None
    share_with: str = ""
    found: dict[int, int] = field(default_factory=dict)  # journal entry of a lost creation to the number it came to
    questions: list[Question] = field(default_factory=list)
    joined: list[CalendarLink] = field(default_factory=list)  # whose appointment is that of an event's link now
    asked: set[int | str] = field(default_factory=set)  # the numbers and events that they are about
    answers: Answers = field(default_factory=Answers)
    off: str = ""  # why nothing is to be done, a reason
    closed: frozenset[tuple[str, str, str]] = frozenset()
    writable: bool = True  # in Advoware
    limit: tuple[int, int] = (10, 20)  # deletions in a run, and percent of the appointments
