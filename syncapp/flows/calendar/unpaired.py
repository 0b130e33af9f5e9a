"""What stands on one side only and nobody has said why: paired with what it is on the other side, created there by the
run, or asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar import pairing, questions
from syncapp.flows.calendar.known import Buried, Known
from syncapp.flows.calendar.links import google_side
from syncapp.flows.calendar.questions import Question
from syncapp.flows.calendar.sides import Shown
from syncapp.flows.calendar.state import CalendarState
from syncapp.flows.lens.core import Raw
from syncapp.models import CalendarLink, CalendarQuestion

ASKED_SINGLY = 25  # more that the list lacks at once are rather an outage


def pair(
    state: CalendarState,
    known: Known,
    listed: Mapping[int, Appointment],
    buried: Buried,
    gone: Callable[[int], bool],
    zone: ZoneInfo,
) -> None:
    """Before anything is created: both sides may have been filled by others. `gone`: asks Advoware for just one."""
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
    told_of = {id(link) for link in state.told}
    for event, number in matches.pairs.items():
        link = free.pop(event)
        if alone := known.by_number.get(number):
            known.rows.remove(alone)
            state.joined.append(alone)
        link.number = number
        known.by_number[number] = link
        if id(link) not in told_of:
            state.told.append(link)
    # What would not be created anyway is nothing to ask about.
    left = {
        event: link
        for event, link in free.items()
        if event not in said.own and _is_appointment(link) and state.window.touches(link)
    }
    for number, raw in pairing.without(here, matches.pairs.values()).items():
        # What was asked once is not created because somebody has edited it since.
        before = (event for event in said.asked.get(number, ()) if event not in said.apart.get(number, ()))
        likely = [event for event in dict.fromkeys((*matches.candidates.get(number, ()), *before)) if event in left]
        if likely or number in said.anew:
            state.questions.append(Question(number, "", questions.form_of_appointment(raw, zone), likely))
    known.fetch_numbers(row.number for row in said.rows)
    unsure = _not_listed(said.rows, here, known, gone)
    said.kept |= {row.key for row in unsure if row.decided_at}
    state.questions += [Question(row.number, "", row.here, row.candidates) for row in unsure if not row.decided_at]
    candidates = {event for question in state.questions for event in question.candidates}
    candidates |= {event for row in unsure for event in row.candidates}
    state.questions += _twice(known, pairing.without(left, candidates), others, zone)
    state.asked |= candidates
    state.asked |= {question.event_id or question.number for question in state.questions}
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


def _not_listed(
    rows: Iterable[CalendarQuestion], here: Mapping[int, Raw], known: Known, gone: Callable[[int], bool]
) -> list[CalendarQuestion]:
    """Questions about appointments that Advoware's list lacks: their events are created there only when they are gone,
    and not because of an outage."""
    missing = [
        row
        for row in rows
        if not row.event_id and row.number not in here and _is_alone(known.by_number.get(row.number))
        if row.choice or row.decided_at is None
    ]
    return missing if len(missing) > ASKED_SINGLY else [row for row in missing if not gone(row.number)]


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
    days = {link.first_day for link in left.values()}
    linked = [link for link in known.rows if link.number is not None and link.google.get("event")] if left else []
    paired: dict[str, tuple[int, Raw]] = {
        link.event_id: (link.number, link.google["event"])
        for link in linked
        if link.number is not None and link.first_day in days  # only those are worth a comparison
    }
    numbers = {link.number for link in linked}
    alike = pairing.copies({event: link.google["event"] for event, link in left.items()}, paired, zone)
    alike |= {event: marks[event] for event in left if marks.get(event) in numbers}
    for event, number in sorted(alike.items()):
        yield Question(number, event)


def is_asked(link: CalendarLink, state: CalendarState) -> bool:
    if link.agreed_advoware is not None:
        return False
    return link.event_id in state.asked if link.number is None else not link.event_id and link.number in state.asked
