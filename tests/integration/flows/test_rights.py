"""A right that is missing leaves out what it is about, says so, and takes nothing away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from django.core.management import call_command

from syncapp.clients.espocrm import EspoClient
from syncapp.models import Reason, Record, Status
from tests.world import World, configured

pytestmark = pytest.mark.django_db
IBAN = "DE02120300000000202051"


@pytest.fixture(autouse=True)
def _fresh_metadata() -> Iterator[None]:
    yield
    EspoClient.metadata_cache.clear()


def deny(world: World, *rights: str) -> None:
    world.sandbox.settings(espocrm_denied=list(rights))
    EspoClient.metadata_cache.clear()


def outcomes(world: World) -> dict[str, tuple[str, str]]:
    """Of an entity of each kind, a document of each parent: by step and entity type."""
    case, account = world.parent(), world.parent("Account")
    party = world.sandbox.create("CBeteiligte", {"firstName": "Almut", "lastName": "Wendland", "status": "active"})
    bank = world.sandbox.create("CBankverbindungen", {"name": "Konto", "beteiligteId": party, "iban": IBAN})
    world.event(world.document(case))
    for pk, kind in (
        (case, "Raeumungsklage"),
        (account, "Account"),
        (party, "CBeteiligte"),
        (bank, "CBankverbindungen"),
    ):
        world.event(pk, kind)
    with configured(XAI_EMPTY_COLLECTIONS=True):
        world.drive()
    return {f"{row.step} {row.entity_type}": (row.status, row.reason) for row in Record.objects.all()}


@pytest.mark.parametrize(
    ("right", "hit", "reason"),
    [
        ("Account.read", {"collection_sync Account"}, Reason.TYPE_UNSEEN),
        ("CDokumente.edit", {"document_sync CDokumente"}, Reason.FORBIDDEN),
        ("CBankverbindungen.read", {"bankverbindungen_sync CBankverbindungen"}, Reason.FORBIDDEN),
        ("CBankverbindungen.edit", {"bankverbindungen_sync CBankverbindungen"}, Reason.FORBIDDEN),
    ],
)
def test_only_what_a_missing_right_is_about_stands_still(right: str, hit: set[str], reason: str, world: World) -> None:
    deny(world, right)
    found = outcomes(world)
    assert {step for step, (status, _reason) in found.items() if status != Status.IN_SYNC} == hit
    assert found[sorted(hit)[0]] == (Status.FAILED, reason)


@pytest.mark.parametrize("scan", ["changes", "everything", "parties", "all_parties"])
@pytest.mark.parametrize("right", ["Account.read", "Raeumungsklage.edit"])
def test_a_comparison_goes_on_without_the_type(
    right: str, scan: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    deny(world, right)
    world.document(world.parent())
    with contextlib.suppress(SystemExit):  # 1: there is something that differs
        call_command("compare", "--scan", scan)
    assert scan.endswith("parties") or "CDokumente" in capsys.readouterr().out


def test_a_document_waits_for_a_collection_that_can_not_be_noted_and_then_goes_on(world: World) -> None:
    deny(world, "Raeumungsklage.edit")
    case = world.parent()
    document = world.document(case)
    world.event(document)
    with pytest.raises(AssertionError, match="collection_pending"):
        world.drive(rounds=5)
    assert Record.objects.get(step="collection_sync").reason == Reason.FORBIDDEN
    deny(world)
    world.event(case, "Raeumungsklage")
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert len(world.files()) == 1


def test_a_right_that_is_withdrawn_takes_nothing_out_of_xai(world: World) -> None:
    account = world.parent("Account")
    document = world.document(account, kind="Account")
    world.event(document)
    world.drive()
    before = world.inside()
    assert any(before.values())
    deny(world, "Account.read")
    world.event(document, full=True)
    world.event(account, "Account", full=True)
    world.drive()
    assert world.inside() == before
    assert world.record(document).reason == Reason.TYPE_UNSEEN
    deny(world)
    world.event(document, full=True)
    world.drive()
    assert (world.record(document).status, world.inside()) == (Status.IN_SYNC, before)


@pytest.mark.parametrize(("field", "reason"), [("xaiCollectionId", Reason.FORBIDDEN), ("status", "parent_paused")])
def test_a_field_of_a_parent_that_a_role_hides_takes_nothing_out_of_xai(
    field: str, reason: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    account = world.parent("Account")
    document = world.document(account, kind="Account")
    world.event(document)
    world.drive()
    before, mark = world.inside(), world.mark()
    assert any(before.values())
    deny(world, f"Account.{field}.read")
    world.event(document, full=True)
    world.event(account, "Account", full=True)
    world.drive()
    with contextlib.suppress(SystemExit):
        call_command("compare", "--scan", "everything")
    world.drive()
    assert world.inside() == before
    assert [call["path"] for call in world.writes(mark) if call["system"].startswith("xai")] == []
    assert world.record(document).reason == reason
    deny(world)
    world.event(account, "Account", full=True)
    world.event(document, full=True)
    world.drive()
    assert (world.record(document).status, world.inside()) == (Status.IN_SYNC, before)


def test_a_status_that_a_role_hides_reopens_nothing(world: World) -> None:
    account = world.parent("Account", status="closed")
    document = world.document(account, kind="Account")
    deny(world, "Account.status.read")
    world.event(document)
    world.event(account, "Account", full=True)
    world.drive()
    assert (world.files(), world.inside()) == ({}, {})
    assert world.record(document).reason == "parent_paused"
