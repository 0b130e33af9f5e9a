"""What people really type, what a side can't hold, and what it refuses: nothing is lost, nothing is silent, and the
rest of the party goes on."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.models import Reason, Record, Status, Task, TaskState
from syncapp.people import tasks
from tests.parties import MAIL, MOBILE, OFFICE, PARTY, Parties
from tests.world import World, configured

pytestmark = pytest.mark.django_db
LIVE = "+493012345678"
GOOD = {OFFICE: "+49301234567", MAIL: "a@x.example"}


def facts(pk: str) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """(kind, system, facts) of the open tasks."""
    rows = Task.objects.filter(record__entity_id=pk, state="open").order_by("kind", "key")
    return [
        (row.kind, row.system, [(each["field"], each["now"], each["wanted"]) for each in row.facts]) for row in rows
    ]


# One value with something around it


@pytest.mark.parametrize(
    ("kind", "written", "value", "after"),
    [
        (OFFICE, "030 1234567 privat", "+49301234567", f"{LIVE} privat"),
        (OFFICE, "Tel.: 030/123 45 67 (Zentrale)", "+49301234567", f"Tel.: {LIVE} (Zentrale)"),
        (MOBILE, "Frau M\u00fcller 0170-1234567", "+491701234567", f"Frau M\u00fcller {LIVE}"),
        (MAIL, "J\u00f6rn Roth <j@x.example>", "j@x.example", "J\u00f6rn Roth <neu@x.example>"),
        (MAIL, "mailto:j@m\u00fcller.example", "j@xn--mller-kva.example", "mailto:neu@x.example"),
    ],
)
def test_only_the_value_is_synced_and_the_rest_stays_where_it_is(
    parties: Parties, kind: int, written: str, value: str, after: str
) -> None:
    pk, number = parties.pair((kind, written))
    assert parties.record(pk).status == Status.IN_SYNC
    assert parties.mails(pk) | set(parties.phones(pk)) == {value}
    assert parties.entries(number) == [(kind, written)]
    if kind == MAIL:
        parties.edit_crm(pk, emailAddressData=[{"emailAddress": "neu@x.example", "primary": True}])
    else:
        (kept,) = parties.phones(pk).values()
        parties.edit_crm(pk, phoneNumberData=[{"phoneNumber": LIVE, "type": kept, "primary": True}])
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.entries(number) == [(kind, after)]


def test_what_nobody_can_read_is_one_task_an_entry_however_often_it_is_looked_at(parties: Parties) -> None:
    typed = ["0511 123 privat oder 0511 456", "nur vormittags", "Kundennr. 0815 4711"]
    number = parties.in_advoware(*((OFFICE, text) for text in typed), (OFFICE, "0511 123456 (Büro)"))
    pk = parties.in_crm(betnr=number)
    for _ in range(3):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert Task.objects.filter(kind="contact_unreadable").count() == len(typed) == Task.objects.count()
    for task in Task.objects.all():
        assert tasks.close_task(task, None, "so be it")
    for _ in range(2):
        assert parties.sync(pk).status == Status.IN_SYNC
    assert Task.objects.filter(state=TaskState.OPEN).count() == 0
    parties.edit_entry(number, typed[1], tlf="nur nachmittags")
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert facts(pk) == [("contact_unreadable", "advoware", [("kontakt", "nur nachmittags", "")])]


def test_what_is_only_to_be_known_is_no_failure(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    parties.edit_advoware(number, name="Weiss")
    for _ in range(2):
        record = parties.sync(pk)
        assert (record.status, record.attempts) == (Status.IN_SYNC, 0)
    assert Task.objects.filter(kind="value_overruled", state=TaskState.OPEN).count() == 1
    assert parties.crm(pk)["syncStatus"] == "clean"


def test_a_number_that_goes_takes_no_remark_with_it(parties: Parties) -> None:
    pk, number = parties.pair((OFFICE, "030 1234567 Frau M\u00fcller"))
    parties.edit_crm(pk, phoneNumberData=[], lastName="Roth")
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.entries(number) == [(OFFICE, "030 1234567 Frau M\u00fcller")]
    assert facts(pk) == [
        (
            "cant_hold",
            "advoware",
            [("kontakt", "+49301234567", ""), ("reason", "remark:030 1234567 Frau M\u00fcller", "")],
        )
    ]
    assert (parties.phones(pk), parties.advoware(number)["name"]) == ({}, "Roth")
    parties.edit_entry(number, "030 1234567 Frau M\u00fcller", tlf="")
    assert parties.sync(pk).status == Status.IN_SYNC


# Nobody can tell what it is

UNREADABLE = [
    (OFFICE, "Kundennr. 0815 4711"),
    (OFFICE, "Az. 0123/45"),
    (OFFICE, "Geb. 01.02.1980"),
    (OFFICE, "030 1234567 oder 7654321"),
    (OFFICE, "0800 KANZLEI"),
    (MAIL, "a@x.example; b@x.example"),
    (MAIL, "siehe Akte"),
]


@pytest.mark.parametrize(("kind", "written"), UNREADABLE)
def test_what_became_unreadable_replaces_nothing_and_both_values_are_shown(
    world: World, parties: Parties, kind: int, written: str
) -> None:
    good = GOOD[kind]
    pk, number = parties.pair((kind, good))
    parties.edit_entry(number, good, tlf=written)
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.mails(pk) | set(parties.phones(pk)) == {good}
    assert parties.entries(number) == [(kind, written)]
    assert facts(pk) == [("contact_unreadable", "advoware", [("kontakt", written, good)])]
    mark = world.mark()
    parties.sync(pk)
    assert world.writes(mark) == []
    parties.edit_crm(pk, lastName="Roth")
    parties.sync(pk)
    assert parties.advoware(number)["name"] == "Roth"
    parties.edit_entry(number, written, tlf=good)
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.mails(pk) | set(parties.phones(pk)) == {good}


@pytest.mark.parametrize(("kind", "written"), UNREADABLE)
def test_at_first_contact_there_is_a_task_too(parties: Parties, kind: int, written: str) -> None:
    pk, number = parties.pair((kind, written), crm={"emailAddress": "hier@x.example"})
    assert parties.record(pk).reason == Reason.TASK_OPEN
    assert facts(pk) == [("contact_unreadable", "advoware", [("kontakt", written, "")])]
    assert (parties.mails(pk), parties.phones(pk)) == ({"hier@x.example"}, {})
    assert set(parties.entries(number)) == {(kind, written), (MAIL, "hier@x.example")}


@pytest.mark.parametrize("date", ["01.02.1980", "1980-02-30", "1980-00-00", "02/1980"])
def test_a_date_that_is_none_replaces_no_good_one(world: World, parties: Parties, date: str) -> None:
    pk, number = parties.pair(geburtsdatum="1970-02-28T00:00:00", rechtsform="GbR")
    body = (
        '{"betNr": %d, "name": "Wendland", "vorname": "Almut", "rechtsform": "OHG", "geburtsdatum": "%s", '
        '"kommunikation": []}'
    )
    world.sandbox.add_fault(
        "status", system="advoware", method="GET", path=r"Beteiligte/\d+$", status=200, body=body % (number, date)
    )
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert facts(pk) == [("value_by_hand", "espocrm", [("geburtsdatum", "1970-02-28", date)])]
    assert (parties.crm(pk)["dateOfBirth"], parties.crm(pk)["rechtsform"]) == ("1970-02-28", "OHG")


# What a side can't hold


@pytest.mark.parametrize(
    ("kind", "written", "value", "reason"),
    [
        (OFFICE, "030 123456 Durchwahl 12", "+4930123456;ext=12", "extension"),
        (MAIL, "j\u00f6rn@x.example", "j\u00f6rn@x.example", "invalid"),
    ],
)
def test_what_the_crm_can_not_hold_is_a_task_and_blocks_nothing(
    parties: Parties, kind: int, written: str, value: str, reason: str
) -> None:
    pk, number = parties.pair((kind, written), (MAIL, "gut@x.example"), rechtsform="GbR")
    assert parties.record(pk).reason == Reason.TASK_OPEN
    assert facts(pk) == [("cant_hold", "espocrm", [("kontakt", "", value), ("reason", f"{reason}:{value}", "")])]
    assert (parties.mails(pk), parties.phones(pk), parties.crm(pk)["rechtsform"]) == ({"gut@x.example"}, {}, "GbR")
    parties.edit_entry(number, written, tlf="")
    assert parties.sync(pk).status == Status.IN_SYNC


def test_signs_that_the_crm_refuses_in_names(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_advoware(number, vorname="<Alma>", name="Roth")
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert facts(pk) == [("cant_hold", "espocrm", [("vorname", "Almut", "<Alma>"), ("reason", "signs:<>", "")])]
    assert (parties.crm(pk)["firstName"], parties.crm(pk)["lastName"]) == ("Almut", "Roth")
    parties.edit_advoware(number, vorname="Alma")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["firstName"] == "Alma"


def test_a_value_of_the_wrong_kind_is_a_task(parties: Parties) -> None:
    pk, number = parties.pair(crm={"firmenname": "Lux GmbH"}, name="Lux GmbH", geburtsdatum="1970-02-28T00:00:00")
    wrong = [("geburtsdatum", "", "1970-02-28"), ("reason", "wrong_kind", "")]
    assert ("cant_hold", "espocrm", wrong) in facts(pk)
    assert parties.crm(pk)["dateOfBirth"] is None
    parties.edit_advoware(number, geburtsdatum=None)
    assert parties.sync(pk).status == Status.IN_SYNC


# What a side refuses


STOCK = {"salutationName": {"options": ["", "Mr.", "Ms.", "Mrs.", "Dr."]}}
BOUNDS = [
    (STOCK, {"anrede": "Frau"}, "salutationName", "no_such_option"),
    (
        {"rechtsform": {"type": "enum", "options": ["", "GbR"]}},
        {"rechtsform": "UG"},
        "rechtsform",
        "no_such_option",
    ),
    ({"firstName": {"maxLength": 5}}, {"vorname": "Almuth Maria"}, "firstName", "too_long:5"),
    ({"firstName": {"pattern": "[A-Z]+"}}, {"vorname": "Alma"}, "firstName", "invalid"),
    ({"lastName": {}}, {"name": "a=b"}, "lastName", "invalid"),
    ({"rechtsform": {"required": True}}, {"rechtsform": ""}, "rechtsform", "needed"),
    ({"rechtsform": {"type": "enum", "options": ["GbR"]}}, {"rechtsform": ""}, "rechtsform", "no_such_option"),
]


@pytest.mark.parametrize(("fields", "edit", "attribute", "reason"), BOUNDS)
def test_what_a_field_of_the_crm_does_not_take_is_a_task_before_it_is_sent(
    world: World, parties: Parties, fields: dict[str, Any], edit: dict[str, str], attribute: str, reason: str
) -> None:
    pk, number = parties.pair(rechtsform="GbR", crm={"rechtsform": "GbR"})
    parties.with_fields(fields)
    before, mark = parties.crm(pk)[attribute], world.mark()
    parties.edit_advoware(number, **edit, geburtsdatum="1970-02-28T00:00:00")
    for _ in range(2):
        record = parties.sync(pk)
        assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert parties.crm(pk)[attribute] == before
    assert parties.crm(pk)["dateOfBirth"] == "1970-02-28", "the rest goes on"
    ((_kind, _system, rows),) = facts(pk)
    assert rows[1] == ("reason", reason, "")
    assert [call["status"] for call in world.writes(mark) if call["status"] >= 400] == []


@pytest.mark.parametrize("away", [{"status": 500}, {"status": 200, "body": ""}])
def test_where_the_metadata_can_not_be_read_a_refusal_tells(
    world: World, parties: Parties, away: dict[str, Any]
) -> None:
    pk, number = parties.pair()
    parties.with_fields(STOCK)
    world.sandbox.add_fault("status", system="espocrm", method="GET", path="Metadata", times=None, **away)
    parties.edit_advoware(number, anrede="Frau", geburtsdatum="1970-02-28T00:00:00")
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    ((_kind, _system, rows),) = facts(pk)
    assert rows == [("anrede", "", "Frau"), ("reason", "refused:validation.valid", "")]
    assert parties.crm(pk)["dateOfBirth"] == "1970-02-28"


def test_a_company_stands_by_its_name_where_the_crm_wants_a_last_name(parties: Parties) -> None:
    """EspoCRM's own Person needs `lastName` (Core/Templates/Metadata/Person/entityDefs.json)."""
    parties.with_fields({"lastName": {"required": True}})
    lux = {"firstName": "", "lastName": "Lux GmbH", "firmenname": "Lux GmbH"}
    pk, number = parties.pair(name="Lux GmbH", vorname="", crm=lux)
    parties.edit_advoware(number, name="Lux AG")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert (parties.crm(pk)["firmenname"], parties.crm(pk)["lastName"]) == ("Lux AG", "Lux AG")
    other, number = parties.pair(name="Lux GmbH", vorname="", crm={**lux, "lastName": "Lux, Hanna"})
    parties.edit_advoware(number, name="Lux AG")
    assert parties.sync(other).status == Status.IN_SYNC
    assert (parties.crm(other)["firmenname"], parties.crm(other)["lastName"]) == ("Lux AG", "Lux, Hanna")


