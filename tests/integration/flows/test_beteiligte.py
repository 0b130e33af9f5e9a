"""Every case of parties, against the sandbox: what people do on either side, and what both sides are then."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.events import running
from syncapp.models import JournalEntry, Reason, Reference, Status, Task
from syncapp.people import tasks
from tests.parties import FAX, INTERNET, MAIL, MOBILE, OFFICE, PARTY, Parties
from tests.world import World

pytestmark = pytest.mark.django_db
COMPANY = {"firstName": "", "lastName": "", "firmenname": "Lux GmbH"}


def company(parties: Parties) -> tuple[str, int]:
    return parties.pair(name="Lux GmbH", vorname="", crm=COMPANY)


# Creation


def test_a_new_person_is_created_with_its_contacts_and_noted_in_one_write(world: World, parties: Parties) -> None:
    pk = parties.in_crm(
        salutationName="Frau",
        dateOfBirth="1970-02-28",
        rechtsform="natürliche Person",
        emailAddressData=[
            {"emailAddress": "Almut@W.example", "primary": True},
            {"emailAddress": "kanzlei@w.example"},
        ],
        phoneNumberData=[
            {"phoneNumber": "0511 123", "type": "Office", "primary": True},
            {"phoneNumber": "0171 456", "type": "Mobile"},
            {"phoneNumber": "0511 124", "type": "Fax"},
        ],
    )
    mark = world.mark()
    assert parties.sync(pk).status == Status.IN_SYNC
    (number,) = parties.numbers()
    there, here = parties.advoware(number), parties.crm(pk)
    assert (there["name"], there["vorname"], there["anrede"]) == ("Wendland", "Almut", "Frau")
    assert (there["geburtsdatum"], there["rechtsform"]) == ("1970-02-28T00:00:00", "natürliche Person")
    assert parties.entries(number) == [
        (OFFICE, "+49511123"),
        (FAX, "+49511124"),
        (MOBILE, "+49171456"),
        (MAIL, "Almut@W.example"),
        (MAIL, "kanzlei@w.example"),
    ]
    assert (here["betnr"], here["syncStatus"], here["advowareRowId"]) == (number, "clean", there["rowId"])
    assert here["advowareLastSync"]
    assert here["kommunikationHash"]
    assert [call["system"] for call in world.writes(mark)].count("espocrm") == 1
    assert Reference.objects.get().remote_id == str(number)
    mark = world.mark()
    parties.sync(pk)
    assert world.writes(mark) == []


def test_a_new_company_is_created_without_the_fields_of_a_person(parties: Parties) -> None:
    pk = parties.in_crm(**COMPANY, handelsregisterNummer="HRB 1", registergericht="Hannover", rechtsform="GmbH")
    parties.sync(pk)
    (number,) = parties.numbers()
    there = parties.advoware(number)
    assert (there["name"], there["vorname"], there["rechtsform"]) == ("Lux GmbH", None, "GmbH")
    assert (there["handelsRegisterNummer"], there["registergericht"]) == ("HRB 1", "Hannover")


def test_a_party_without_a_name_is_created_when_it_has_one(parties: Parties) -> None:
    pk = parties.in_crm(lastName="")
    record = parties.sync(pk)
    assert (record.status, record.reason, parties.numbers()) == (Status.SKIPPED, "no_name", set())
    parties.edit_crm(pk, lastName="Roth")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert len(parties.numbers()) == 1


# Fields, both ways

PERSON_FIELDS = [
    ("lastName", "name", "Roth", "Roth"),
    ("firstName", "vorname", "Alma", "Alma"),
    ("salutationName", "anrede", "Herr", "Herr"),
    ("dateOfBirth", "geburtsdatum", "1970-02-28", "1970-02-28T00:00:00"),
    ("rechtsform", "rechtsform", "natürliche Person", "natürliche Person"),
]
COMPANY_FIELDS = [
    ("firmenname", "name", "Lux AG", "Lux AG"),
    ("rechtsform", "rechtsform", "AG", "AG"),
    ("handelsregisterNummer", "handelsRegisterNummer", "HRB 7", "HRB 7"),
    ("registergericht", "registergericht", "Hannover", "Hannover"),
]


@pytest.mark.parametrize(("crm", "advoware", "here", "there"), PERSON_FIELDS)
def test_a_field_of_a_person_goes_both_ways(parties: Parties, crm: str, advoware: str, here: str, there: str) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, **{crm: here})
    parties.sync(pk)
    assert parties.advoware(number)[advoware] == there
    other, number = parties.pair()
    parties.edit_advoware(number, **{advoware: there})
    parties.sync(other)
    assert parties.crm(other)[crm] == here


@pytest.mark.parametrize(("crm", "advoware", "here", "there"), COMPANY_FIELDS)
def test_a_field_of_a_company_goes_both_ways(parties: Parties, crm: str, advoware: str, here: str, there: str) -> None:
    pk, number = company(parties)
    parties.edit_crm(pk, **{crm: here})
    parties.sync(pk)
    assert parties.advoware(number)[advoware] == there
    other, number = company(parties)
    parties.edit_advoware(number, **{advoware: there})
    parties.sync(other)
    assert parties.crm(other)[crm] == here


def test_a_value_that_is_emptied_is_emptied_on_the_other_side_but_for_the_name(parties: Parties) -> None:
    filled = {"rechtsform": "GbR", "geburtsdatum": "1970-02-28T00:00:00"}
    pk, number = parties.pair(**filled)
    parties.edit_crm(pk, rechtsform="", dateOfBirth=None)
    parties.sync(pk)
    there = parties.advoware(number)
    assert (there["rechtsform"], there["geburtsdatum"]) == (None, "0001-01-01T00:00:00")
    other, number = parties.pair(**filled)
    parties.edit_advoware(number, rechtsform="", geburtsdatum="", name="")
    parties.sync(other)
    here = parties.crm(other)
    assert (here["rechtsform"] or "", here["dateOfBirth"], here["lastName"]) == ("", None, "Wendland")
    assert parties.advoware(number)["name"] == "Wendland"


def test_edits_of_different_fields_on_both_sides_meet(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    parties.edit_advoware(number, vorname="Alma")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert (parties.crm(pk)["lastName"], parties.crm(pk)["firstName"]) == ("Roth", "Alma")
    assert (parties.advoware(number)["name"], parties.advoware(number)["vorname"]) == ("Roth", "Alma")
    assert parties.tasks(pk) == []


def test_what_the_hub_does_not_know_survives_its_write(parties: Parties) -> None:
    foreign = {"bemerkung": "nur vormittags", "titel": "Dr.", "gesperrt": True, "beruf": "Gärtnerin"}
    pk, number = parties.pair((INTERNET, "w.example"), **foreign)
    parties.edit_crm(pk, lastName="Roth")
    parties.sync(pk)
    there = parties.advoware(number)
    assert {name: there[name] for name in foreign} == foreign
    assert parties.entries(number) == [(INTERNET, "w.example")]


def test_keys_in_pascal_case_are_the_same_keys(world: World, parties: Parties) -> None:
    world.sandbox.settings(advoware_pascal_case=True, advoware_empty_texts=True)
    pk, number = parties.pair((MAIL, "a@w.example"), bemerkung="bleibt")
    parties.edit_crm(pk, lastName="Roth", emailAddress="b@w.example")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert (parties.advoware(number)["name"], parties.advoware(number)["bemerkung"]) == ("Roth", "bleibt")
    assert parties.entries(number) == [(MAIL, "b@w.example")]


# Values that can't be translated


def test_a_salutation_that_only_advoware_knows_stays_and_is_a_task_beside_the_rest(parties: Parties) -> None:
    pk, number = parties.pair(anrede="Frau Notarin")
    assert parties.record(pk).reason == Reason.TASK_OPEN
    (task,) = Task.objects.all()
    assert (task.kind, task.facts) == ("value_by_hand", [{"field": "anrede", "now": "", "wanted": "Frau Notarin"}])
    assert not parties.crm(pk)["salutationName"]
    parties.edit_crm(pk, lastName="Roth")
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert (parties.advoware(number)["name"], parties.advoware(number)["anrede"]) == ("Roth", "Frau Notarin")
    tasks.close_task(task, None, "so be it")
    assert parties.sync(pk).status == Status.IN_SYNC


@pytest.mark.parametrize("side", ["crm", "advoware"])
def test_an_edit_that_can_not_be_translated_is_a_task_until_somebody_does_it(parties: Parties, side: str) -> None:
    pk, number = parties.pair(anrede="Frau", crm={"salutationName": "Frau"})
    if side == "advoware":
        parties.edit_advoware(number, anrede="Frau Notarin")
    else:
        parties.edit_advoware(number, anrede="Frau Notarin")
        parties.sync(pk)
        tasks.close_task(Task.objects.get(state="open"), None, "so be it")
        parties.edit_crm(pk, salutationName="Herr")
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.tasks(pk) == ["value_by_hand"]
    assert parties.advoware(number)["anrede"] == "Frau Notarin"
    parties.edit_advoware(number, anrede="Frau" if side == "advoware" else "Herr")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.tasks(pk) == []


def test_a_task_that_is_closed_by_hand_stays_closed(world: World, parties: Parties) -> None:
    pk, number = parties.pair(anrede="Frau", crm={"salutationName": "Frau"})
    parties.edit_advoware(number, anrede="Frau Notarin")
    parties.sync(pk)
    tasks.close_task(Task.objects.get(), None, "so be it")
    for _ in range(2):
        assert parties.sync(pk).status == Status.IN_SYNC
    mark = world.mark()
    parties.sync(pk)
    assert (parties.tasks(pk), world.writes(mark)) == ([], [])
    assert parties.crm(pk)["syncStatus"] == "clean"


def test_a_birthday_that_is_no_date_is_not_carried_over(world: World, parties: Parties) -> None:
    body = '{"betNr": %d, "name": "Wendland", "vorname": "Almut", "geburtsdatum": "unbekannt", "kommunikation": []}'
    pk, number = parties.pair(geburtsdatum="1970-02-28T00:00:00")
    world.sandbox.add_fault(
        "status", system="advoware", method="GET", path=r"Beteiligte/\d+$", status=200, body=body % number
    )
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.tasks(pk) == ["value_by_hand"]
    assert parties.crm(pk)["dateOfBirth"] == "1970-02-28"
    assert parties.sync(pk).status == Status.IN_SYNC


# Contacts


def numbers(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"phoneNumber": number, "type": kind, "primary": not i} for i, (number, kind) in enumerate(rows)]


def test_contacts_come_and_go_on_both_sides_without_a_conflict(parties: Parties) -> None:
    pk, number = parties.pair((OFFICE, "+4951110"), (MAIL, "a@w.example"), (MAIL, "b@w.example"))
    parties.edit_crm(
        pk,
        phoneNumberData=numbers(("+4951110", "Office"), ("+4951111", "Office")),
        emailAddressData=[{"emailAddress": "b@w.example", "primary": True}],
    )
    parties.add_entry(number, FAX, "0511 1234567")
    parties.remove_entry(number, "b@w.example")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.phones(pk) == {"+4951110": "Office", "+4951111": "Office", "+495111234567": "Fax"}
    assert parties.mails(pk) == set()
    assert parties.entries(number) == [(OFFICE, "+4951110"), (OFFICE, "+4951111"), (FAX, "0511 1234567"), (MAIL, "")]


def test_another_spelling_is_no_change(world: World, parties: Parties) -> None:
    pk, number = parties.pair((OFFICE, "0511/10-20"), (MAIL, "A@W.Example"))
    assert parties.mails(pk) == {"A@W.Example"}
    parties.edit_entry(number, "0511/10-20", tlf="+49 511 1020")
    parties.edit_crm(pk, emailAddressData=[{"emailAddress": "a@w.example", "primary": True}])
    mark = world.mark()
    parties.sync(pk)
    assert [call["system"] for call in world.writes(mark)] in ([], ["espocrm"])  # rowId at most
    assert parties.entries(number) == [(OFFICE, "+49 511 1020"), (MAIL, "A@W.Example")]


def test_an_emptied_entry_is_used_again_and_keeps_its_remark(parties: Parties) -> None:
    pk, number = parties.pair((MAIL, "a@w.example"))
    parties.edit_entry(number, "a@w.example", bemerkung="privat")
    entry = parties.entry(number, "a@w.example")
    parties.edit_crm(pk, emailAddressData=[])
    parties.sync(pk)
    assert parties.entries(number) == [(MAIL, "")]
    parties.edit_crm(pk, emailAddress="b@w.example", phoneNumberData=numbers(("+4951111", "Office")))
    parties.sync(pk)
    assert parties.entries(number) == [(OFFICE, "+4951111"), (MAIL, "b@w.example")]
    assert parties.entry(number, "b@w.example") == entry
    remarks = {row["tlf"]: row["bemerkung"] for row in parties.advoware(number)["kommunikation"]}
    assert remarks["b@w.example"] == "privat"


def test_a_changed_value_changes_its_entry(parties: Parties) -> None:
    pk, number = parties.pair((MAIL, "a@w.example"), (MAIL, "c@w.example"))
    entry = parties.entry(number, "a@w.example")
    rows = [{"emailAddress": "b@w.example", "primary": True}, {"emailAddress": "c@w.example"}]
    parties.edit_crm(pk, emailAddressData=rows)
    parties.sync(pk)
    assert parties.entry(number, "b@w.example") == entry
    parties.edit_entry(number, "c@w.example", tlf="d@w.example")
    parties.sync(pk)
    assert parties.mails(pk) == {"b@w.example", "d@w.example"}
    assert parties.crm(pk)["emailAddress"] == "b@w.example"


def test_the_primary_one_and_the_flags_of_the_others_are_kept(parties: Parties) -> None:
    pk, number = parties.pair((MAIL, "a@w.example"), (MAIL, "b@w.example"))
    rows = [
        {"emailAddress": "b@w.example", "primary": True, "optOut": True},
        {"emailAddress": "a@w.example", "invalid": True},
    ]
    parties.edit_crm(pk, emailAddressData=rows)
    parties.add_entry(number, MAIL, "c@w.example")
    parties.sync(pk)
    flags = {r["emailAddress"]: (r["primary"], r["optOut"], r["invalid"]) for r in parties.crm(pk)["emailAddressData"]}
    assert flags["b@w.example"] == (True, True, False)
    assert flags["a@w.example"] == (False, False, True)
    assert flags["c@w.example"] == (False, False, False)
    parties.remove_entry(number, "b@w.example")
    parties.sync(pk)
    assert parties.mails(pk) == {"a@w.example", "c@w.example"}


def test_a_type_changed_in_advoware_is_followed_and_one_changed_in_the_crm_is_a_task(parties: Parties) -> None:
    pk, number = parties.pair((OFFICE, "+4951110"))
    parties.edit_entry(number, "+4951110", kommKz=MOBILE)
    parties.sync(pk)
    assert parties.phones(pk) == {"+4951110": "Mobile"}
    parties.edit_crm(pk, phoneNumberData=numbers(("+4951110", "Fax")))
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.tasks(pk) == ["contact_type"]
    assert (parties.phones(pk), parties.entries(number)) == ({"+4951110": "Fax"}, [(MOBILE, "+4951110")])
    parties.edit_entry(number, "+4951110", kommKz=FAX)
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.tasks(pk) == []


def test_an_entry_that_nobody_can_read_is_a_task_and_takes_nothing_away(parties: Parties) -> None:
    pk, number = parties.pair((OFFICE, "nur über Sekretariat"), (MAIL, "a@w.example"))
    assert (parties.record(pk).reason, parties.phones(pk)) == (Reason.TASK_OPEN, {})
    assert parties.tasks(pk) == ["contact_unreadable"]
    parties.edit_entry(number, "a@w.example", tlf="a at w")
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    shown = [task.facts for task in Task.objects.order_by("pk")]
    assert shown == [
        [{"field": "kontakt", "now": "nur über Sekretariat", "wanted": ""}],
        [{"field": "kontakt", "now": "a at w", "wanted": "a@w.example"}],
    ]
    assert parties.mails(pk) == {"a@w.example"}
    assert parties.entries(number) == [(OFFICE, "nur über Sekretariat"), (MAIL, "a at w")]
    parties.edit_entry(number, "a at w", tlf="b@w.example")
    parties.sync(pk)
    assert parties.mails(pk) == {"b@w.example"}
    parties.edit_entry(number, "nur über Sekretariat", tlf="+4951112345")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.phones(pk) == {"+4951112345": "Office"}


def test_a_value_that_stands_twice_in_advoware_stands_once_in_the_crm(parties: Parties) -> None:
    pk, number = parties.pair((OFFICE, "+4951110"), (OFFICE, "0511 10"), (MAIL, "a@w.example"), (MAIL, "A@w.example"))
    assert (set(parties.phones(pk)), len(parties.mails(pk))) == ({"+4951110"}, 1)
    parties.remove_entry(number, "0511 10")
    parties.sync(pk)
    assert set(parties.phones(pk)) == {"+4951110"}
    parties.edit_crm(pk, emailAddressData=[])
    parties.sync(pk)
    assert parties.entries(number) == [(OFFICE, "+4951110"), (MAIL, ""), (MAIL, "")]


# One side is missing


def test_a_party_that_advoware_has_no_more_is_a_task_and_nothing_is_deleted(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    parties.remove_in_advoware(number)
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.tasks(pk) == ["party_gone"]
    assert (parties.crm(pk)["syncStatus"], parties.crm(pk)["betnr"]) == ("deleted_in_advoware", number)
    assert tasks.close_task(Task.objects.get(), None, "leave it")
    assert parties.sync(pk).reason == "gone_there"
    mark = world.mark()
    parties.sync(pk)
    assert (world.writes(mark), parties.numbers()) == ([], set())
    parties.edit_crm(pk, betnr=None)  # "create it anew"
    assert parties.sync(pk).status == Status.IN_SYNC
    assert len(parties.numbers()) == 1
    assert parties.crm(pk)["syncStatus"] == "clean"


def test_a_party_that_the_crm_has_no_more_is_a_task_until_advoware_has_it_no_more(
    world: World, parties: Parties
) -> None:
    pk, number = parties.pair()
    world.sandbox.delete(PARTY, pk)
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert (parties.tasks(pk), parties.numbers()) == (["party_deleted"], {number})
    parties.remove_in_advoware(number)
    assert parties.sync(pk).reason == Reason.ENTITY_GONE
    assert parties.tasks(pk) == []


def test_a_deleted_party_that_is_restored_goes_on(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    world.sandbox.delete(PARTY, pk)
    parties.sync(pk)
    world.sandbox.restore(PARTY, pk)
    parties.edit_crm(pk, lastName="Roth")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert (parties.advoware(number)["name"], parties.tasks(pk)) == ("Roth", [])


def test_a_number_that_was_removed_is_asked_about_before_another_party_is_made(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, betnr=None)
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert (parties.tasks(pk), parties.numbers()) == (["number_removed"], {number})
    parties.edit_crm(pk, betnr=number)
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.tasks(pk) == []
    parties.edit_crm(pk, betnr=None)
    parties.sync(pk)
    task = Task.objects.filter(state="open").first() or Task.objects.latest("pk")
    assert tasks.close_task(task, None, "a new one, please")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert len(parties.numbers()) == 2


def test_a_number_that_was_changed_means_another_party(parties: Parties) -> None:
    pk, number = parties.pair((MAIL, "a@w.example"))
    other = parties.in_advoware((MAIL, "b@w.example"), name="Wendland")
    parties.edit_crm(pk, betnr=other)
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.mails(pk) == {"a@w.example", "b@w.example"}
    assert parties.entries(other) == [(MAIL, "a@w.example"), (MAIL, "b@w.example")]
    assert parties.entries(number) == [(MAIL, "a@w.example")]
    assert Reference.objects.get().remote_id == str(other)


def test_two_parties_with_one_number_are_not_synced_with_each_other(parties: Parties) -> None:
    pk, number = parties.pair()
    twin = parties.in_crm(lastName="Roth", betnr=number)
    record = parties.sync(twin)
    assert (record.status, record.reason) == (Status.FAILED, "number_taken")
    assert parties.crm(twin)["syncStatus"] == "failed"
    assert parties.advoware(number)["name"] == "Wendland"
    parties.edit_crm(twin, betnr=None)
    assert parties.sync(twin).status == Status.IN_SYNC
    assert parties.crm(twin)["syncStatus"] == "clean"
    assert parties.sync(pk).status == Status.IN_SYNC


# What it costs


def test_an_event_without_a_change_costs_one_read(world: World, parties: Parties) -> None:
    pk, _ = parties.pair((MAIL, "a@w.example"))
    parties.sync(pk, full=False)
    mark = world.mark()
    assert parties.sync(pk, full=False).status == Status.IN_SYNC
    assert [(call["system"], call["method"]) for call in world.sandbox.calls(since=mark)] == [("espocrm", "GET")]


def test_one_changed_party_costs_five_calls(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    mark = world.mark()
    parties.sync(pk, full=False)
    calls = [(call["system"], call["method"]) for call in world.sandbox.calls(since=mark)]
    assert calls == [
        ("espocrm", "GET"),
        ("advoware", "GET"),
        ("advoware", "PUT"),
        ("advoware", "GET"),
        ("espocrm", "PUT"),
    ]
    parties.edit_advoware(number, name="Weiss")
    mark = world.mark()
    parties.sync(pk)
    calls = [(call["system"], call["method"]) for call in world.sandbox.calls(since=mark)]
    assert calls == [("espocrm", "GET"), ("advoware", "GET"), ("espocrm", "PUT")]


def test_every_write_is_in_the_journal_with_before_and_after(parties: Parties) -> None:
    pk, number = parties.pair((OFFICE, "+4951110"))
    parties.edit_crm(pk, lastName="Roth")
    parties.edit_advoware(number, vorname="Alma")
    parties.edit_entry(number, "+4951110", kommKz=MOBILE)
    parties.sync(pk)
    there, here = JournalEntry.objects.order_by("pk")[1:]
    assert (there.system, there.target_id, there.changes) == ("advoware", str(number), {"name": ["Wendland", "Roth"]})
    assert (here.system, here.changes["vorname"]) == ("espocrm", ["Almut", "Alma"])
    assert here.changes["phoneNumberData"] == [["+4951110 (office)"], ["+4951110 (mobile)"]]


def test_a_person_that_becomes_a_company_and_back_loses_nothing(parties: Parties) -> None:
    pk, number = parties.pair(geburtsdatum="1970-02-28T00:00:00")
    parties.edit_crm(pk, firmenname="Wendland KG")
    assert parties.sync(pk).status == Status.IN_SYNC
    there = parties.advoware(number)
    assert (there["name"], there["vorname"], there["geburtsdatum"]) == ("Wendland KG", "Almut", "1970-02-28T00:00:00")
    parties.edit_crm(pk, firmenname="")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert (parties.advoware(number)["name"], parties.crm(pk)["dateOfBirth"]) == ("Wendland", "1970-02-28")


def test_a_preview_reads_and_touches_nothing(world: World, parties: Parties) -> None:
    pk, _number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    parties.event(pk)
    mark, rows = world.mark(), JournalEntry.objects.count()
    assert {"kind": "party.save", "fields": ["name"]} in running.preview(parties.record(pk)).actions
    assert (world.writes(mark), JournalEntry.objects.count()) == ([], rows)
