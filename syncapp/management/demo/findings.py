"""The result, line by line: what was expected and what is there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bitbylaw.demo_environment import CONFLICTS
from syncapp.management.demo.calendar_day import CalendarDay
from syncapp.management.demo.calendars import Calendars
from syncapp.management.demo.firm import Fate, Firm, Row
from syncapp.management.demo.parties import Parties
from syncapp.management.demo.party_day import PartyDay
from syncapp.management.demo.workday import Done


@dataclass(frozen=True, slots=True)
class Finding:
    """`key` names the line (words.py); it is right when `found` equals `expected`."""

    key: str
    expected: int
    found: int

    @property
    def right(self) -> bool:
        return self.expected == self.found


def of_stock(firm: Firm) -> list[Finding]:
    """How the documents and their parents stand."""
    lines = [_with_fate(firm, key, fate) for key, fate in FATES.items()]
    parents = list(firm.parents.values())
    return [
        *lines,
        Finding("collections", len(parents), sum(firm.well_named(parent) for parent in parents)),
        # Everything that is in one of the two sets only is a difference.
        Finding("places", len(firm.places), len(firm.places) - len(firm.places ^ firm.placed)),
    ]


NOTICES = 2  # one of the first comparison, where the newer value held, and one of the day, by the firm's rule
FATES = {"searchable": Fate.SEARCHABLE, "left_out": Fate.LEFT_OUT, "rejected": Fate.REJECTED}


def _with_fate(firm: Firm, key: str, fate: Fate) -> Finding:
    documents = [document for document in firm.documents if firm.fate(document) is fate]
    return Finding(key, len(documents), sum(firm.settled(document) for document in documents))


def of_day(firm: Firm, done: Done, calls: Sequence[Row], deliveries: Sequence[Row]) -> list[Finding]:
    """What the working day adds: nothing was lost, nothing was done twice."""
    uploads = [call for call in calls if call["method"] == "POST" and call["path"].endswith("/v1/files")]
    stored = [call for call in uploads if call["status"] == 200]
    contents = {file["sha256"] for file in firm.xai["files"]}
    pauses = [call for call in uploads if call["status"] == 429]
    late = firm.named(done.while_busy)
    return [
        Finding("delivered", len(deliveries), sum(row["outcome"] == "delivered" for row in deliveries)),
        Finding("pending", 0, int(firm.crm["pending_events"])),
        Finding("pauses", done.pauses, len(pauses) if firm.settled(late) else 0),
        Finding("uploads", len(contents), len(stored)),
        Finding("quarantined", 400, done.unreadable_answer),
    ]


def of_parties(parties: Parties, day: PartyDay | None = None) -> list[Finding]:
    """How parties and bank accounts stand on both sides; after the `day` one is in conflict and one account waits."""
    open_still = {day.in_conflict} if day else set()
    agreeing = [row for pk, row in parties.known.items() if pk not in open_still]
    account = parties.accounts.get(day.account) if day else None
    wanted, there = set(parties.wanted_accounts), parties.accounts_there
    differing = len(wanted ^ set(there)) + len(there) - len(set(there)) - (2 if account else 0)
    return [
        Finding("parties", len(agreeing), sum(parties.agree(row) for row in agreeing)),
        Finding("numbers", len(parties.known), len(parties.there)),
        # The account that a person must change differs once on each side.
        Finding("accounts", len(wanted) - bool(account), len(wanted) - bool(account) - differing),
    ]


def of_people(parties: Parties, day: PartyDay, left: Sequence[str]) -> list[Finding]:
    """What only a person can do is untouched, and waits. `left`: what the hub shows to staff."""
    fields = parties.in_conflict(parties.known[day.in_conflict])
    by_hand = parties.needs_a_hand(parties.accounts[day.account])
    return [
        Finding("conflicts", len(CONFLICTS), min(left.count("conflict"), len(set(fields) & set(CONFLICTS)))),
        Finding("bank_task", 1, left.count("bank_changed") if by_hand else 0),
        Finding("notices", NOTICES, left.count("value_overruled")),
    ]


def of_calendars(calendars: Calendars, day: CalendarDay | None = None) -> list[Finding]:
    """How appointments stand on both sides; after the `day` one is in Google only."""
    employees, there = len(calendars.of_employees), len(calendars.in_advoware)
    return [
        Finding("calendars", employees, calendars.well_kept),
        Finding("appointments", there, there - calendars.differing([day.by_hand] if day else [])),
    ]


def of_edits(calendars: Calendars, day: CalendarDay, left: Sequence[str]) -> list[Finding]:
    """What was done to appointments on either side is on both now; what Advoware can't hold waits for a person."""
    waits = day.by_hand in calendars.in_google.values() and day.by_hand not in calendars.in_advoware.values()
    return [
        Finding("edits", len(day.edited), sum(calendars.on_both_sides(each) for each in day.edited)),
        Finding("series_task", 1, left.count("appointment_by_hand") if waits else 0),
    ]
