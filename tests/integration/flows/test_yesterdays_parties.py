"""Yesterday's backup is restored: parties, their accounts and staff's tasks are neither written twice nor set back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncapp.models import Conflict, ConflictState, SystemName
from syncapp.people import conflicts
from tests import accounts
from tests.integration.flows.test_parties_only_there import ALL
from tests.integration.flows.test_tasks_mirror import user
from tests.parties import MAIL, MOBILE, PARTY, Parties
from tests.world import World, configured
from tests.yesterday import Backup, Scene, compare, nothing_changes_after

pytestmark = pytest.mark.django_db
OLD, NEW, MORE = "a@kanzlei.example", "b@kanzlei.example", "c@kanzlei.example"


@pytest.fixture(autouse=True)
def _everything_is_on(world: World) -> Iterator[None]:
    with configured(
        BANK_ACCOUNTS_TO_ESPOCRM=True,
        TASKS_TO_ESPOCRM="Task",
        PARTIES_TO_ESPOCRM=ALL,
        PARTY_CONFLICTS={"vorname": "person"},
    ):
        yield


class Firm(Parties):
    """One party with an account, in both systems."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.pk, self.number = self.pair((MAIL, OLD), (MOBILE, "+4915112345678"), crm={"assignedUserId": user(self)})
        self.account = accounts.account(self, self.pk)
        compare(world)

    def agree(self) -> None:
        compare(self.world)

    def edit_account(self, **data: Any) -> None:
        self.world.sandbox.update(accounts.BANK, self.account, data)
        accounts.event(self, self.account)


def edited_on_both_sides(firm: Firm) -> None:
    firm.edit_crm(firm.pk, lastName="Oster")
    firm.agree()
    firm.edit_advoware(firm.number, vorname="Käthe")
    firm.agree()


def edited_there_and_back(firm: Firm) -> None:
    for name in ("Oster", "Wendland"):
        firm.edit_crm(firm.pk, lastName=name)
        firm.agree()
    firm.edit_advoware(firm.number, name="Tiede")
    firm.agree()


def contacts_changed(firm: Firm) -> None:
    firm.remove_entry(firm.number, OLD)
    firm.agree()
    firm.add_entry(firm.number, MAIL, NEW)
    firm.agree()
    firm.edit_crm(firm.pk, emailAddressData=[{"emailAddress": MORE, "primary": True}])


def made_in_the_crm(firm: Firm) -> None:
    firm.sync(firm.in_crm(lastName="Tiede", emailAddress=NEW))


def made_in_advoware(firm: Firm) -> None:
    firm.in_advoware((MAIL, NEW), name="Hinrichs")


def deleted_in_the_crm(firm: Firm) -> None:
    firm.world.sandbox.delete(PARTY, firm.pk)
    firm.event(firm.pk)


def accounts_added(firm: Firm) -> None:
    accounts.event(firm, accounts.account(firm, firm.pk, iban=accounts.THIRD))
    accounts.add(firm, firm.number, iban=accounts.OTHER, kontoinhaber="Oster")


def account_edited_in_advoware(firm: Firm) -> None:
    accounts.edit(firm, firm.number, kontoinhaber="Oster")


def a_task_shown_in_the_crm(firm: Firm) -> None:
    firm.edit_account(iban=accounts.THIRD)


def two_tasks_and_one_done(firm: Firm) -> None:
    firm.edit_account(iban=accounts.THIRD)
    other = accounts.account(firm, firm.pk, iban=accounts.OTHER)
    accounts.event(firm, other)
    firm.world.sandbox.update(accounts.BANK, other, {"kontoinhaber": "Oster"})
    accounts.event(firm, other)
    rows = [row["id"] for row in accounts.there(firm, firm.number) if row["iban"] == accounts.IBAN]
    firm.world.sandbox.advoware.update_bank_account(firm.number, rows[0], {"iban": accounts.THIRD})


def account_deleted(firm: Firm) -> None:
    firm.world.sandbox.delete(accounts.BANK, firm.account)
    accounts.event(firm, firm.account)


def a_conflict(firm: Firm) -> None:
    firm.edit_crm(firm.pk, firstName="Käthe")
    firm.edit_advoware(firm.number, vorname="Jörn")


def a_conflict_that_was_decided(firm: Firm) -> None:
    a_conflict(firm)
    firm.agree()
    asked = Conflict.objects.filter(state=ConflictState.OPEN).values_list("pk", flat=True)
    assert conflicts.decide(firm.record(firm.pk), dict.fromkeys(asked, SystemName.ADVOWARE), None)


@pytest.mark.parametrize(
    "scene",
    [
        edited_on_both_sides,
        edited_there_and_back,
        contacts_changed,
        made_in_the_crm,
        made_in_advoware,
        deleted_in_the_crm,
        accounts_added,
        account_edited_in_advoware,
        a_task_shown_in_the_crm,
        two_tasks_and_one_done,
        account_deleted,
        a_conflict,
        a_conflict_that_was_decided,
    ],
)
def test_parties_accounts_and_tasks(world: World, scene: Scene) -> None:
    firm = Firm(world)
    backup = Backup.take()
    scene(firm)
    nothing_changes_after(backup, world)
