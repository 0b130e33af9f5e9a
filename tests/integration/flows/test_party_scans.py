"""Comparisons of parties and accounts: they find what nobody reported, stop before too much, and then leave off."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from syncapp import jobs
from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.espocrm import EspoClient
from syncapp.engine.runs.planning import TaskNeed
from syncapp.events import running
from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.beteiligte import sides
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES, PARTIES
from syncapp.flows.differences import How
from syncapp.models import Cursor, Reason, Record, ScanRun, ScanState, Status, Task, TaskState
from syncapp.people import tasks
from tests.accounts import BANK, IBAN, account, look, there
from tests.parties import PARTY, Parties
from tests.world import World, configured

pytestmark = pytest.mark.django_db
BOTH = [PARTIES, ALL_PARTIES]


def compared(parties: Parties, name: str = PARTIES, *, confirmed: bool = False) -> ScanRun:
    run = scans.run(name, confirmed=confirmed)
    assert run is not None
    parties.world.drive()
    return run


def settled() -> None:
    """The second of the last change is over, so that the CRM's dates can be relied on."""
    time.sleep(sides.SAME_SECOND.total_seconds())


def calm(parties: Parties, name: str) -> None:
    """Whatever is still to be looked at is looked at; then a comparison leaves no request."""
    settled()
    compared(parties, name, confirmed=True)
    compared(parties, name, confirmed=True)
    run = compared(parties, name)
    assert (run.state, run.differing, run.requested, run.counts) == (ScanState.DONE, 0, 0, {})


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("listed", ["all", "single"])
def test_with_nothing_changed_it_leaves_no_request(parties: Parties, name: str, listed: str) -> None:
    party, _ = parties.pair((4, "a@kanzlei.example"))
    look(parties, account(parties, party, istStandard=True, bic="BYLADEM1001"))
    look(parties, account(parties, party, iban=""))
    look(parties, account(parties, "", iban=IBAN))
    with configured(ADVOWARE_PARTIES_LIST=listed):
        calm(parties, name)


@pytest.mark.parametrize("name", BOTH)
def test_an_unread_notice_at_a_deleted_party_is_no_reason_to_look(parties: Parties, name: str) -> None:
    party, number = parties.pair()
    tasks.notify(parties.record(party), TaskNeed("value_overruled", "advoware", "name", "Beteiligte", str(number)))
    parties.remove_in_advoware(number)
    parties.world.sandbox.delete(PARTY, party)
    parties.sync(party)
    assert parties.record(party).reason == Reason.ENTITY_GONE
    calm(parties, name)


@pytest.mark.parametrize("name", BOTH)
def test_what_staff_closed_by_hand_is_left_alone(parties: Parties, name: str) -> None:
    party, number = parties.pair()
    parties.remove_in_advoware(number)
    parties.sync(party)
    assert tasks.close_task(Task.objects.get(state=TaskState.OPEN), None, "bleibt so")
    parties.sync(party)
    assert parties.record(party).reason == "gone_there"
    calm(parties, name)


def test_rows_that_an_import_has_put_in_without_a_date_are_found_and_are_not_gone(parties: Parties) -> None:
    """Past EspoCRM, into its database: no condition on the date finds them, and nothing else tells of them."""
    known, _number = parties.pair()
    new = parties.in_crm(betnr=parties.in_advoware())
    for pk in (known, new):
        parties.world.sandbox.imported(PARTY, pk)
    run = compared(parties, ALL_PARTIES, confirmed=True)
    assert (run.counts.get(How.NEW), run.counts.get(How.GONE)) == (1, None)
    assert {parties.record(pk).status for pk in (known, new)} == {Status.IN_SYNC}


def test_open_tasks_are_looked_at_and_failures_after_a_while(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.advoware.remove_bank_account(number, there(parties, number)[0]["id"])
    look(parties, pk)
    wrong = account(parties, party, iban="DE02120300000000202052")
    look(parties, wrong)
    settled()
    assert compared(parties, confirmed=True).counts[How.TASK] == 1
    assert compared(parties).counts == {How.TASK: 1}
    Record.objects.filter(entity_id=wrong).update(changed_at=timezone.now() - timedelta(hours=2))
    parties.world.sandbox.advoware.add_bank_account(number, {"iban": IBAN})
    assert compared(parties, confirmed=True).requested == 2
    assert not Task.objects.filter(state=TaskState.OPEN).exists()


def test_an_iban_that_was_entered_without_an_event_is_found_whatever_the_clocks_say(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, iban="")
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"iban": IBAN}, silent=True)
    Record.objects.filter(step=BANK_SYNC).update(changed_at=timezone.now() + timedelta(minutes=5))
    compared(parties)
    assert [row["iban"] for row in there(parties, number)] == [IBAN]


