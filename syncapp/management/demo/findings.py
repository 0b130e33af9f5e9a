"""The result, line by line: what was expected and what is there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from syncapp.management.demo.calendars import Calendars
from syncapp.management.demo.firm import Fate, Firm, Row
from syncapp.management.demo.parties import Parties
from syncapp.management.demo.workday import CalendarDay, DocumentDay, PartyDay

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
    parents = list(firm.parents.values())
    return [
        _with_fate(firm, _("documents searchable in all their collections"), Fate.SEARCHABLE),
        _with_fate(firm, _("documents left out, EspoCRM says why"), Fate.LEFT_OUT),
        _with_fate(firm, _("documents that xAI rejected, EspoCRM says so"), Fate.REJECTED),
        Finding(
            _("cases and parties with a collection of their name"), len(parents), sum(map(firm.well_named, parents))
        ),
        # Everything that is in one of the two sets only is a difference.
        Finding(
            _("files in collections, exactly those of EspoCRM"),
            len(firm.places),
            len(firm.places) - len(firm.places ^ firm.placed),
        ),
    ]


def _with_fate(firm: Firm, words: str, fate: Fate) -> Finding:
    documents = [document for document in firm.documents if firm.fate(document) is fate]
    return Finding(words, len(documents), sum(map(firm.settled, documents)), documents=True)


def of_day(firm: Firm, day: DocumentDay, calls: Sequence[Row], deliveries: Sequence[Row]) -> list[Finding]:
    """What the working day adds: nothing was lost, nothing was done twice."""
    uploads = [call for call in calls if call["method"] == "POST" and call["path"].endswith("/v1/files")]
    stored = [call for call in uploads if call["status"] == 200]
    contents = {file["sha256"] for file in firm.xai["files"]}
    pauses = sum(call["status"] == 429 for call in uploads)
    delivered = sum(row["outcome"] == "delivered" for row in deliveries)
    survived = firm.settled(firm.named(day.while_busy))
    return [
        Finding(_("messages of EspoCRM that the hub accepted"), len(deliveries), delivered),
        Finding(_("messages that still wait in EspoCRM"), 0, int(firm.crm["pending_events"])),
        Finding(_("refusals for too many requests, survived"), day.pauses, pauses if survived else 0),
        Finding(_("uploads: every content once"), len(contents), len(stored)),
        Finding(_("answer to an unreadable message, now in quarantine"), 400, day.unreadable_answer),
    ]


def of_parties(parties: Parties, day: PartyDay | None = None) -> list[Finding]:
    """How parties and bank accounts stand on both sides; after the `day` one is in conflict and one account waits."""
    open_still = {day.disputed.party} if day else set()
    agreeing = [row for pk, row in parties.known.items() if pk not in open_still]
    account = parties.accounts.get(day.account) if day else None
    wanted, there = set(parties.wanted_accounts), parties.accounts_there
    # The account that a person must change differs once on each side.
    differing = len(wanted ^ set(there)) + len(there) - len(set(there)) - (2 if account else 0)
    accounts = len(wanted) - bool(account)
    return [
        Finding(
            _("parties that are the same in EspoCRM and Advoware"), len(agreeing), sum(map(parties.agree, agreeing))
        ),
        Finding(_("parties in Advoware: each once"), len(parties.known), len(parties.there)),
        Finding(_("bank accounts that are in Advoware: each once"), accounts, accounts - differing),
    ]


def of_people(parties: Parties, day: PartyDay, left: Sequence[str]) -> list[Finding]:
    """What people entered is on the other side too; what only a person can do is untouched, and waits. `left`: what
    the hub shows to staff."""
    party = parties.known[day.disputed.party]
    untouched = party["syncStatus"] == "conflict" and parties.shows(day.disputed)
    by_hand = parties.needs_a_hand(parties.accounts[day.account])
    return [
        Finding(
            _("parties edited or made on one side: on the other now"),
            len(day.entered),
            sum(map(parties.shows, day.entered)),
        ),
        Finding(
            _("fields changed on both sides: a person chooses, nothing is overwritten"),
            len(day.disputed.crm),
            left.count("conflict") if untouched else 0,
        ),
        Finding(
            _("task: a changed bank account, which only a person can change there"),
            1,
            left.count("bank_changed") if by_hand else 0,
        ),
        Finding(
            _("notices: a value was replaced by the other side's, staff are told"),
            NOTICES,
            left.count("value_overruled"),
        ),
    ]


def of_calendars(calendars: Calendars, day: CalendarDay | None = None) -> list[Finding]:
    """How appointments stand on both sides; after the `day` one is in Google only."""
    employees, there = len(calendars.of_employees), len(calendars.in_advoware)
    same = there - calendars.differing([day.by_hand] if day else [])
    return [
        Finding(
            _("employees with a Google calendar of their own that reports to the hub"), employees, calendars.well_kept
        ),
        Finding(_("appointments that are the same in Advoware and Google: each once"), there, same),
    ]


def of_edits(calendars: Calendars, day: CalendarDay, left: Sequence[str]) -> list[Finding]:
    """What was done to appointments on either side is on both now; what Advoware can't hold waits for a person."""
    waits = day.by_hand in calendars.in_google.values() and day.by_hand not in calendars.in_advoware.values()
    edited = sum(map(calendars.on_both_sides, day.edited))
    return [
        Finding(_("appointments edited, made and moved on one side: on both now"), len(day.edited), edited),
        Finding(
            _("task: a series in Google that Advoware can't hold"),
            1,
            left.count("appointment_by_hand") if waits else 0,
        ),
    ]
