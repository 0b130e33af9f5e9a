"""Many entities are looked at in one list: what is as it was agreed is settled, all else runs as it would have."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from math import inf
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.brokers import get_broker
from hypothesis import given
from hypothesis import strategies as st

from sandbox.client import SandboxError
from syncapp import jobs
from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.engine.outside import connections, outages
from syncapp.engine.queue import enqueue, sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery.sweep import sweep
from syncapp.engine.runs import glancing, switches, together
from syncapp.flows.akten import advoware
from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.beteiligte import sides
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.documents.flow import DOCUMENT_SYNC
from syncapp.flows.documents.sync import DocumentSync
from syncapp.models import Attempt, Figures, Outcome, Reason, Record, Status, Urgency
from syncapp.upkeep import summing
from tests.accounts import BANK, THIRD, account
from tests.histories import histories, taken_back
from tests.integration.flows.test_akten import CASE, CONFIGURED, ENTITIES, akte, case
from tests.parties import OFFICE, PARTY, Parties
from tests.world import World, configured

pytestmark = pytest.mark.django_db
MANY = 7
LIST = "GET /espocrm/api/v1/CDokumente"


@pytest.fixture(autouse=True)
def _rested() -> Iterator[None]:
    with mock.patch.object(glancing, "_rests", glancing._Rests()):
        yield


def in_agreement(world: World, number: int = MANY) -> list[str]:
    parent = world.parent()
    documents = [world.document(parent, content=f"Seite {n}".encode()) for n in range(number)]
    told(world, documents)
    world.drive()
    return documents


def told(world: World, documents: Sequence[str]) -> None:
    """An event for each, long after it was looked at last."""
    for document in documents:
        world.event(document)
    Record.objects.filter(status=Status.WAITING).update(due_at=timezone.now())


def asked(world: World, since: int) -> list[str]:
    return [f"{call['method']} {call['route']}" for call in world.sandbox.calls(since=since)]


def states() -> set[str]:
    return set(Record.objects.filter(step=DOCUMENT_SYNC).values_list("status", flat=True))


def keys(*entity_ids: str) -> frozenset[int]:
    return frozenset(Record.objects.filter(entity_id__in=entity_ids).values_list("pk", flat=True))


def test_many_that_are_unchanged_cost_one_call(world: World) -> None:
    documents = in_agreement(world)
    runs, before = Attempt.objects.count(), world.mark()
    told(world, documents)
    assert world.glance().settled == keys(*documents)
    assert asked(world, before) == [LIST]
    assert states() == {Status.IN_SYNC}
    assert not Record.objects.exclude(claim=None).exists()
    looked = Attempt.objects.order_by("pk")[runs:]
    assert {(each.outcome, each.calls[0]["shared"], len(each.calls)) for each in looked} == {(Outcome.IN_SYNC, MANY, 1)}
    assert len(looked) == MANY
    assert set(Record.objects.filter(step=DOCUMENT_SYNC).values_list("attempts", flat=True)) == {0}


@pytest.mark.parametrize("length", [17, 36])
def test_a_full_list_fits_into_an_address(world: World, length: int) -> None:
    document, others = world.document(), [f"{number:0{length}x}" for number in range(glancing.MOST - 1)]
    rows = connections.espocrm().by_ids("CDokumente", [*others, document], FIELDS.document_select)
    assert [row["id"] for row in rows] == [document]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "one call for 7 records"), ("de", "ein Aufruf für 7 Datensätze")]
)
def test_people_read_that_a_call_was_for_many(world: World, admin_client: Client, language: str, words: str) -> None:
    documents = in_agreement(world)
    told(world, documents)
    world.glance()
    admin_client.cookies["django_language"] = language
    attempt = Attempt.objects.latest("pk")
    places = ("admin:syncapp_record_change", attempt.record_id), ("admin:hub_trace", attempt.trace_id)
    for name, key in places:
        assert words in admin_client.get(reverse(name, args=[key])).content.decode(), name


def test_a_call_for_many_is_counted_once(world: World) -> None:
    documents = in_agreement(world)
    Attempt.objects.all().delete()
    told(world, documents)
    world.glance()
    hour = summing.floor(timezone.now())
    summing.sum_hour(hour)
    assert Figures.objects.get(about="system", name="espocrm", span="hour").sums["calls"] == 1
    assert Figures.objects.get(about="step", name=DOCUMENT_SYNC, span="hour").sums["settled"] == MANY


def test_what_differs_runs_as_ever(world: World) -> None:
    documents = in_agreement(world)
    replaced, renamed, deleted, full = documents[:4]
    world.sandbox.upload_file(replaced, "vertrag.txt", b"Nachtrag")
    world.sandbox.update("CDokumente", renamed, {"name": "Anders"})
    world.sandbox.delete("CDokumente", deleted)
    told(world, documents)
    world.event(full, full=True)
    looked = world.glance()
    assert looked.left == keys(replaced, deleted)
    assert looked.settled == keys(renamed, *documents[4:])
    waiting = Record.objects.filter(status=Status.WAITING)
    assert set(waiting.values_list("entity_id", "attempts")) == {(replaced, 0), (deleted, 0), (full, 0)}
    world.drive()
    assert world.record(deleted).reason == Reason.ENTITY_GONE
    assert world.record(replaced).status == world.record(full).status == Status.IN_SYNC
    assert sorted(world.files()[world.crm(each)["xaiId"]]["bytes"] for each in (replaced,)) == [len(b"Nachtrag")]


def test_a_request_that_comes_while_it_is_looked_at_is_served_by_another_look(world: World) -> None:
    documents = in_agreement(world)
    by_ids = EspoClient.by_ids

    def meanwhile(*args: Any) -> Any:
        rows = list(by_ids(*args))
        world.sandbox.upload_file(documents[0], "vertrag.txt", b"Nachtrag")
        world.event(documents[0])
        return rows

    told(world, documents)
    with mock.patch.object(EspoClient, "by_ids", meanwhile):
        looked = world.glance()
    assert looked.left == keys(documents[0])
    assert world.record(documents[0]).served < world.record(documents[0]).requested
    world.drive()
    assert world.crm(documents[0])["xaiSyncStatus"] == "clean"
    assert world.files()[world.crm(documents[0])["xaiId"]]["bytes"] == len(b"Nachtrag")


@pytest.mark.parametrize(
    "kind", ["500", "503", "429", "403", "garbage", "truncated", "cut_after", "unfiltered", "fault"]
)
def test_a_list_that_fails_costs_nothing_but_itself(world: World, kind: str) -> None:
    documents = in_agreement(world)
    told(world, documents)
    fault = {"kind": "status", "status": int(kind)} if kind.isdigit() else {"kind": kind}
    if kind == "unfiltered":  # a CRM, or what stands before it, that takes no notice of the condition
        others = [world.sandbox.create("CDokumente", {"name": f"A{n}"}) for n in range(MANY)]
        rows = [world.crm(other) for other in others]
        with mock.patch.object(EspoClient, "request", return_value={"list": rows}):
            looked = world.glance()
    elif kind == "fault":
        with mock.patch.object(EspoClient, "by_ids", side_effect=KeyError):
            looked = world.glance()
    else:
        world.sandbox.add_fault(**fault, system="espocrm", method="GET", path=r"searchParams", times=None)  # type: ignore[arg-type]
        looked = world.glance()
    assert looked.left == keys(*documents)
    assert set(Record.objects.filter(step=DOCUMENT_SYNC).values_list("status", "attempts")) == {(Status.WAITING, 0)}
    world.sandbox.clear_faults()
    world.drive()
    assert states() == {Status.IN_SYNC}


def test_a_fault_of_the_program_is_told_by_the_run_of_the_one_that_has_it(world: World) -> None:
    documents = in_agreement(world)
    read = DocumentSync.read

    def faulty(self: DocumentSync) -> Any:
        if self._run.entity_id == documents[3]:
            raise ZeroDivisionError
        return read(self)

    told(world, documents)
    with mock.patch.object(DocumentSync, "read", faulty):
        assert world.glance().left == keys(documents[3])
        world.drive()
    assert world.record(documents[3]).reason == Reason.INTERNAL_ERROR
    assert states() == {Status.IN_SYNC, Status.FAILED}


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", ["by_ids", "settle", "hand_back"])
def test_a_worker_that_dies_costs_one_more_look(world: World, at: str) -> None:
    documents = in_agreement(world)
    world.sandbox.upload_file(documents[0], "vertrag.txt", b"Nachtrag")
    told(world, documents)
    with (
        pytest.raises(Killed),
        mock.patch.object(EspoClient if at == "by_ids" else together, at, side_effect=Killed),
    ):
        world.glance()
    running = Record.objects.filter(status=Status.RUNNING)
    assert running.count() == (1 if at == "hand_back" else MANY)
    running.update(leased_until=timezone.now() - timedelta(seconds=1))
    sweep()
    assert states() <= {Status.WAITING, Status.IN_SYNC}
    world.drive()
    assert states() == {Status.IN_SYNC}
    assert world.files()[world.crm(documents[0])["xaiId"]]["bytes"] == len(b"Nachtrag")
    assert Attempt.objects.filter(outcome=Outcome.LOST).count() == (1 if at == "hand_back" else MANY)


@pytest.mark.parametrize("switched", ["paused", "observed", "away"])
def test_what_is_switched_is_not_looked_at(world: World, switched: str) -> None:
    told(world, in_agreement(world))
    before = world.mark()
    if switched == "away":
        outages.set_paused("espocrm", True)
    else:
        turn = switches.set_paused if switched == "paused" else switches.set_observing
        turn(DOCUMENT_SYNC, True)
    assert world.glance() == glancing.NOTHING
    assert asked(world, before) == []


def test_the_queue_and_a_drain_look_at_many(world: World) -> None:
    documents = in_agreement(world)
    before = world.mark()
    told(world, documents)
    jobs.run(*keys(*documents[:5]))  # as a flood's task
    assert asked(world, before) == [LIST]
    assert states() == {Status.IN_SYNC}
    before = world.mark()
    Record.objects.update(changed_at=timezone.now() - timedelta(minutes=1))
    told(world, documents)
    jobs.drain()
    assert asked(world, before) == [LIST]


def test_tasks_that_follow_each_other_look_at_what_else_is_due(world: World) -> None:
    documents = in_agreement(world)
    told(world, documents)
    before = world.mark()
    with mock.patch.multiple(jobs, _busy_until=0.0, BUSY_SECONDS=60.0):
        jobs.run(*keys(documents[0]))  # after a rest: it alone
        assert asked(world, before) == [f"{LIST}/{{id}}"]
        before = world.mark()
        jobs.run(*keys(documents[1]))
    assert asked(world, before) == [LIST]
    assert states() == {Status.IN_SYNC}


def test_a_look_at_what_else_is_due_that_was_not_worth_it_is_not_made_again_at_once(world: World) -> None:
    documents = in_agreement(world)
    told(world, documents[:3])
    looks = mock.patch.object(jobs._sweep, "next_steps", wraps=jobs._sweep.next_steps)
    with (
        looks as look,
        mock.patch.multiple(jobs, _busy_until=inf, _again_at=0.0, BUSY_SECONDS=60.0, AGAIN_SECONDS=60.0),
    ):
        for document in documents[:3]:
            jobs.run(*keys(document))
    assert look.call_count == 1
    assert states() == {Status.IN_SYNC}


def test_looks_that_leave_some_behind_again_and_again_do_not_fill_the_queue(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else is on it (the canary, schedules, calendars) would wait for them all."""
    documents = in_agreement(world)
    get_broker().delete_queue()
    told(world, documents)
    before, left = enqueue.queue_size(), keys(*documents)
    monkeypatch.setattr(jobs.running, "glance_now", lambda _: glancing.Glanced(left=left))
    monkeypatch.setattr(jobs.running, "run_now", lambda *_: None)
    for _ in range(20):
        jobs.run(*left)
    assert enqueue.queue_size() <= max(before, 2 * settings.CONFIG.QUEUE_WORKERS)


