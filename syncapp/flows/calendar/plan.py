"""What is to be done about one employee's calendar: the decisions about all appointments, and the brake. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from syncapp.engine.runs.planning import Action, Ending, Note, Plan, Postponed, Settled, Skipped, TaskNeed
from syncapp.flows.calendar.decide import What
from syncapp.flows.calendar.fields import WHEN
from syncapp.flows.calendar.form import form_of
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.lens.core import EMPTY
from syncapp.flows.lens.declaration import Side
from syncapp.kit.marking import gettext_noop

GOOGLE, ADVOWARE = "google", "advoware"
APPOINTMENT = "Termin"
HELD_FOR = timedelta(days=1)
LONGEST_KEY = 64  # of a task


class Why(StrEnum):
    """The reasons of this flow, as in `models.Reason`."""

    TASK_OPEN = "task_open"
    WRITING_OFF = "writing_off"
    CALENDAR_OFF = "calendar_off"
    NOT_AN_EMPLOYEE = "not_an_employee"
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
# What waits for a person when there is unusually much of it, by the kind of the task.
_BRAKED: Mapping[str, tuple[What, ...]] = {
    "mass_deletion": (What.DELETE_GOOGLE, What.DELETE_ADVOWARE),
    "mass_creation": (What.CREATE,),
}
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
    needs = [*_by_hand(state), *_brake(state)]
    needs = [need for need in (*needs, *_alike(state)) if need.identity not in state.closed]
    braked = {need.kind for need in needs} & _BRAKED.keys()
    actions: list[Action] = [*_calendar(state)]
    held: list[Action] = []
    for item in state.items:
        for write in (WRITES[what](item) for what in item.decision.steps if what in WRITES):
            switched_off = isinstance(write, _TO_ADVOWARE) and not state.writable
            stopped = any(item.decision.what in _BRAKED[kind] for kind in braked)
            (held if switched_off or stopped else actions).append(write)
    return Plan(_ending(state, held, needs), tuple(actions), _notes(state), tuple(held), tuple(needs))


def _ending(state: CalendarState, held: Iterable[Action], needs: Iterable[TaskNeed]) -> Ending:
    if not state.writable and any(isinstance(each, _TO_ADVOWARE) for each in held):
        return Postponed(Why.WRITING_OFF, HELD_FOR, waits_for=ADVOWARE)
    return Skipped(Why.TASK_OPEN) if [*state.questions, *needs] else Settled({})


def _calendar(state: CalendarState) -> Iterator[CreateCalendar | ShareCalendar]:
    if not state.calendar_id:
        yield CreateCalendar(state.employee.calendar_name)
    if state.share_with:
        yield ShareCalendar()


def _brake(state: CalendarState) -> Iterator[TaskNeed]:
    """More at once than people usually delete, or enter in Google: more often an outage, or a calendar that was filled
    by others, than an intention."""
    limit, percent = state.limit
    agreed = sum(item.link.agreed_advoware is not None for item in state.items)
    for kind, steps in _BRAKED.items():
        many = [item for item in state.items if item.decision.what in steps]
        if len(many) > limit and len(many) * 100 > agreed * percent:
            facts = tuple((what.value, str(sum(item.decision.what is what for item in many)), "") for what in steps)
            # The appointments themselves, so that a yes to these is no yes to others.
            which = ",".join(sorted(item.label for item in many))
            yield TaskNeed(kind, GOOGLE, "", "Kalender", state.employee.kuerzel, (*facts, ("", which, "")))


def _alike(state: CalendarState) -> Iterator[TaskNeed]:
    """One for all of them: a filled calendar has hundreds."""
    if state.questions:
        facts = (("", ",".join(question.label for question in state.questions), ""),)
        yield TaskNeed("appointments_alike", GOOGLE, "", "Kalender", state.employee.kuerzel, facts)


def _by_hand(state: CalendarState) -> Iterator[TaskNeed]:
    numbers = {item.link.event_id: item.link.number for item in state.items if item.link.number is not None}
    for item in state.items:
        if item.decision.needs_a_person:
            number = item.link.number or numbers.get(item.link.google.get("parent", ""))
            facts = (("frNr", str(number or ""), ""), *_differences(item, state))
            shown = tuple(fact for fact in (("why", item.decision.why, ""), *facts) if fact[1] or fact[2])
            key = _key(item.link.event_id or item.label)
            yield TaskNeed("appointment_by_hand", ADVOWARE, key, APPOINTMENT, item.label, shown)


def _differences(item: Item, state: CalendarState) -> Iterator[tuple[str, str, str]]:
    """What both sides have of the fields that are left; of what is on one side only, when it is."""
    zone = state.rules.zone
    here, there = (form_of(item.says(side, state.rules.fields), zone) for side in (Side.HERE, Side.THERE))
    there |= item.link.google.get("about") or {}
    yield "text", str(there.get("text") or here.get("text") or ""), ""
    left = item.decision.left_open if item.both_shown else {WHEN}
    for name in form_of(dict.fromkeys(left, EMPTY), zone):
        if name != "all_day":
            was = there.get("instead_of") if name == "start" else None
            yield name, str(was or here.get(name) or ""), str(there.get(name) or "")


def _key(event_id: str) -> str:
    """Ids of occurrences are longer than a key, and differ at their ends only."""
    return event_id if len(event_id) <= LONGEST_KEY else sha256(event_id.encode()).hexdigest()


def _notes(state: CalendarState) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(item.label, item.decision.detail) for item in state.items if item.decision.what is What.UNREADABLE
    )