LONG = (
    "Wohnungseigentümergemeinschaft Musterstraße 12, 14, 16 und 18 in 20095 Hamburg = WEG <Muster>, vertreten durch Lux"
)


def test_a_last_name_repeats_of_a_company_what_fits(parties: Parties) -> None:
    """A last name takes 100 signs, and none of `<>=`; a company's name takes all of it."""
    parties.with_fields({"lastName": {"required": True}})
    lux = {"firstName": "", "lastName": "Lux GmbH", "firmenname": "Lux GmbH"}
    pk, number = parties.pair(name="Lux GmbH", vorname="", crm=lux)
    parties.edit_advoware(number, name=LONG)
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["firmenname"] == LONG
    assert parties.crm(pk)["lastName"] == LONG[:79] + "WEG Muster , vertrete"
    parties.edit_advoware(number, name="Lux AG")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert (parties.crm(pk)["firmenname"], parties.crm(pk)["lastName"]) == ("Lux AG", "Lux AG")


def test_the_number_may_stand_in_a_text_field(world: World, parties: Parties) -> None:
    parties.with_fields({"betnr": {"type": "varchar"}})
    pk = parties.in_crm()
    assert parties.sync(pk).status == Status.IN_SYNC
    assert [parties.crm(pk)["betnr"]] == [str(each) for each in parties.numbers()]
    parties.edit_crm(pk, lastName="Roth")
    assert parties.sync(pk).status == Status.IN_SYNC
    mark = world.mark()
    assert parties.sync(pk).status == Status.IN_SYNC
    assert world.writes(mark) == []