def test_few_are_read_singly(world: World) -> None:
    documents = in_agreement(world)
    before = world.mark()
    told(world, documents[:2])
    jobs.drain()
    assert asked(world, before) == [f"{LIST}/{{id}}"] * 2


def test_a_party_of_which_only_a_contact_changed_is_looked_at_closer(parties: Parties) -> None:
    """A list tells no contacts: it goes by the date of the last change, and only once that can be relied upon."""
    pairs = [parties.pair((OFFICE, "+49511123"), name=f"Wendland{n}")[0] for n in range(3)]
    with mock.patch.object(sides, "SAME_SECOND", timedelta()):
        for _ in range(2):
            for pk in pairs:
                parties.event(pk)
            parties.world.drive()
        time.sleep(1)  # EspoCRM's times are whole seconds
        parties.edit_crm(pairs[0], phoneNumberData=[{"phoneNumber": "+49511999", "type": "Office", "primary": True}])
        for pk in pairs:
            parties.event(pk)
        looked = parties.world.glance()
    assert looked.left == keys(pairs[0])
    parties.world.drive()
    assert parties.entries(int(parties.crm(pairs[0])["betnr"])) == [(OFFICE, "+49511999")]


def test_a_party_changed_in_this_very_second_is_looked_at_closer(parties: Parties) -> None:
    with mock.patch.object(sides, "SAME_SECOND", timedelta(hours=1)):  # however slow this machine is
        pairs = [parties.pair(name=f"Wendland{n}")[0] for n in range(3)]
        for pk in pairs:
            parties.event(pk)
        assert parties.world.glance().left == keys(*pairs)