@pytest.mark.parametrize("name", BOTH)
def test_a_party_that_is_back_in_advoware_as_it_was_is_noticed(parties: Parties, name: str) -> None:
    party, number = parties.pair()
    calm(parties, name)
    stamps = AdvowareClient.parties

    def others(client: AdvowareClient, *more: Any) -> Any:
        return (party for party in stamps(client, *more) if party.number != number)

    with mock.patch.object(AdvowareClient, "parties", others):
        parties.world.sandbox.add_fault(
            "status", status=404, system="advoware", path=f"Beteiligte/{number}", times=None
        )
        compared(parties, name)
        assert tasks.close_task(Task.objects.get(state=TaskState.OPEN), None, "")
        parties.sync(party)
        assert parties.record(party).reason == "gone_there"
        calm(parties, name)
    parties.world.sandbox.clear_faults()
    compared(parties, name)
    assert parties.record(party).status == Status.IN_SYNC
    calm(parties, name)


# Advoware's list


@pytest.mark.parametrize("kind", ["truncated", "garbage", "cut_after"])
def test_a_list_that_breaks_off_changes_nothing_and_the_next_finds_all(parties: Parties, kind: str) -> None:
    pairs = [parties.pair() for _ in range(4)]
    compared(parties, ALL_PARTIES, confirmed=True)
    before = dict(Cursor.objects.values_list("name", "position"))
    parties.world.sandbox.update(PARTY, pairs[0][0], {"lastName": "Oster"}, silent=True)
    parties.edit_advoware(pairs[3][1], name="Tiede")
    parties.world.sandbox.add_fault(kind, system="advoware", method="GET", path="Beteiligte", times=None)
    run = compared(parties)
    assert (run.state, run.requested) == (ScanState.FAILED, 0)
    assert dict(Cursor.objects.values_list("name", "position")) == before
    parties.world.sandbox.clear_faults()
    compared(parties, confirmed=True)
    assert [parties.advoware(pairs[0][1])["name"], parties.crm(pairs[3][0])["lastName"]] == ["Oster", "Tiede"]


@pytest.mark.parametrize("name", BOTH)
def test_an_empty_list_is_stopped_and_forgotten_when_it_is_full_again(parties: Parties, name: str) -> None:
    for _ in range(4):
        parties.pair()
    calm(parties, name)
    with configured(PARTIES_CHANGE_LIMIT=2, PARTIES_CHANGE_PERCENT=30):
        with mock.patch.object(AdvowareClient, "parties", return_value=iter(())):
            run = compared(parties, name)
        assert (run.state, run.differing, run.requested) == (ScanState.STOPPED, 4, 0)
        assert run.note == {"kind": "scan.would_change", "count": 4}
        assert compared(parties, name).state == ScanState.DONE
    assert not Task.objects.exists()


# The brake


def test_the_brake_holds_all_changes_until_a_person_says_yes(parties: Parties) -> None:
    pairs = [parties.pair() for _ in range(4)]
    calm(parties, PARTIES)
    for party, number in pairs[:2]:
        parties.world.sandbox.update(PARTY, party, {"lastName": "Oster"}, silent=True)
        parties.edit_advoware(number, vorname="Käthe")
    parties.edit_advoware(pairs[2][1], vorname="Jörn")
    with configured(PARTIES_CHANGE_LIMIT=2, PARTIES_CHANGE_PERCENT=30):
        before = parties.world.mark()
        stopped = [compared(parties) for _ in range(2)]
        assert [(run.state, run.requested) for run in stopped] == [(ScanState.STOPPED, 0)] * 2
        assert parties.world.writes(before) == []
        assert scans.confirm(stopped[0].pk)
        jobs.scan_confirmed(stopped[0].pk)
        parties.world.drive()
        run = compared(parties)
        assert (run.state, run.differing) == (ScanState.DONE, 0)
    assert [parties.advoware(number)["name"] for _, number in pairs[:2]] == ["Oster"] * 2
    assert [parties.crm(party)["firstName"] for party, _ in pairs[:3]] == ["Käthe", "Käthe", "Jörn"]