def refused(field: str, kind: str = "valid") -> dict[str, Any]:
    reason = f"Field validation failure; entityType: {PARTY}, field: {field}, type: {kind}."
    return {"kind": "status", "status": 400, "headers": {"X-Status-Reason": reason}}


def test_a_field_that_the_crm_refuses_holds_up_nothing_and_is_not_tried_again(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    world.sandbox.add_fault(**refused("lastName", "pattern"), system="espocrm", method="PUT", path=PARTY)
    parties.edit_advoware(number, name="x" * 50, vorname="Alma")
    parties.add_entry(number, MAIL, "a@x.example")
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    told = [("name", "Wendland", "x" * 50), ("reason", "refused:validation.pattern", "")]
    assert facts(pk) == [("cant_hold", "espocrm", told)]
    assert (parties.crm(pk)["firstName"], parties.mails(pk)) == ("Alma", {"a@x.example"})
    mark = world.mark()
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert world.writes(mark) == []
    parties.edit_advoware(number, name="Roth")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["lastName"] == "Roth"


def test_of_contacts_that_the_crm_refuses_together_the_one_is_found(world: World, parties: Parties) -> None:
    with configured(PHONE_EXTENSIONS=True):  # and they are not switched on in the CRM
        pk, number = parties.pair()
        for value in ("+49301234567", "+49301234568", "030 123456 Durchwahl 12"):
            parties.add_entry(number, OFFICE, value)
        parties.edit_advoware(number, name="Roth")
        assert parties.sync(pk).reason == Reason.TASK_OPEN
        assert set(parties.phones(pk)) == {"+49301234567", "+49301234568"}
        assert parties.crm(pk)["lastName"] == "Roth"
        shown = [("kontakt", "", "+4930123456;ext=12"), ("reason", "refused:validation.valid", "")]
        assert facts(pk) == [("cant_hold", "espocrm", shown)]
        mark = world.mark()
        assert parties.sync(pk).reason == Reason.TASK_OPEN
        assert world.writes(mark) == []


def test_what_the_crm_refuses_without_a_name_is_a_failure(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_advoware(number, name="Roth")
    world.sandbox.add_fault("status", system="espocrm", method="PUT", path=PARTY, status=400, times=20)
    assert (parties.sync(pk).status, parties.record(pk).reason) == (Status.FAILED, Reason.REJECTED)


@pytest.mark.parametrize("longest", [255, 40])
def test_users_of_the_crm_read_which_field_it_was_and_which_rule(world: World, parties: Parties, longest: int) -> None:
    pk, number = parties.pair()
    parties.with_fields({"syncErrorMessage": {"maxLength": longest}})
    parties.edit_advoware(number, name="Roth")
    world.sandbox.add_fault(**refused("assignedUser", "required"), system="espocrm", method="PUT", path=PARTY)
    record = parties.sync(pk)
    assert (record.status, record.reason, record.system) == (Status.FAILED, Reason.REJECTED, "espocrm")
    words = (
        "EspoCRM hat die Daten abgelehnt. Sehen Sie sich die Einzelheit an, beheben Sie es dort und drücken dann "
        "„Erneut versuchen“. (EspoCRM, Feld „assignedUser“: dort darf es nicht leer sein)"
    )
    assert parties.crm(pk)["syncErrorMessage"] == words[:longest]


def test_who_is_born_tomorrow_is_a_task_and_holds_up_nothing(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, dateOfBirth="2091-04-17", firstName="Alma")
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert (parties.advoware(number)["vorname"], parties.advoware(number)["geburtsdatum"][:4]) == ("Alma", "0001")
    assert facts(pk) == [("cant_hold", "advoware", [("geburtsdatum", "", "2091-04-17"), ("reason", "refused", "")])]


def test_a_field_that_advoware_refuses_holds_up_nothing(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, firstName="Alma", lastName="Roth", rechtsform="GbR", emailAddress="a@x.example")
    # All three together, then the first one alone.
    world.sandbox.add_fault("status", system="advoware", method="PUT", path=r"Beteiligte/\d+$", status=400, times=2)
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    world.sandbox.clear_faults()
    there = parties.advoware(number)
    assert (there["name"], there["vorname"], there["rechtsform"]) == ("Wendland", "Alma", "GbR")
    assert parties.entries(number) == [(MAIL, "a@x.example")]
    assert facts(pk) == [("cant_hold", "advoware", [("name", "Wendland", "Roth"), ("reason", "refused", "")])]
    mark = world.mark()
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert world.writes(mark) == []
    parties.edit_crm(pk, lastName="Roth-Weiss")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.advoware(number)["name"] == "Roth-Weiss"


def test_a_day_later_what_was_refused_gets_one_more_try(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    world.sandbox.add_fault("status", system="advoware", method="PUT", path=r"Beteiligte/\d+$", status=400)
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    world.sandbox.clear_faults()
    record = parties.record(pk)
    Record.objects.filter(pk=record.pk).update(agreed={**(record.agreed or {}), "refused_on": "2026-01-01"})
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.advoware(number)["name"] == "Roth"


@pytest.mark.parametrize("entry", ["", "alt@x.example"])
def test_an_entry_that_advoware_refuses_holds_up_no_other(world: World, parties: Parties, entry: str) -> None:
    """A new one, and one that takes the place of another."""
    pk, number = parties.pair(*([(MAIL, entry)] if entry else []))
    rows = [{"emailAddress": "a@x.example", "primary": True}, {"emailAddress": "b@x.example"}]
    parties.edit_crm(pk, emailAddressData=rows, lastName="Roth")
    path = r"Kommunikationen/\d+$" if entry else "Kommunikationen$"
    world.sandbox.add_fault("status", system="advoware", method="PUT" if entry else "POST", path=path, status=400)
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    world.sandbox.clear_faults()
    assert {value for _, value in parties.entries(number) if value} == {"b@x.example"}
    assert parties.mails(pk) == {"a@x.example", "b@x.example"}
    assert parties.advoware(number)["name"] == "Roth"
    assert facts(pk) == [("cant_hold", "advoware", [("kontakt", "", "a@x.example"), ("reason", "refused", "")])]
    parties.edit_crm(pk, emailAddressData=[{"emailAddress": "b@x.example", "primary": True}])
    assert parties.sync(pk).status == Status.IN_SYNC


def test_a_party_is_created_without_what_advoware_refuses(world: World, parties: Parties) -> None:
    pk = parties.in_crm(rechtsform="GbR", emailAddress="a@x.example")
    world.sandbox.add_fault("status", system="advoware", method="POST", path="Beteiligte$", status=400)
    assert parties.sync(pk).status == Status.IN_SYNC
    (number,) = parties.numbers()
    there = parties.advoware(number)
    assert (there["name"], there["vorname"], there["rechtsform"]) == ("Wendland", "Almut", "GbR")
    assert parties.entries(number) == [(MAIL, "a@x.example")]


# Rows from before the lenses


def before_the_lenses(number: int, kinds: dict[str, str], **fields: list[str]) -> dict[str, Any]:
    same = {"name": ["Wendland", "Wendland"], "vorname": ["Almut", "Almut"], "anrede": ["", ""], "rechtsform": ["", ""]}
    return {
        "number": number,
        "fields": {**same, "geburtsdatum": ["", ""], **fields},
        "crm_contacts": kinds,
        "advoware_contacts": kinds,
        "crm_unreadable": [],
        "advoware_unreadable": [],
        "not_kept": {},
        "fingerprint": "x",
        "stamp": "",
        "journal": 10**6,
        "look": False,
    }


def test_what_was_agreed_before_the_update_holds(world: World, parties: Parties) -> None:
    pk, number = parties.pair((MAIL, "a@x.example"), (OFFICE, "0511 1234567"), anrede="Frau Notarin")
    kinds = {"a@x.example": "mail", "+495111234567": "office"}
    old = before_the_lenses(number, kinds, anrede=["", "Frau Notarin"])
    Record.objects.filter(entity_id=pk).update(agreed=old)
    mark = world.mark()
    parties.sync(pk)
    assert world.writes(mark) == []
    Record.objects.filter(entity_id=pk).update(agreed=old)
    parties.edit_crm(pk, lastName="Roth", emailAddressData=[])
    parties.edit_advoware(number, vorname="Alma")
    parties.remove_entry(number, "0511 1234567")
    parties.sync(pk)
    assert (parties.advoware(number)["name"], parties.crm(pk)["firstName"]) == ("Roth", "Alma")
    assert (parties.mails(pk), parties.phones(pk), parties.entries(number)) == (set(), {}, [(MAIL, "")])
    assert parties.tasks(pk) == ["value_by_hand"]
    tasks.close_task(Task.objects.get(state="open"), None, "known")
    assert parties.sync(pk).status == Status.IN_SYNC


def test_what_was_read_otherwise_before_the_update_takes_nothing_away(world: World, parties: Parties) -> None:
    """A number made of letters and prose was agreed with the CRM's good one, or had replaced it."""
    pk, number = parties.pair((OFFICE, "+49301234567"))
    parties.edit_entry(number, "+49301234567", tlf="Kundennr. 0815 4711")
    parties.edit_crm(pk, phoneNumberData=[{"phoneNumber": "+498154711", "type": "Office", "primary": True}])
    Record.objects.filter(entity_id=pk).update(agreed=before_the_lenses(number, {"+498154711": "office"}))
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert (set(parties.phones(pk)), parties.entries(number)) == ({"+498154711"}, [(OFFICE, "Kundennr. 0815 4711")])
    assert facts(pk) == [("contact_unreadable", "advoware", [("kontakt", "Kundennr. 0815 4711", "+498154711")])]
