"""The result, line by line: what was expected and what is there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from syncapp.management.demo.calendars import Calendars
from syncapp.management.demo.firm import Fate, Firm, Row
from syncapp.management.demo.matters import Matters
from syncapp.management.demo.parties import Parties
from syncapp.management.demo.workday import CalendarDay, DocumentDay, PartyDay

UNCLEAR_MATTERS = 2
NOTICES = 2  # one of the first comparison, where the newer value held, and one of the day, by the firm's rule


@dataclass(frozen=True, slots=True)
class Finding:
    """It is right when `found` equals `expected`. `documents`: counts in the step's bar."""

    words: str
    expected: int
    found: int
    documents: bool = False

    @property
    def right(self) -> bool:
        return self.expected == self.found


def of_stock(firm: Firm) -> list[Finding]:
    """How the documents and their parents stand."""
    parents, named = len(firm.with_documents), sum(map(firm.well_named, firm.with_documents))
    differing = len(firm.places ^ firm.placed)  # what is in one of the two sets only
    return [
        _with_fate(firm, _("documents searchable in all their collections"), Fate.SEARCHABLE),
        _with_fate(firm, _("documents left out, EspoCRM says why"), Fate.LEFT_OUT),
        _with_fate(firm, _("documents that xAI rejected, EspoCRM says so"), Fate.REJECTED),
        Finding(_("cases and parties with a collection of their name"), parents, named),
        Finding(_("files in collections, exactly those of EspoCRM"), len(firm.places), len(firm.places) - differing),
    ]


def _with_fate(firm: Firm, words: str, fate: Fate) -> Finding:
    documents = [document for document in firm.documents if firm.fate(document) is fate]
    return Finding(words, len(documents), sum(map(firm.settled, documents)), documents=True)


def of_day(firm: Firm, day: DocumentDay, calls: Sequence[Row], deliveries: Sequence[Row]) -> list[Finding]:
    """What the working day adds: nothing was lost, nothing was done twice."""
    uploads = [call["status"] for call in calls if call["method"] == "POST" and call["path"].endswith("/v1/files")]
    contents = len({file["sha256"] for file in firm.xai["files"]})
    survived = any(firm.settled(document) for document in firm.documents if document["id"] == day.while_busy)
    pauses = sum(call["status"] == 429 for call in calls) if survived else 0
    delivered = sum(row["outcome"] == "delivered" for row in deliveries)
    return [
        Finding(_("messages of EspoCRM that the hub accepted"), len(deliveries), delivered),
        Finding(_("messages that still wait in EspoCRM"), 0, int(firm.crm["pending_events"])),
        Finding(_("refusals for too many requests, survived"), day.pauses, pauses),
        Finding(_("uploads: every content once"), contents, uploads.count(200)),
        Finding(_("answer to an unreadable message, now in quarantine"), 400, day.answer),
    ]


def of_parties(parties: Parties, day: PartyDay | None = None) -> list[Finding]:
    """How parties and bank accounts stand on both sides; after the `day` one is in conflict and one account waits."""
    agreeing = [row for pk, row in parties.known.items() if day is None or pk != day.disputed.party]
    same = sum(map(parties.agree, agreeing))
    waiting = day is not None and day.account in parties.accounts
    wanted, there = parties.wanted_accounts, parties.accounts_there
    # The account that a person must change differs once on each side.
    differing = len(wanted ^ set(there)) + len(there) - len(set(there)) - 2 * waiting
    accounts = len(wanted) - waiting
    return [
        Finding(_("parties that are the same in EspoCRM and Advoware"), len(agreeing), same),
        Finding(_("parties in Advoware: each once"), len(parties.known), len(parties.there)),
        Finding(_("bank accounts that are in Advoware: each once"), accounts, accounts - differing),
    ]


def of_matters(matters: Matters, left: Sequence[str]) -> list[Finding]:
    """Which cases lead to their Akten; the one that is there twice and the one that is missing wait for a person."""
    known = len(matters.named_once)
    right = known - len(matters.named_once.items() ^ matters.numbers.items())
    tasks = left.count("matter_ambiguous") + left.count("matter_missing")
    return [
        Finding(_("cases that know their Akte in Advoware"), known, right),
        Finding(_("tasks: an Akte that is there twice, and one that is missing"), UNCLEAR_MATTERS, tasks),
    ]


def of_people(parties: Parties, day: PartyDay, left: Sequence[str]) -> list[Finding]:
    """What people entered is on the other side too; what only a person can do is untouched, and waits. `left`: what
    the hub shows to staff."""
    entered = sum(map(parties.shows, day.entered))
    in_conflict = parties.known[day.disputed.party]["syncStatus"] == "conflict"
    conflicts = left.count("conflict") if in_conflict and parties.shows(day.disputed) else 0
    tasks = left.count("bank_changed") if parties.needs_a_hand(parties.accounts[day.account]) else 0
    notices = left.count("value_overruled")
    disputed = len(day.disputed.crm)
    return [
        Finding(_("parties edited or made on one side: on the other now"), len(day.entered), entered),
        Finding(_("fields changed on both sides: a person chooses, nothing is overwritten"), disputed, conflicts),
        Finding(_("task: a changed bank account, which only a person can change there"), 1, tasks),
        Finding(_("notices: a value was replaced by the other side's, staff are told"), NOTICES, notices),
    ]


def of_calendars(calendars: Calendars, day: CalendarDay | None = None) -> list[Finding]:
    """How appointments stand on both sides; after the `day` one is in Google only."""
    employees, kept, there = len(calendars.of_employees), calendars.well_kept, len(calendars.in_advoware)
    same = there - calendars.differing([day.by_hand] if day else [])
    return [
        Finding(_("employees with a Google calendar of their own that reports to the hub"), employees, kept),
        Finding(_("appointments that are the same in Advoware and Google: each once"), there, same),
    ]


def of_edits(calendars: Calendars, day: CalendarDay, left: Sequence[str]) -> list[Finding]:
    """What was done to appointments on either side is on both now; what Advoware can't hold waits for a person."""
    edited = sum(map(calendars.on_both_sides, day.edited))
    waits = day.by_hand in calendars.in_google.values() and day.by_hand not in calendars.in_advoware.values()
    tasks = left.count("appointment_by_hand") if waits else 0
    return [
        Finding(_("appointments edited, made and moved on one side: on both now"), len(day.edited), edited),
        Finding(_("task: a series in Google that Advoware can't hold"), 1, tasks),
    ]
