"""What stands on one side only and nobody has said why: paired with what it is on the other side, created there by the
run, or asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar import pairing, questions
from syncapp.flows.calendar.known import Buried, Known
from syncapp.flows.calendar.links import google_side
from syncapp.flows.calendar.questions import Question
from syncapp.flows.calendar.sides import Shown
from syncapp.flows.calendar.state import CalendarState
from syncapp.flows.lens.core import Raw
from syncapp.models import CalendarLink


def pair(state: CalendarState, known: Known, listed: Mapping[int, Appointment], buried: Buried, zone: ZoneInfo) -> None:
    """Before anything is created: both sides may have been filled by others."""
    claims = _only_marked(known, listed, buried)
    here = {
        number: found.raw
        for number, found in listed.items()
        if _is_alone(known.by_number.get(number)) and not buried.event_of(number)
    }
    free = {
        link.event_id: link
        for link in known.rows
        if link.number is None and not link.writing and link.google.get("event") and not buried.of(link)
    }
    there = {event: link.google["event"] for event, link in free.items()}
    said = state.answers = questions.answers(state.employee.pk, here, there, zone)
    others = {event: number for event, link in free.items() if (number := link.google.get("others_mark")) is not None}
    ours = {event: number for event, link in free.items() if (number := link.google.get("mark")) is not None}
    told = pairing.Told(others | ours, said.same, said.apart)
    matches = pairing.match(here, there, zone, told) if here and there else pairing.Matches({}, {})
    for event, number in matches.pairs.items():
        link = free.pop(event)
        if alone := known.by_number.get(number):
            known.rows.remove(alone)
            state.joined.append(alone)
        link.number = number
        known.by_number[number] = link
        if link not in state.told:
            state.told.append(link)
    # What would not be created anyway is nothing to ask about.
    left = {
        event: link
        for event, link in free.items()
        if event not in said.own and _is_appointment(link) and state.window.touches(link)
    }
    for number, raw in here.items():
        if number in matches.pairs.values():
            continue
        # What was asked once is not created because somebody has edited it since.
        before = (event for event in said.asked.get(number, ()) if event not in said.apart.get(number, ()))
        likely = [event for event in dict.fromkeys((*matches.candidates.get(number, ()), *before)) if event in left]
        if likely or number in said.anew:
            state.questions.append(Question(number, "", questions.form_of_appointment(raw, zone), likely))
    for question in state.questions:
        for event in question.candidates:
            left.pop(event, None)
    state.questions += _twice(known, left, others, zone)
    state.asked = {question.event_id or question.number for question in state.questions}
    state.asked |= {event for question in state.questions for event in question.candidates}
    for event, number in claims.items():
        if _is_alone(known.by_number.get(number)) and not {event, number} & state.asked:
            known.by_event[event].number, known.by_number[number] = number, known.by_event[event]


def _only_marked(known: Known, listed: Mapping[int, Appointment], buried: Buried) -> dict[str, int]:
    """Takes the events, of which nothing but our mark says which appointment they are, for unpaired: another database
    of the hub may have marked them, with numbers of its own."""
    links = [
        link
        for link in known.rows
        if not link.pk and link.number in listed and link.google.get("event") and not buried.of(link)
    ]
    claims = {link.event_id: link.number for link in links if link.number is not None}
    for link in links:
        known.by_number.pop(claims[link.event_id], None)
        link.number = None
    return claims


def _is_alone(link: CalendarLink | None) -> bool:
    """Whether nothing of an appointment was ever in this calendar."""
    return link is None or not (link.event_id or link.google or link.writing or link.agreed_advoware)


def _is_appointment(link: CalendarLink) -> bool:
    shown = google_side(link)
    return isinstance(shown, Shown) and shown.is_appointment


def _twice(
    known: Known, left: Mapping[str, CalendarLink], marks: Mapping[str, int], zone: ZoneInfo
) -> Iterator[Question]:
    """Events that say what another one says, which has its appointment, or whose mark names one that has its event."""
    if not left:
        return
    paired: dict[str, tuple[int, Raw]] = {
        link.event_id: (link.number, link.google["event"])
        for link in known.rows
        if link.number is not None and link.google.get("event")
    }
    numbers = {number for number, _raw in paired.values()}
    alike = pairing.copies({event: link.google["event"] for event, link in left.items()}, paired, zone)
    alike |= {event: marks[event] for event in left if marks.get(event) in numbers}
    for event, number in sorted(alike.items()):
        yield Question(number, event)


def is_asked(link: CalendarLink, state: CalendarState) -> bool:
    if link.agreed_advoware is not None:
        return False
    return link.event_id in state.asked if link.number is None else not link.event_id and link.number in state.asked