# With and without

change = st.tuples(
    st.integers(0, MANY - 1),
    st.sampled_from(["nothing", "content", "name", "delete", "link", "unlink", "pause", "fault"]),
    st.booleans(),
)


@given(st.lists(change, max_size=12))
@histories(20)
def test_all_ends_as_it_does_without_glances(world: World, changes: list[tuple[int, str, bool]]) -> None:
    ends = []
    for glancing_too in (True, False):
        with taken_back():
            ends.append(_end(world, changes, glancing_too))
    assert ends[0] == ends[1]


def _end(world: World, changes: list[tuple[int, str, bool]], glances: bool) -> list[Any]:
    """What stands on both sides and in the hub, by the order of the documents."""
    world.sandbox.reset()
    world.sandbox.settings(xai_indexing_seconds=0)
    documents, other = in_agreement(world), world.parent()
    for number, kind, full in changes:
        pk = documents[number]
        with suppress(SandboxError):  # a document that is deleted can't be changed any more
            match kind:
                case "content":
                    world.sandbox.upload_file(pk, "vertrag.txt", f"Nachtrag {number}".encode())
                case "name":
                    world.sandbox.update("CDokumente", pk, {"name": "Anders"})
                case "delete":
                    world.sandbox.delete("CDokumente", pk)
                case "link":
                    world.sandbox.link("CDokumente", pk, "raeumungsklages", other)
                case "unlink":
                    world.sandbox.unlink("CDokumente", pk, "raeumungsklages", other)
                case "pause":
                    world.sandbox.set_status("Raeumungsklage", other, "paused")
                case "fault":
                    world.sandbox.add_fault("status", status=500, system="espocrm", method="GET", times=1)
        world.event(pk, full=full or kind in ("link", "unlink"))
        if number % 3 == 0:
            world.drive(glancing=glances)
    world.sandbox.clear_faults()
    world.drive(glancing=glances)
    rows = [world.record(pk) for pk in documents]
    inside = world.inside()
    return [
        (row.status, row.reason, row.requested - row.served, shown["xaiSyncStatus"], shown["md5sum"], places)
        for row in rows
        for shown in [world.crm(row.entity_id) if row.reason != Reason.ENTITY_GONE else GONE]
        for places in [sum(shown["xaiId"] in files for files in inside.values())]
    ]


