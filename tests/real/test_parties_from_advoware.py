"""Parties that only Advoware has, brought to a real EspoCRM."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from syncapp.clients.errors import AnswerLost
from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import connections
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.flows.beteiligte.flow import PARTY_BRINGING
from syncapp.flows.limits import Resource
from syncapp.models import Record, Status, Task, TaskState, Urgency
from syncapp.people import tasks
from tests.parties import MAIL, MOBILE
from tests.real.crm import RealCrm
from tests.real.test_parties import PARTY

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody() -> str:
    """A name that no earlier test has left behind."""
    return f"Wendland {uuid.uuid4().hex[:12]}"


def mail_of(somebody: str) -> str:
    return f"{somebody.split()[1]}@example.com"


def in_advoware(real: RealCrm, somebody: str, **data: Any) -> int:
    contacts = [{"kommKz": MAIL, "tlf": mail_of(somebody)}, {"kommKz": MOBILE, "tlf": "0171 2345678"}]
    made = real.world.sandbox.advoware.create_party(
        {"name": somebody, "vorname": "Almut", **data}, communications=contacts
    )
    for pk in bearing(int(made["betNr"])):  # of an earlier test, with an Advoware of its own
        real.edit(PARTY, pk, betnr=None)
    return int(made["betNr"])


def bearing(number: int) -> list[str]:
    rows = connections.espocrm().rows(PARTY, ("id",), [("equals", "betnr", str(number))])
    return [str(row["id"]) for row in rows]


def brought(real: RealCrm, number: int) -> Record:
    target = Target(PARTY_BRINGING, Resource.PARTY, str(number))
    sync_requests.request([target], urgency=Urgency.STAFF, full=True, force=True, trace_id="real")
    real.world.drive()
    return Record.objects.get(step=PARTY_BRINGING, entity_id=str(number))


def open_tasks() -> list[str]:
    return list(Task.objects.filter(state=TaskState.OPEN).values_list("kind", flat=True))


def test_a_person_comes_whole_and_once(real: RealCrm, somebody: str) -> None:
    number = in_advoware(real, somebody, anrede="Frau", geburtsdatum="1970-02-28T00:00:00", rechtsform="GbR")
    assert brought(real, number).status == Status.IN_SYNC
    (pk,) = bearing(number)
    shown = real.get(PARTY, pk)
    assert (shown["firstName"], shown["lastName"], shown["salutationName"]) == ("Almut", somebody, "Frau")
    assert (shown["dateOfBirth"], shown["rechtsform"]) == ("1970-02-28", "GbR")
    assert (shown["emailAddress"], shown["phoneNumber"]) == (mail_of(somebody), "+491712345678")
    assert shown["syncStatus"] == "clean"
    version = shown["versionNumber"]
    assert brought(real, number).status == Status.IN_SYNC
    real.told(PARTY, pk, full=True)
    assert (bearing(number), real.get(PARTY, pk)["versionNumber"]) == ([pk], version)


def test_a_company_comes_as_one(real: RealCrm, somebody: str) -> None:
    number = in_advoware(real, f"{somebody} GmbH", vorname="", rechtsform="GmbH")
    assert brought(real, number).status == Status.IN_SYNC
    (pk,) = bearing(number)
    assert real.get(PARTY, pk)["firmenname"] == f"{somebody} GmbH"


def test_an_answer_that_is_lost_makes_no_twin(real: RealCrm, somebody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    create, lost = EspoClient.create, []

    def losing(self: EspoClient, *args: Any, **how: Any) -> Any:
        made = create(self, *args, **how)
        if not lost:
            lost.append(made["id"])
            raise AnswerLost("espocrm", "cut")
        return made

    monkeypatch.setattr(EspoClient, "create", losing)
    number = in_advoware(real, somebody)
    assert brought(real, number).status == Status.IN_SYNC
    assert bearing(number) == lost


@pytest.mark.parametrize("mail", [True, False])
def test_who_is_there_already_gets_the_number_or_is_asked_about(real: RealCrm, somebody: str, mail: bool) -> None:
    address = {"emailAddress": mail_of(somebody).upper()} if mail else {}
    pk = real.create(PARTY, firstName="Almut", lastName=somebody, **address)
    number = in_advoware(real, somebody)
    record = brought(real, number)
    if mail:
        assert (record.status, bearing(number)) == (Status.IN_SYNC, [pk])
        return
    assert (open_tasks(), bearing(number)) == (["party_alike"], [])
    tasks.close_task(Task.objects.get(), None, "another one")
    assert brought(real, number).status == Status.IN_SYNC
    (other,) = bearing(number)
    assert other != pk


def test_what_somebody_has_already_stays_as_it_is(real: RealCrm, somebody: str) -> None:
    """EspoCRM keeps an address and a number once, for all who have it."""
    mail = {"emailAddress": mail_of(somebody).replace("example", "Example"), "optOut": True, "invalid": True}
    phone = {"phoneNumber": "+491712345678", "type": "Home", "optOut": True}
    held = {"emailAddressData": [mail | {"primary": True}], "phoneNumberData": [phone | {"primary": True}]}
    other = uuid.uuid4().int % 10**8 + 10**8
    first = real.create(PARTY, firstName="Jörn", lastName=f"{somebody} Nord", betnr=other, **held)
    number = in_advoware(real, somebody)
    try:
        assert brought(real, number).status == Status.IN_SYNC
        (pk,) = bearing(number)
        for party in (real.get(PARTY, first), real.get(PARTY, pk)):
            for name, wanted in (("emailAddressData", mail), ("phoneNumberData", phone)):
                (row,) = party[name]
                assert {part: row[part] for part in wanted} == wanted
    finally:  # other tests have the number too
        as_usual = {"phoneNumber": phone["phoneNumber"], "type": "Mobile", "primary": True}
        real.edit(PARTY, first, phoneNumberData=[as_usual])
