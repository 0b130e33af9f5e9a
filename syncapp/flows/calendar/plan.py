"""What is to be done about one employee's calendar: the decisions about all appointments, and the brake. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from syncapp.engine.runs.planning import Action, Ending, Note, Plan, Postponed, Settled, Skipped, TaskNeed
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.needs import ADVOWARE, BRAKED, GOOGLE, needs
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.kit.marking import gettext_noop

HELD_FOR = timedelta(days=1)


class Why(StrEnum):
    """The reasons of this flow, as in `models.Reason`."""

    TASK_OPEN = "task_open"
    WRITING_OFF = "writing_off"
    CALENDAR_OFF = "calendar_off"
    NOT_AN_EMPLOYEE = "not_an_employee"
    NOT_SHARED = "calendar_not_shared"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CreateCalendar(Action):
    kind = "calendar.create"
    words = gettext_noop("create the calendar %(calendar_name)s in Google")
    shown = ("calendar_name",)
    calendar_name: str


@dataclass(frozen=True, slots=True)
class ShareCalendar(Action):
    kind = "calendar.share"
    words = gettext_noop("share the calendar in Google with the employee")


@dataclass(frozen=True, slots=True)
class Write(Action):
    """One appointment on one side."""

    shown = ("label",)
    item: Item = field(repr=False)

    @property
    def label(self) -> str:
        return self.item.label

    @property
    def does(self) -> What:
        return _DOES[type(self)]


class Insert(Write):
    kind = "appointment.insert"
    words = gettext_noop("create the appointment %(label)s in Google")


class UpdateGoogle(Write):
    kind = "appointment.update_google"
    words = gettext_noop("change the appointment %(label)s in Google")


class DeleteGoogle(Write):
    kind = "appointment.delete_google"
    words = gettext_noop("delete the appointment %(label)s in Google")


class CreateInAdvoware(Write):
    kind = "appointment.create"
    words = gettext_noop("create the event %(label)s of Google in Advoware as an appointment")


class UpdateAdvoware(Write):
    kind = "appointment.update_advoware"
    words = gettext_noop("change the appointment %(label)s in Advoware")


class DeleteAdvoware(Write):
    kind = "appointment.delete_advoware"
    words = gettext_noop("delete the appointment %(label)s in Advoware")


class Forget(Write):
    kind = "appointment.forget"
    words = gettext_noop("forget the appointment %(label)s: it is gone on both sides")


WRITES: Mapping[What, type[Write]] = {
    What.INSERT: Insert,
    What.UPDATE_GOOGLE: UpdateGoogle,
    What.DELETE_GOOGLE: DeleteGoogle,
    What.CREATE: CreateInAdvoware,
    What.UPDATE_ADVOWARE: UpdateAdvoware,
    What.DELETE_ADVOWARE: DeleteAdvoware,
    What.FORGET: Forget,
}
_DOES = {kind: what for what, kind in WRITES.items()}
_TO_ADVOWARE = (CreateInAdvoware, UpdateAdvoware, DeleteAdvoware)


@dataclass(frozen=True, slots=True)
class LeftOut(Note):
    kind = "appointment.left_out"
    words = gettext_noop("The appointment %(label)s is left out: its field “%(field)s” can't be read.")
    shown = ("label", "field")
    label: str
    field: str


def plan(state: CalendarState) -> Plan:
    if state.off:
        return Plan(Skipped(state.off))
    gone = TaskNeed("calendar_gone", GOOGLE, "", "Kalender", state.employee.calendar_id)
    if state.calendar_gone and gone.identity not in state.closed:
        return Plan(Skipped(Why.TASK_OPEN), tasks=(gone,))
    wanted = needs(state)
    braked = {need.kind for need in wanted} & BRAKED.keys()
    actions: list[Action] = [*_calendar(state)]
    held: list[Action] = []
    for item in state.items:
        for write in (WRITES[what](item) for what in item.decision.steps if what in WRITES):
            switched_off = isinstance(write, _TO_ADVOWARE) and not state.writable
            stopped = any(item.decision.what in BRAKED[kind] for kind in braked)
            (held if switched_off or stopped else actions).append(write)
    return Plan(_ending(state, held, wanted), tuple(actions), _notes(state), tuple(held), wanted)


def _ending(state: CalendarState, held: Iterable[Action], needs: Iterable[TaskNeed]) -> Ending:
    if not state.writable and any(isinstance(each, _TO_ADVOWARE) for each in held):
        return Postponed(Why.WRITING_OFF, HELD_FOR, waits_for=ADVOWARE)
    return Skipped(Why.TASK_OPEN) if [*state.questions, *needs] else Settled({})


def _calendar(state: CalendarState) -> Iterator[CreateCalendar | ShareCalendar]:
    if not state.calendar_id:
        yield CreateCalendar(state.employee.calendar_name)
    if state.share_with:
        yield ShareCalendar()


def _notes(state: CalendarState) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(item.label, item.decision.detail) for item in state.items if item.decision.what is What.UNREADABLE
    )
