"""The rules of parties, bank accounts and tasks, at a real EspoCRM."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.flows.bankverbindungen.flow import CHECK_ACCOUNTS
from syncapp.models import Task, TaskState
from syncapp.people import tasks
from tests.real.crm import RealCrm

pytestmark = pytest.mark.django_db
PARTY, BANK = "CBeteiligte", "CBankverbindungen"
IBAN, OTHER_IBAN = "DE89370400440532013000", "DE02120300000000202051"


def person(real: RealCrm, **more: Any) -> str:
    mail = [{"emailAddress": "almut@example.com", "primary": True}]
    phone = [{"phoneNumber": "+49301234567", "type": "Office", "primary": True}]
    fields = {"firstName": "Almut", "lastName": "Wendland", "emailAddressData": mail, "phoneNumberData": phone}
    pk = real.create(PARTY, **{**fields, **more})
    real.told(PARTY, pk)
    return pk


def number(real: RealCrm, pk: str) -> int:
    return int(real.get(PARTY, pk)["betnr"])


def there(real: RealCrm, pk: str) -> dict[str, Any]:
    return real.world.sandbox.advoware.party(number(real, pk))


def open_tasks() -> list[str]:
    return sorted(Task.objects.filter(state=TaskState.OPEN).values_list("kind", flat=True))


def test_a_new_person_is_made_in_advoware(real: RealCrm) -> None:
    pk = person(real, salutationName="Frau", dateOfBirth="1980-02-03")
    shown, made = real.get(PARTY, pk), there(real, pk)
    assert (made["name"], made["vorname"], made["anrede"]) == ("Wendland", "Almut", "Frau")
    assert shown["syncStatus"] == "clean"
    version = shown["versionNumber"]
    real.told(PARTY, pk)
    assert real.get(PARTY, pk)["versionNumber"] == version


def test_a_company_needs_no_last_name(real: RealCrm) -> None:
    pk = real.create(PARTY, firmenname="Müller & Söhne GmbH", rechtsform="GmbH")
    real.told(PARTY, pk)
    assert there(real, pk)["name"] == "Müller & Söhne GmbH"
    assert real.get(PARTY, pk)["syncStatus"] == "clean"


def test_advowares_change_comes_here_with_an_option_that_was_prepared(real: RealCrm) -> None:
    pk = person(real, salutationName="Frau")
    real.world.sandbox.advoware.update_party(number(real, pk), {"vorname": "Almut Maria", "anrede": "Divers"})
    real.told(PARTY, pk, full=True)
    shown = real.get(PARTY, pk)
    assert (shown["firstName"], shown["salutationName"], shown["syncStatus"]) == ("Almut Maria", "Divers", "clean")


@pytest.mark.parametrize("name", ["Almut <x>", "A = B", "x" * 150])
def test_what_espocrm_refuses_is_a_task_and_the_rest_goes_on(real: RealCrm, name: str) -> None:
    pk = person(real)
    real.world.sandbox.advoware.update_party(number(real, pk), {"vorname": name, "rechtsform": "GbR"})
    real.told(PARTY, pk, full=True)
    shown = real.get(PARTY, pk)
    assert (shown["firstName"], shown["rechtsform"]) == ("Almut", "GbR")
    assert open_tasks() == ["cant_hold"]


def test_both_changed_and_espocrm_holds(real: RealCrm) -> None:
    pk = person(real)
    real.world.sandbox.advoware.update_party(number(real, pk), {"vorname": "Anna", "rechtsform": "GbR"})
    real.edit(PARTY, pk, firstName="Alma")
    real.told(PARTY, pk)
    shown, other = real.get(PARTY, pk), there(real, pk)
    assert (shown["firstName"], other["vorname"]) == ("Alma", "Alma")
    assert (shown["rechtsform"], other["rechtsform"]) == ("GbR", "GbR")


def test_gone_in_advoware_is_said_and_nothing_deleted(real: RealCrm) -> None:
    pk = person(real)
    real.world.sandbox.advoware.remove_party(number(real, pk))
    real.told(PARTY, pk, full=True)
    shown = real.get(PARTY, pk)
    assert (shown["syncStatus"], shown["lastName"]) == ("deleted_in_advoware", "Wendland")


def test_accounts_go_both_ways_whatever_their_bank_is_called(real: RealCrm) -> None:
    pk = person(real)
    own = real.create(BANK, name="Giro", iban=IBAN, beteiligteId=pk, kontoinhaber="Almut Wendland")
    real.told(BANK, own)
    real.world.sandbox.advoware.add_bank_account(number(real, pk), {"iban": OTHER_IBAN, "bank": "Bank <Nord> = Süd"})
    real.told(PARTY, pk, topic=CHECK_ACCOUNTS)
    rows = real.admin.rows(f"{PARTY}/{pk}/cBankverbindungens", (), of=BANK)
    assert {(row["iban"], row["name"]) for row in rows} == {(IBAN, "Giro"), (OTHER_IBAN, "Bank Nord Süd")}
    assert {row["iban"] for row in there(real, pk)["bankverbindungen"]} == {IBAN, OTHER_IBAN}


def test_a_changed_account_is_a_task_of_the_assigned_user(real: RealCrm) -> None:
    """The stock Task wants an assigned user, and takes no bank account as its parent."""
    me = real.me()
    pk = person(real, assignedUserId=me)
    account = real.create(BANK, name="Giro", iban=IBAN, beteiligteId=pk)
    real.told(BANK, account)
    real.edit(BANK, account, iban=OTHER_IBAN)
    real.told(BANK, account)
    (task,) = Task.objects.filter(state=TaskState.OPEN)
    # Of tasks with this number the newest: another run of these tests, with a database of its own, had it too.
    shown = real.admin.page("Task", ("id",), "id", [("contains", "name", f"[Hub {task.pk}]")])[-1]["id"]
    made = real.get("Task", shown)
    assert (made["assignedUserId"], made["status"], made["parentType"]) == (me, "Not Started", PARTY)
    tasks.close_task(task, None, "")
    real.world.drive()
    assert real.get("Task", shown)["status"] == "Completed"