GONE: dict[str, Any] = {"xaiSyncStatus": None, "md5sum": None, "xaiId": ""}


# Other flows


def _collections(world: World) -> tuple[list[str], Callable[[str], None]]:
    parents = [world.parent() for _ in range(MANY)]
    for parent in parents:
        world.document(parent)
    return parents, lambda pk: world.sandbox.update("Raeumungsklage", pk, {"name": "Anders ./. Beispiel"})


def _parties(world: World) -> tuple[list[str], Callable[[str], None]]:
    parties = Parties(world)
    pairs = [parties.pair(name=f"Wendland{n}") for n in range(MANY)]
    return [pk for pk, _ in pairs], lambda pk: parties.edit_crm(pk, lastName="Sommer")


def _accounts(world: World) -> tuple[list[str], Callable[[str], None]]:
    parties = Parties(world)
    accounts = [account(parties, parties.pair()[0]) for _ in range(MANY)]
    return accounts, lambda pk: world.sandbox.update(BANK, pk, {"iban": THIRD})


def _cases(world: World) -> tuple[list[str], Callable[[str], None]]:
    for number in range(MANY):
        akte(world, 100 + number, f"{number + 1}/26")
    cases = [case(world, aktenzeichen=f"{number + 1}/26") for number in range(MANY)]
    return cases, lambda pk: world.sandbox.update(CASE, pk, {"aktenzeichen": "7/26"})


FLOWS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "collection_sync": (_collections, "Raeumungsklage", {}),
    PARTY_SYNC: (_parties, PARTY, {"COLLECTION_ENTITIES": ()}),
    BANK_SYNC: (_accounts, BANK, {"COLLECTION_ENTITIES": ()}),
    "matter_sync": (
        _cases,
        CASE,
        {"MATTER_ENTITIES": CONFIGURED, "WEBHOOK_ENTITIES": ENTITIES, "COLLECTION_ENTITIES": ()},
    ),
}


@pytest.mark.parametrize("step", FLOWS)
def test_every_flow_that_reads_the_crm_first_can_look_at_many(world: World, step: str) -> None:
    make, kind, settings = FLOWS[step]
    advoware.shared.clear()
    # No second has to go by until the CRM's date of a change can be relied upon.
    with configured(**settings), mock.patch.object(sides, "SAME_SECOND", timedelta()):
        entities, change = make(world)
        for _ in range(2):
            _ask(step, kind, entities)
            world.drive()
        change(entities[0])
        before = world.mark()
        _ask(step, kind, entities)
        looked = world.glance()
        assert asked(world, before) == [f"GET /espocrm/api/v1/{kind}"]
        assert looked.settled == keys(*entities[1:])
        assert looked.left == keys(entities[0])
        assert Record.objects.get(pk=min(looked.left)).status == Status.WAITING


def _ask(step: str, kind: str, entities: Sequence[str]) -> None:
    sync_requests.request([Target(step, kind, pk) for pk in entities], urgency=Urgency.EVENT, trace_id="test")
