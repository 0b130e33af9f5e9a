"""Parties while something goes wrong in the middle: lost answers, people who are faster, values that are not kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.espocrm import EspoClient
from syncapp.models import Reason, Status, Task, TaskState
from syncapp.people import tasks
from tests.parties import MAIL, MOBILE, OFFICE, PARTY, Parties
from tests.world import World, configured

pytestmark = pytest.mark.django_db


@contextmanager
def meanwhile(
    monkeypatch: pytest.MonkeyPatch, client: type, method: str, edit: Any, *, after: bool = False
) -> Iterator[None]:
    """A person acts just before (or after) the hub's first call of this method."""
    real, done = getattr(client, method), []

    def slower(self: Any, *args: Any, **kwargs: Any) -> Any:
        first = not done
        done.append(True)
        if first and not after:
            edit()
        answer = real(self, *args, **kwargs)
        if first and after:
            edit()
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(client, method, slower)
        yield
    assert done, f"{method} was never called"


# A creation whose answer is lost


def test_a_creation_that_was_done_is_found_and_not_repeated(world: World, parties: Parties) -> None:
    pk = parties.in_crm(rechtsform="GbR", dateOfBirth="1980-02-01")
    world.sandbox.add_fault("cut_after", system="advoware", method="POST", path="Beteiligte$")
    assert parties.sync(pk).status == Status.IN_SYNC
    (number,) = parties.numbers()
    assert parties.crm(pk)["betnr"] == number


def test_a_creation_that_was_not_done_is_repeated(world: World, parties: Parties) -> None:
    pk = parties.in_crm()
    world.sandbox.add_fault("cut_before", system="advoware", method="POST", path="Beteiligte$")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert len(parties.numbers()) == 1


def test_the_crm_was_edited_before_the_lost_party_was_found(world: World, parties: Parties) -> None:
    pk = parties.in_crm()
    world.sandbox.add_fault("cut_after", system="advoware", method="POST", path="Beteiligte$")
    parties.run_once(pk)
    parties.edit_crm(pk, lastName="Wendland-Roth")
    assert parties.sync(pk).status == Status.IN_SYNC
    (number,) = parties.numbers()
    assert parties.advoware(number)["name"] == parties.crm(pk)["lastName"] == "Wendland-Roth"


def test_a_lost_party_that_was_edited_in_advoware_needs_a_person(world: World, parties: Parties) -> None:
    pk = parties.in_crm()
    world.sandbox.add_fault("cut_after", system="advoware", method="POST", path="Beteiligte$")
    parties.run_once(pk)
    (number,) = parties.numbers()
    parties.edit_advoware(number, vorname="Alma")
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.tasks(pk) == ["creation_uncertain"]
    for _ in range(3):  # whatever asks again: nothing is created while a person has not answered
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.numbers() == {number}
    parties.edit_crm(pk, betnr=number)
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.tasks(pk) == []
    assert parties.advoware(number)["vorname"] == "Alma"


def test_a_party_is_created_when_a_person_says_that_none_of_the_candidates_is_it(
    world: World, parties: Parties
) -> None:
    pk = parties.in_crm()
    world.sandbox.add_fault("cut_before", system="advoware", method="POST", path="Beteiligte$")
    parties.run_once(pk)
    others = {parties.in_advoware(vorname="Alma"), parties.in_advoware(vorname="Albert")}
    parties.sync(pk)
    task = Task.objects.get(state=TaskState.OPEN)
    assert {fact["now"] for fact in task.facts} == {str(number) for number in others}
    assert tasks.close_task(task, None, "none of them")
    assert parties.sync(pk).status == Status.IN_SYNC
    (number,) = parties.numbers() - others
    assert parties.crm(pk)["betnr"] == number
    assert parties.sync(pk).status == Status.IN_SYNC
    assert len(parties.numbers()) == 3