def test_just_at_the_limit_it_goes_on(parties: Parties) -> None:
    pairs = [parties.pair() for _ in range(4)]
    compared(parties, confirmed=True)
    for _, number in pairs[:2]:
        parties.edit_advoware(number, vorname="Käthe")
    with configured(PARTIES_CHANGE_LIMIT=2, PARTIES_CHANGE_PERCENT=1):
        assert compared(parties).state == ScanState.DONE
    for _, number in pairs[:2]:
        parties.edit_advoware(number, vorname="Jörn")
    with configured(PARTIES_CHANGE_LIMIT=1, PARTIES_CHANGE_PERCENT=50):
        assert compared(parties).state == ScanState.DONE
    assert parties.crm(pairs[0][0])["firstName"] == "Jörn"


# Cursors


def test_an_edit_during_the_comparison_or_during_a_run_is_found_by_the_next(parties: Parties) -> None:
    party, number = parties.pair()
    compared(parties, confirmed=True)
    real = AdvowareClient.parties

    def late(client: AdvowareClient, *more: Any) -> Any:
        parties.world.sandbox.update(PARTY, party, {"lastName": "Oster"}, silent=True)
        return real(client, *more)

    with mock.patch.object(AdvowareClient, "parties", late):
        compared(parties)
    compared(parties)
    assert parties.advoware(number)["name"] == "Oster"

    read = EspoClient.party

    def edited(client: EspoClient, pk: str) -> Any:
        answer = read(client, pk)
        if not done:
            done.append(parties.world.sandbox.update(PARTY, party, {"lastName": "Tiede"}, silent=True))
            scans.run(PARTIES)  # the record is running, so this one leaves it alone
        return answer

    done: list[Any] = []
    parties.event(party, full=True)
    with mock.patch.object(EspoClient, "party", edited):
        running.run_now(parties.record(party).pk, PARTY_SYNC, even_early=True)
    compared(parties)
    assert parties.advoware(number)["name"] == "Tiede"


@pytest.mark.parametrize("listed", ["all", "single"])
def test_statements_and_calls_do_not_grow_with_the_parties(parties: Parties, listed: str) -> None:
    """But for the accounts in Advoware, which lists them for each party alone."""
    costs, read = [], []
    with configured(ADVOWARE_PARTIES_LIST=listed):
        for more in (2, 10):
            for _ in range(more):
                party, _ = parties.pair()
                look(parties, account(parties, party))
            compared(parties, ALL_PARTIES, confirmed=True)
            before = parties.world.mark()
            with CaptureQueriesContext(connection) as queries:
                assert scans.run(ALL_PARTIES, confirmed=True) is not None
            routes = [call["route"] for call in parties.world.sandbox.calls(since=before)]
            read.append(sum(route.endswith("/Bankverbindungen") for route in routes))
            costs.append((len(queries), len(routes) - read[-1]))
    assert costs[0] == costs[1]
    assert read == [2, 12]


def test_a_change_in_advoware_is_found_right_after_our_own_write_to_the_crm(world: World) -> None:
    parties = Parties(world)
    with mock.patch.object(sides, "SAME_SECOND", timedelta(hours=1)):  # however slow this machine is
        pk, number = parties.pair()
    assert parties.record(pk).agreed["stamp"] == "", "within this second the CRM's date says nothing"
    parties.edit_advoware(number, rechtsform="GbR")
    scan = scans.run(PARTIES, confirmed=True)
    assert scan is not None
    assert (scan.state, scan.differing) == (ScanState.DONE, 1)
    world.drive()
    assert parties.crm(pk)["rechtsform"] == "GbR"


@pytest.mark.parametrize(("name", "found"), [(PARTIES, 0), (ALL_PARTIES, 1)])
def test_a_change_under_the_same_version_is_found_at_night(parties: Parties, name: str, found: int) -> None:
    """Observed: rowId and geaendertAm may stay while values change."""
    pk, number = parties.pair((4, "a@kanzlei.example"))
    settled()
    compared(parties, name, confirmed=True)
    parties.world.sandbox.settings(advoware_versions_stay=True)
    parties.edit_advoware(number, name="Roth")
    run = compared(parties, name)
    assert run.counts.get(How.CHANGED_IN_ADVOWARE, 0) == found
    assert (parties.crm(pk)["lastName"] == "Roth") is bool(found)


def test_what_is_no_party_stops_nothing_and_makes_nobody_gone(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.world.sandbox.settings(advoware_malformed_parties=2)
    parties.edit_advoware(number, name="Roth")
    run = compared(parties)
    assert (run.state, run.counts.get(How.GONE_IN_ADVOWARE, 0)) == (ScanState.DONE, 0)
    assert parties.crm(pk)["lastName"] == "Roth"
