"""What was read of one employee's calendar on both sides."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar.decide import Decision, Pair, Rules, Shown
from syncapp.flows.calendar.fields import Appointment as Said
from syncapp.flows.calendar.fields import Declared, said
from syncapp.flows.calendar.links import Window
from syncapp.flows.calendar.questions import Answers, Question
from syncapp.flows.lens.core import Raw
from syncapp.flows.lens.declaration import Side
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

    def raw(self, side: Side) -> Raw:
        shown = self.pair.advoware if side is Side.HERE else self.pair.google
        return shown.raw if isinstance(shown, Shown) else {}

    def says(self, side: Side, fields: Declared) -> Said:
        return said(fields, side, self.raw(side))

    @property
    def label(self) -> str:
        return str(self.link.number) if self.link.number is not None else self.link.event_id[:24]


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
    asked: set[int | str] = field(default_factory=set)  # the numbers and events that they are about
    answers: Answers = field(default_factory=Answers)
    off: str = ""  # why nothing is to be done, a reason
    closed: frozenset[tuple[str, str, str]] = frozenset()
    writable: bool = True  # in Advoware
    limit: tuple[int, int] = (10, 20)  # deletions in a run, and percent of the appointments