def test_where_the_list_of_parties_can_not_be_used_a_person_looks(world: World, parties: Parties) -> None:
    with configured(ADVOWARE_PARTIES_LIST="single"):
        pk = parties.in_crm()
        world.sandbox.add_fault("cut_after", system="advoware", method="POST", path="Beteiligte$")
        for _ in range(3):
            assert parties.sync(pk).reason == Reason.TASK_OPEN
        assert tasks.close_task(Task.objects.get(state=TaskState.OPEN), None, "not there")
        assert parties.sync(pk).status == Status.IN_SYNC
        assert len(parties.numbers()) == 2


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "Kommunikationen"), ("PUT", "CBeteiligte"), ("GET", r"Beteiligte/\d+$")]
)
@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_creation_that_breaks_off_goes_on(world: World, parties: Parties, method: str, path: str, kind: str) -> None:
    pk = parties.in_crm(emailAddress="a@w.example", phoneNumber="+4951112345")
    world.sandbox.add_fault(kind, method=method, path=path)
    assert parties.sync(pk).status == Status.IN_SYNC
    (number,) = parties.numbers()
    assert parties.crm(pk)["betnr"] == number
    assert parties.entries(number) == [(MOBILE, "+4951112345"), (MAIL, "a@w.example")]


# People who are faster


