"""The working day of the sandbox's firm, and what must come of it, as it stands in the sandbox's records."""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.management.demo.calendars import Appointment, in_advoware, in_google
from syncapp.management.demo.parties import Entered
from syncapp.management.demo.processes import Environment
from syncapp.management.demo.sandbox import Sandbox, status_of


@dataclass(frozen=True, slots=True)
class DocumentDay:
    """`while_busy`: id of the document that came while xAI asked for pauses. `answer`: to an unreadable message."""

    while_busy: str
    pauses: int
    answer: int


@dataclass(frozen=True, slots=True)
class PartyDay:
    """Ids in EspoCRM. `entered`: by people on one side, must be on the other; `disputed`: must stay as it is, because
    the rule for these fields is that a person chooses (bitbylaw.demo_environment)."""

    met: str
    account: str
    entered: tuple[Entered, ...]
    disputed: Entered


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """Edits as they must be on both sides, and what Advoware can't hold."""

    edited: tuple[Appointment, ...]
    by_hand: Appointment


@dataclass(frozen=True, slots=True)
class Day:
    documents: DocumentDay
    parties: PartyDay
    calendars: CalendarDay


def begin(sandbox: Sandbox, environment: Environment) -> Day:
    """Everything at once; webhooks and Google tell the hub."""
    did = sandbox.act("scenes", "working_day")
    # A hook of the firm's own sends something that nobody can read.
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {environment.token}"}
    answer = status_of(f"{environment.hub}/vmh/webhook/document/update", b'[{"id": "65f0', headers)
    entered = tuple(Entered(**each) for each in did["entered"])
    edited = (*map(in_advoware, did["in_advoware"]), *(in_google(*each) for each in did["in_google"]))
    return Day(
        DocumentDay(did["while_busy"], did["pauses"], answer),
        PartyDay(did["met"], did["account"], entered, Entered(**did["disputed"])),
        CalendarDay(edited, in_google(*did["by_hand"])),
    )
