"""What may belong together and waits for a person: asked, answered, and carried out by the next run.

An answer counts for what its person saw. What has changed or vanished meanwhile is asked anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, declared, said
from syncapp.flows.calendar.form import Form, form_of
from syncapp.flows.calendar.known import AT_ONCE, in_parts
from syncapp.flows.lens.core import Raw
from syncapp.models import CalendarEmployee, CalendarLink, CalendarQuestion

Key = tuple[int, str]  # number of the appointment, and the event that has none


@dataclass(frozen=True, slots=True)
class Question:
    """`here`: the appointment, as people read it. An event that looks like one that is paired has no `candidates`."""

    number: int
    event_id: str = ""
    here: Form = field(default_factory=dict, repr=False)
    candidates: Sequence[str] = ()

    @property
    def key(self) -> Key:
        return self.number, self.event_id

    @property
    def label(self) -> str:
        return self.event_id[:24] or str(self.number)


@dataclass(slots=True)
class Answers:
    """What holds now of what people have said about an employee's calendar. `same`: the appointment that an event is.
    `apart`: the events that an appointment is not. `own`: events that are appointments of their own. `asked`:
    what an appointment could be, as it was asked. `anew`: about which what was said does not hold any more. `kept`:
    about what could not be looked at."""

    rows: list[CalendarQuestion] = field(default_factory=list)
    same: dict[str, int] = field(default_factory=dict)
    apart: dict[int, set[str]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    asked: dict[int, list[str]] = field(default_factory=dict)
    anew: set[int] = field(default_factory=set)
    kept: set[Key] = field(default_factory=set)

    @property
    def carried_out(self) -> set[Key]:
        """Whose answers are kept until what they say has become of it."""
        return (
            self.kept
            | {(number, "") for number in self.apart}
            | {row.key for row in self.rows if row.event_id in self.own}
        )


def answers(kuerzel: str, here: Mapping[int, Raw], there: Mapping[str, Raw], zone: ZoneInfo) -> Answers:
    """`here`, `there`: what has no partner."""
    found = Answers(list(CalendarQuestion.objects.filter(employee=kuerzel).order_by("pk")))
    for row in found.rows:
        as_seen = {event for event in row.seen if event in there and row.seen[event] == _of_event(there[event], zone)}
        if row.event_id:
            found.own |= {row.event_id} & as_seen
            continue
        found.asked[row.number] = row.candidates
        if row.decided_at is None or row.number not in here:
            found.anew |= {row.number} if row.anew else set()
        elif row.seen.get("") != digest(form_of_appointment(here[row.number], zone)):
            found.anew.add(row.number)
        elif not row.choice:
            found.apart[row.number] = as_seen
        elif row.choice in as_seen:
            found.same[row.choice] = row.number
        else:
            found.anew.add(row.number)
    return found


def form_of_appointment(raw: Raw, zone: ZoneInfo) -> dict[str, Any]:
    return form_of(said(declared(zone), ADVOWARE, raw), zone)


def form_of_event(raw: Raw, zone: ZoneInfo) -> dict[str, Any]:
    return form_of(said(declared(zone), GOOGLE, raw), zone)


def digest(form: Form) -> str:
    return sha256(json.dumps(form, sort_keys=True, default=str).encode()).hexdigest()


def _of_event(raw: Raw, zone: ZoneInfo) -> str:
    return digest(form_of_event(raw, zone))


def ask(employee: CalendarEmployee, asked: Iterable[Question], answered: Answers) -> None:
    """Brings the rows to what is asked now. An answer that came after the run had read them stays for the next one."""
    wanted, now = {question.key: question for question in asked}, timezone.now()
    for row in answered.rows:
        as_read = CalendarQuestion.objects.filter(pk=row.pk, decided_at=row.decided_at)
        question = wanted.pop(row.key, None)
        if question is None:
            if row.key not in answered.carried_out:
                as_read.delete()
            continue
        columns = {"here": question.here, "candidates": [*question.candidates]}
        if row.decided_at is not None:
            as_read.update(**columns, choice="", seen={}, decided_at=None, decided_by=None, anew=True)
        elif (row.here, row.candidates) != (columns["here"], columns["candidates"]):
            as_read.update(**columns)
    CalendarQuestion.objects.bulk_create(
        CalendarQuestion(
            employee=employee,
            number=question.number,
            event_id=question.event_id,
            here=question.here,
            candidates=[*question.candidates],
            opened_at=now,
        )
        for question in wanted.values()
    )


def waiting() -> QuerySet[CalendarQuestion]:
    """Those that wait for a person, the oldest first."""
    return CalendarQuestion.objects.filter(decided_at__isnull=True).order_by("employee", "pk")


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as a person sees it: with the events as Google last told of them, those that are still free."""

    row: CalendarQuestion
    events: Mapping[str, Form]  # likeliest first

    def seen(self, choice: str = "") -> dict[str, str]:
        """What counts of it for that choice: the event that was chosen, or all when it is none of them."""
        events = [choice] if choice in self.events else self.events
        return {"": digest(self.row.here), **{event: digest(self.events[event]) for event in events}}


def shown(rows: Iterable[CalendarQuestion], zone: ZoneInfo) -> list[Shown]:
    rows = list(rows)
    told: dict[tuple[str, str], Form] = {}
    for part in in_parts(sorted({event for row in rows for event in row.events}), AT_ONCE):
        for link in CalendarLink.objects.filter(event_id__in=part, number__isnull=True):
            if raw := link.google.get("event"):
                told[link.employee_id, link.event_id] = form_of_event(raw, zone)
    return [
        Shown(row, {event: told[key] for event in row.events if (key := (row.employee_id, event)) in told})
        for row in rows
    ]


def answer(question: CalendarQuestion, choice: str, seen: Mapping[str, str], user: User | None) -> bool:
    """`choice`: the event, "" for none. False: somebody was faster, with this appointment or with this event."""
    open_now = CalendarQuestion.objects.filter(pk=question.pk, decided_at__isnull=True)
    columns = {"choice": choice, "seen": dict(seen), "decided_at": timezone.now(), "decided_by": user, "anew": False}
    try:
        with transaction.atomic():
            return bool(open_now.update(**columns))
    except IntegrityError:
        return False