def test_an_edit_in_advoware_between_read_and_write_is_not_overwritten(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")

    def edit() -> None:
        parties.edit_advoware(number, vorname="Alma", bemerkung="ruft zurück")

    monkeypatch.setattr("syncapp.clients.advoware.replacing.FRESH", 0.0)
    with meanwhile(monkeypatch, AdvowareClient, "save_party", edit):
        assert parties.sync(pk).status == Status.IN_SYNC
    now = parties.advoware(number)
    assert (now["name"], now["vorname"], now["bemerkung"]) == ("Roth", "Alma", "ruft zurück")
    assert parties.crm(pk)["firstName"] == "Alma"


@pytest.mark.parametrize("field", ["name", "vorname"])
def test_an_edit_in_advoware_between_write_and_reading_back_is_carried_over(
    parties: Parties, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    pk, number = parties.pair(vorname="Almut", crm={"firstName": "Almut"})
    parties.edit_crm(pk, lastName="Roth")
    with meanwhile(monkeypatch, AdvowareClient, "save_party", lambda: None):
        real = AdvowareClient.replace

        def replace(self: AdvowareClient, *args: Any, **kwargs: Any) -> None:
            real(self, *args, **kwargs)
            monkeypatch.setattr(AdvowareClient, "replace", real)
            parties.edit_advoware(number, **{field: "Danach"})

        monkeypatch.setattr(AdvowareClient, "replace", replace)
        assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.advoware(number)[field] == "Danach"
    assert parties.crm(pk)["lastName" if field == "name" else "firstName"] == "Danach"


def test_edits_in_advoware_while_a_contact_is_written_are_carried_over(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk, number = parties.pair((OFFICE, "+4951110"), (MAIL, "alt@w.example"))
    parties.edit_crm(
        pk,
        phoneNumberData=[
            {"phoneNumber": "+4951110", "type": "Office", "primary": True},
            {"phoneNumber": "+4951177", "type": "Office"},
        ],
    )

    def edit() -> None:
        parties.edit_advoware(number, vorname="Alma")
        parties.add_entry(number, MAIL, "neu@w.example")
        parties.remove_entry(number, "alt@w.example")

    with meanwhile(monkeypatch, AdvowareClient, "create_communication", edit):
        assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["firstName"] == "Alma"
    assert parties.mails(pk) == {"neu@w.example"}
    assert parties.entries(number) == [(OFFICE, "+4951110"), (OFFICE, "+4951177"), (MAIL, "neu@w.example")]


@pytest.mark.parametrize("locking", [True, False])
def test_an_edit_in_the_crm_between_read_and_write_is_not_lost(
    world: World, parties: Parties, monkeypatch: pytest.MonkeyPatch, locking: bool
) -> None:
    world.sandbox.settings(espocrm_optimistic_locking=[PARTY] if locking else [])
    pk, number = parties.pair()
    parties.edit_advoware(number, name="Roth")

    def edit() -> None:
        parties.edit_crm(pk, firstName="Alma", emailAddress="neu@w.example")

    with meanwhile(monkeypatch, EspoClient, "update", edit):
        assert parties.sync(pk).status == Status.IN_SYNC
    assert (parties.crm(pk)["lastName"], parties.crm(pk)["firstName"]) == ("Roth", "Alma")
    assert parties.advoware(number)["vorname"] == "Alma"
    assert parties.entries(number) == [(MAIL, "neu@w.example")]


def test_the_same_field_is_edited_in_the_crm_while_advowares_value_is_on_its_way(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk, number = parties.pair()
    parties.edit_advoware(number, name="Roth")
    with meanwhile(monkeypatch, EspoClient, "update", lambda: parties.edit_crm(pk, lastName="Weiss")):
        assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Weiss"
    assert parties.tasks(pk) == ["value_overruled"]


def test_an_entry_that_is_edited_in_advoware_before_it_is_emptied_keeps_the_edit(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk, number = parties.pair((MAIL, "alt@w.example"))
    parties.edit_crm(pk, emailAddressData=[])
    monkeypatch.setattr("syncapp.clients.advoware.replacing.FRESH", 0.0)

    def edit() -> None:
        parties.edit_entry(number, "alt@w.example", tlf="neu@w.example")

    with meanwhile(monkeypatch, AdvowareClient, "save_communication", edit):
        assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.entries(number) == [(MAIL, "neu@w.example")]
    assert parties.mails(pk) == {"neu@w.example"}


# Broken off between the two writes


def test_what_was_written_to_advoware_is_not_taken_for_a_persons_edit(world: World, parties: Parties) -> None:
    pk, number = parties.pair((MAIL, "alt@w.example"))
    parties.edit_crm(pk, lastName="Roth", emailAddressData=[{"emailAddress": "neu@w.example", "primary": True}])
    world.sandbox.add_fault("status", system="espocrm", method="PUT", path=PARTY, times=20)
    parties.run_once(pk)
    world.sandbox.clear_faults()
    assert parties.advoware(number)["name"] == "Roth"
    parties.edit_crm(pk, lastName="Weiss", emailAddressData=[])
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Weiss"
    assert parties.mails(pk) == set()
    assert parties.entries(number) == [(MAIL, "")]
    assert parties.tasks(pk) == []


# Values that Advoware does not keep


def test_a_value_that_advoware_does_not_keep_is_a_task_until_it_is_there(world: World, parties: Parties) -> None:
    pk, number = parties.pair(rechtsform="GbR", crm={"rechtsform": "GbR"})
    world.sandbox.settings(advoware_ignored_fields=["rechtsform"])
    parties.edit_crm(pk, rechtsform="OHG")
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.tasks(pk) == ["value_not_kept"]
    assert (parties.crm(pk)["rechtsform"], parties.crm(pk)["syncStatus"]) == ("OHG", "dirty")
    mark = world.mark()
    parties.sync(pk)
    assert world.writes(mark) == []
    parties.edit_advoware(number, rechtsform="OHG")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.tasks(pk) == []
    assert parties.crm(pk)["syncStatus"] == "clean"


@pytest.mark.parametrize("field", ["rechtsform", "tlf"])
@pytest.mark.parametrize("there", [True, False])
def test_what_advoware_does_not_keep_is_never_called_clean(
    world: World, parties: Parties, there: bool, field: str
) -> None:
    """Not even between this run and the next comparison, and with one write as ever."""
    pk = parties.pair()[0] if there else parties.in_crm()
    world.sandbox.settings(advoware_ignored_fields=[field])
    parties.edit_crm(pk, rechtsform="OHG", emailAddress="neu@w.example")
    mark = world.mark()
    assert parties.run_once(pk).reason == Reason.TASK_OPEN
    assert parties.tasks(pk) == ["value_not_kept"]
    assert (parties.crm(pk)["syncStatus"], bool(parties.crm(pk)["betnr"])) == ("dirty", True)
    assert [call["method"] for call in world.writes(mark) if call["system"] == "espocrm"] == ["PUT"]
    mark = world.mark()
    parties.run_once(pk)
    assert world.writes(mark) == []


def test_a_value_that_is_not_kept_survives_an_outage_of_the_crm(world: World, parties: Parties) -> None:
    pk, _ = parties.pair((MAIL, "alt@w.example"), rechtsform="GbR", crm={"rechtsform": "GbR"})
    world.sandbox.settings(advoware_ignored_fields=["rechtsform", "tlf"])
    rows = [{"emailAddress": "alt@w.example", "primary": True}, {"emailAddress": "neu@w.example"}]
    parties.edit_crm(pk, rechtsform="OHG", emailAddressData=rows)
    world.sandbox.add_fault("status", system="espocrm", method="PUT", path=PARTY, times=20)
    parties.run_once(pk)
    world.sandbox.clear_faults()
    assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.crm(pk)["rechtsform"] == "OHG"
    assert parties.mails(pk) == {"alt@w.example", "neu@w.example"}
    assert parties.tasks(pk) == ["value_not_kept", "value_not_kept"]


def test_a_contact_that_is_not_kept_is_a_task_and_stays_in_the_crm(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    world.sandbox.settings(advoware_ignored_fields=["tlf"])
    parties.edit_crm(pk, emailAddress="neu@w.example")
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.mails(pk) == {"neu@w.example"}
    assert parties.tasks(pk) == ["value_not_kept"]
    world.sandbox.settings(advoware_ignored_fields=[])
    parties.add_entry(number, MAIL, "neu@w.example")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.tasks(pk) == []


# Fields that the CRM does not have


@pytest.mark.parametrize("missing", ["syncStatus", "advowareRowId", "advowareLastSync", "kommunikationHash"])
def test_a_field_for_the_state_of_the_sync_that_the_crm_lacks_is_left_out(
    world: World, parties: Parties, missing: str
) -> None:
    world.sandbox.settings(espocrm_missing=[f"{PARTY}.{missing}"])
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.advoware(number)["name"] == "Roth"
    mark = world.mark()
    parties.sync(pk)
    assert world.writes(mark) == []


def test_a_field_of_the_table_that_the_crm_lacks_is_not_synced(world: World, parties: Parties) -> None:
    world.sandbox.settings(espocrm_missing=[f"{PARTY}.registergericht"])
    number = parties.in_advoware(name="Lux GmbH", vorname="", registergericht="Hannover")
    pk = parties.in_crm(firmenname="Lux GmbH", firstName="", lastName="", betnr=number)
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.advoware(number)["registergericht"] == "Hannover"
    parties.edit_crm(pk, firmenname="Lux AG")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert (parties.advoware(number)["name"], parties.advoware(number)["registergericht"]) == ("Lux AG", "Hannover")


@pytest.mark.parametrize(
    "hidden", [{"espocrm_missing": [f"{PARTY}.betnr"]}, {"espocrm_denied": [f"{PARTY}.betnr.read"]}]
)
def test_a_number_that_the_crm_does_not_show_is_not_none(
    world: World, parties: Parties, hidden: dict[str, list[str]]
) -> None:
    """Its field was renamed, or a role hides it: nobody may create the party anew, or ask why it was taken out."""
    number = parties.in_advoware()
    pk, (other, _number) = parties.in_crm(betnr=number), parties.pair()
    world.sandbox.settings(**hidden)
    EspoClient.metadata_cache.clear()
    before = parties.numbers()
    for each in (pk, other):
        record = parties.sync(each)
        assert (record.status, record.reason) == (Status.FAILED, Reason.FIELD_MISSING)
        assert parties.tasks(each) == []
    assert parties.numbers() == before
    world.sandbox.settings(**{name: [] for name in hidden})
    EspoClient.metadata_cache.clear()
    assert {parties.run_once(each).status for each in (pk, other)} == {Status.IN_SYNC}
    assert (parties.numbers(), parties.tasks(pk), parties.tasks(other)) == (before, [], [])


def test_contacts_rest_while_the_crm_does_not_tell_its_own(world: World, parties: Parties) -> None:
    pk, number = parties.pair((MAIL, "a@w.example"))
    world.sandbox.settings(espocrm_missing=[f"{PARTY}.emailAddress"])
    parties.edit_crm(pk, lastName="Roth")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert (parties.advoware(number)["name"], parties.entries(number)) == ("Roth", [(MAIL, "a@w.example")])
    world.sandbox.settings(espocrm_missing=[])
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.entries(number) == [(MAIL, "a@w.example")]


# Deleted, or watched, in the middle


def test_a_party_that_was_perhaps_created_before_the_crm_lost_it_is_a_task(world: World, parties: Parties) -> None:
    pk = parties.in_crm()
    world.sandbox.add_fault("cut_after", system="advoware", method="POST", path="Beteiligte$")
    parties.run_once(pk)
    world.sandbox.delete(PARTY, pk)
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.TASK_OPEN
    assert parties.tasks(pk) == ["creation_uncertain"]
    assert tasks.close_task(Task.objects.get(), None, "removed")
    for _ in range(2):
        assert parties.sync(pk).reason == Reason.ENTITY_GONE


def test_a_comparison_beside_a_lost_write_of_the_crm_writes_once(world: World, parties: Parties) -> None:
    pk, number = parties.pair((MAIL, "a@w.example"))
    parties.edit_advoware(number, name="Roth")
    parties.add_entry(number, MAIL, "b@w.example")
    world.sandbox.add_fault("cut_after", system="espocrm", method="PUT", path=PARTY)
    world.sandbox.add_fault("status", system="espocrm", method="GET", path=PARTY, after=1, times=None)  # no second look
    parties.run_once(pk)
    world.sandbox.clear_faults()
    parties.edit_crm(pk, lastName="Weiss", emailAddressData=[{"emailAddress": "a@w.example", "primary": True}])
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Weiss"
    assert parties.entries(number)[0][1] == "a@w.example"


# Every call, every fault

FAULTS = ["cut_before", "cut_after", "garbage", "truncated", "status"]


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("times", [1, 5])  # repeated within the run, or only by the next one
def test_a_fault_at_any_call_changes_nothing_about_the_end(
    world: World, parties: Parties, kind: str, times: int
) -> None:
    """Both sides were edited, contacts came and went on both; whatever call fails, the end is the same."""
    expected: Any = None
    for after in range(-1, 30):
        pk, number = parties.pair((OFFICE, "+4951110"), (MAIL, "a@w.example"), (MAIL, "b@w.example"))
        rows = [{"emailAddress": "b@w.example", "primary": True}, {"emailAddress": "c@w.example"}]
        parties.edit_crm(pk, lastName="Roth", rechtsform="GbR", emailAddressData=rows)
        parties.edit_advoware(number, vorname="Alma", bemerkung="bleibt")
        parties.edit_entry(number, "+4951110", tlf="+4951199", kommKz=MOBILE)
        parties.remove_entry(number, "b@w.example")
        parties.add_entry(number, MAIL, "d@w.example")
        fault = world.sandbox.add_fault(kind, after=after, times=times, status=500) if after >= 0 else 0
        assert parties.sync(pk).status == Status.IN_SYNC
        hit = after < 0 or world.sandbox.faults()[0]["hits"]
        world.sandbox.clear_faults()
        there, here = parties.advoware(number), parties.crm(pk)
        found = (
            [there[name] for name in ("name", "vorname", "rechtsform", "bemerkung")],
            parties.entries(number),
            [here[name] for name in ("lastName", "firstName", "rechtsform", "syncStatus")],
            (parties.mails(pk), parties.phones(pk), parties.tasks(pk)),
        )
        expected = expected or found
        assert (after, found) == (after, expected)
        if fault and not hit:
            break
    else:
        pytest.fail("more calls than expected")
    assert after >= 7
    assert expected[0] == ["Roth", "Alma", "GbR", "bleibt"]
    assert expected[3] == ({"c@w.example", "d@w.example"}, {"+4951199": "Mobile"}, [])


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("times", [1, 5])
def test_a_fault_at_any_call_of_a_creation_never_makes_two(
    world: World, parties: Parties, kind: str, times: int
) -> None:
    for after in range(30):
        known = parties.numbers()
        pk = parties.in_crm(emailAddress="a@w.example", phoneNumber="+4951110", rechtsform=f"GbR {after}")
        world.sandbox.add_fault(kind, after=after, times=times, status=500)
        record = parties.sync(pk)
        hit = world.sandbox.faults()[0]["hits"]
        world.sandbox.clear_faults()
        assert (after, record.status, record.reason) == (after, Status.IN_SYNC, "")
        (number,) = parties.numbers() - known
        assert parties.crm(pk)["betnr"] == number
        assert parties.entries(number) == [(MOBILE, "+4951110"), (MAIL, "a@w.example")]
        if not hit:
            return
    pytest.fail("more calls than expected")


def test_a_write_of_ours_that_was_answered_by_our_own_conflict_ends_in_one_run(world: World, parties: Parties) -> None:
    """The answer is lost, the client repeats, and the version is our own: it looks again, and nothing is left to do."""
    pk, number = parties.pair()
    parties.edit_advoware(number, name="Roth")
    world.sandbox.add_fault("cut_after", system="espocrm", method="PUT", path=PARTY)
    record = parties.run_once(pk)
    assert (record.status, record.attempts) == (Status.IN_SYNC, 0)
    assert parties.crm(pk)["lastName"] == "Roth"
