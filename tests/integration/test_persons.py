"""What the hub holds about a person: told whole, erased where nothing needs it, and gone by itself after the term."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from syncapp.models import (
    CalendarTombstone,
    Conflict,
    InboxItem,
    InboxMessage,
    InboxState,
    JournalEntry,
    JournalState,
    Reason,
    Record,
    StaffAction,
    Status,
    Task,
    TaskState,
)
from syncapp.people.tasks import close_task
from syncapp.upkeep import disclosure, erasure, persons
from syncapp.upkeep.erasure import Because
from syncapp.upkeep.persons import Person
from syncapp.upkeep.pruning import prune
from tests import accounts
from tests.calendars import Calendars, soon
from tests.parties import MAIL, PARTY, Parties
from tests.world import World, configured

pytestmark = pytest.mark.django_db
NAME, OTHER = "Geheimrätin", "Unbeteiligte"
MAIL_OF = "geheim@marked.example"


@pytest.fixture
def parties(world: World) -> Iterator[Parties]:
    with configured(COLLECTION_ENTITIES=()):
        yield Parties(world)


def told_by(pk: str, **data: Any) -> InboxMessage:
    """A webhook about her and somebody else."""
    body = json.dumps([{"id": pk, **data}, {"id": "b" * 17, "lastName": OTHER}]).encode()
    made = InboxMessage.objects.create(
        trace_id="t", received_at=timezone.now(), path="beteiligte", action="update", body=body, items_total=2
    )
    for position, entity_id in enumerate((pk, "b" * 17)):
        InboxItem.objects.create(message=made, position=position, entity_type=PARTY, entity_id=entity_id)
    return made


def a_client(parties: Parties) -> tuple[str, int, str]:
    """Years of her: agreed, changed on either side, with an account, a closed task and what EspoCRM sent."""
    crm = {"lastName": NAME}
    pk, number = parties.pair((MAIL, MAIL_OF), crm=crm, name=NAME)
    account = accounts.account(parties, pk, bezeichnung=NAME)
    accounts.look(parties, account)
    parties.edit_crm(pk, firstName=f"Anna {NAME}")
    parties.sync(pk)
    parties.edit_advoware(number, vorname=f"Hanna {NAME}")
    parties.sync(pk)
    for task in Task.objects.filter(state=TaskState.OPEN):
        close_task(task, None, NAME)
    parties.sync(pk)
    accounts.look(parties, account)
    told_by(pk, lastName=NAME)
    return pk, number, account


def deleted(parties: Parties, pk: str, number: int, account: str) -> None:
    """In both systems, and the hub has seen it."""
    parties.world.sandbox.delete(accounts.BANK, account)
    parties.world.sandbox.delete(PARTY, pk)
    parties.remove_in_advoware(number)
    accounts.look(parties, account)
    parties.sync(pk)
    for task in Task.objects.filter(state=TaskState.OPEN):
        close_task(task, None, NAME)
    accounts.look(parties, account)
    assert parties.sync(pk).reason == Reason.ENTITY_GONE


def one(found: list[Person]) -> Person:
    (person,) = found
    return person


def where(mark: str) -> set[str]:
    """The columns of the whole database in which it stands."""
    return {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for row in model._default_manager.all()
        for field in model._meta.concrete_fields
        if mark in _text(getattr(row, field.attname))
    }


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        text = bytes(value).decode(errors="replace")
        return f"{text} {json.loads(text)}" if text.startswith("[") else text
    return str(value)


def test_by_number_by_either_id_and_by_words_she_is_the_same(parties: Parties) -> None:
    pk, number, account = a_client(parties)
    parties.pair(crm={"lastName": OTHER}, name=OTHER)
    her = one(persons.by_number(str(number)))
    assert set(her.entities) == {(PARTY, pk), (accounts.BANK, account)}
    assert her.numbers == (str(number),)
    assert [her] == persons.by_id(pk) == persons.by_id(account)
    for words in (NAME, NAME.upper(), f"{NAME} hanna", "marked.example", "Geheimra\u0308tin", accounts.IBAN):
        assert persons.by_words(words) == [her], words
    for words in ("", "  ", "niemand", f"{NAME} niemand", OTHER[::-1]):
        assert persons.by_words(words) == [], words
    assert persons.by_number("1") == persons.by_id("nobody") == persons.by_id(str(number)) == []


def test_everything_is_told_and_nothing_of_others(parties: Parties) -> None:
    pk, number, _account = a_client(parties)
    parties.pair(crm={"lastName": OTHER}, name=OTHER)
    told = disclosure.disclosed(one(persons.by_number(str(number))))
    as_file = json.dumps(told, ensure_ascii=False)
    assert OTHER not in as_file
    # What holds her name is told, wherever it is.
    columns = {f"{label.partition('.')[2]}.{name}" for label, rows in told["tables"].items() for row in rows
               for name, value in row.items() if NAME in str(value)}  # fmt: skip
    assert {name for name in where(NAME) if not name.startswith("Inbox")} == columns - {"InboxItem.sent"}
    (item,) = told["tables"]["syncapp.InboxItem"]
    assert item["sent"] == [{"id": pk, "lastName": NAME}]
    assert {"syncapp.Record", "syncapp.Attempt", "syncapp.JournalEntry", "syncapp.Reference"} <= {
        label for label, rows in told["tables"].items() if rows
    }


def test_of_a_webhook_what_is_hers_is_told_however_it_names_her(parties: Parties) -> None:
    """As the door reads it: beside an `id` the other names are fields of the entity's own."""
    pk, _number, _account = a_client(parties)
    InboxMessage.objects.all().delete()
    of_other = {"id": "b" * 17, "entity_id": pk, "lastName": OTHER}
    for named in ("id", "entity_id", "entityId"):
        made = told_by(pk)
        sent = [{named: pk, "lastName": NAME}, of_other]
        InboxMessage.objects.filter(pk=made.pk).update(body=json.dumps(sent).encode())
    items = disclosure.disclosed(one(persons.by_id(pk)))["tables"]["syncapp.InboxItem"]
    told = [{name: pk, "lastName": NAME} for name in ("id", "entity_id", "entityId")]
    assert [item["sent"] for item in items] == [[each] for each in told]


def test_while_she_is_a_client_the_past_goes_and_the_agreement_stays(parties: Parties) -> None:
    pk, number, account = a_client(parties)
    person = one(persons.by_id(pk))
    foreseen = erasure.erase(person, dry_run=True)
    counted = foreseen.counts
    assert where(NAME) > {"Record.agreed"}
    erased = erasure.erase(person)
    assert erased.counts == counted
    assert erased.kept == foreseen.kept
    assert sum(counted.values()) > 2
    assert where(NAME) == {"Record.agreed"}
    assert (Record, Because.LIVES) in {(kept.model, kept.why) for kept in erased.kept}
    assert sum(erasure.erase(person).counts.values()) == 0
    # Nothing was forgotten that a comparison needs: neither side is written, and an edit goes its way.
    before = parties.world.mark()
    parties.sync(pk)
    accounts.look(parties, account)
    assert parties.world.writes(before) == []
    parties.edit_crm(pk, firstName="Johanna")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.advoware(number)["vorname"] == "Johanna"


def test_who_is_gone_on_all_sides_can_be_erased_wholly(parties: Parties) -> None:
    pk, number, account = a_client(parties)
    deleted(parties, pk, number, account)
    assert "Record.agreed" in where(NAME)
    kept = erasure.erase(one(persons.by_id(pk))).kept
    assert where(NAME) == where(MAIL_OF) == where("Hanna") == set()
    assert Because.NEEDED not in {each.why for each in kept}
    assert parties.record(pk).agreed == {}
    assert persons.by_words(NAME) == []
    assert persons.by_id(pk)  # that there was somebody, and what was done, stays


def test_who_is_gone_goes_by_itself_after_the_term(parties: Parties) -> None:
    pk, number, account = a_client(parties)
    deleted(parties, pk, number, account)
    prune()
    assert "Record.agreed" in where(NAME)
    Record.objects.update(changed_at=timezone.now() - timedelta(days=91))
    InboxMessage.objects.update(received_at=timezone.now() - timedelta(days=15))
    prune()
    assert where(NAME) == where(MAIL_OF) == set()
    assert sum(prune().counts.values()) == 0


def test_one_who_comes_back_is_met_like_a_stranger_and_loses_nothing(parties: Parties) -> None:
    pk, number, account = a_client(parties)
    deleted(parties, pk, number, account)
    erasure.erase(one(persons.by_id(pk)))
    parties.world.sandbox.restore(PARTY, pk)
    parties.sync(pk)
    assert parties.crm(pk)["lastName"] == NAME
    assert NAME in parties.record(pk).agreed.__repr__() or parties.tasks(pk)


def test_what_somebody_must_still_look_at_stays(parties: Parties) -> None:
    pk, number, account = a_client(parties)
    deleted(parties, pk, number, account)
    record = parties.record(pk)
    now = timezone.now()
    lost = JournalEntry.objects.create(
        record=record, system="advoware", action="x", target_type="y", begun_at=now, state=JournalState.LOST,
        changes={"name": ["", NAME]},
    )  # fmt: skip
    Task.objects.create(record=record, kind="party_gone", system="advoware", digest="", opened_at=now, facts=[NAME])
    Conflict.objects.create(record=record, field="name", here=NAME, opened_at=now, here_system="espocrm",
                            there_system="advoware")  # fmt: skip
    quarantined = told_by(pk, lastName=NAME)
    InboxMessage.objects.filter(pk=quarantined.pk).update(state=InboxState.QUARANTINED, reason="x")
    kept = {(each.model, each.why) for each in erasure.erase(one(persons.by_id(pk))).kept}
    assert {(model, Because.NEEDED) for model in (JournalEntry, Task, Conflict, InboxMessage)} <= kept
    lost.refresh_from_db()
    assert lost.changes
    assert where(NAME) == {"JournalEntry.changes", "Task.facts", "Conflict.here", "InboxMessage.body"}


def test_a_run_that_comes_in_between_keeps_what_it_needs(parties: Parties) -> None:
    """Its record is not gone any more when the values are to go."""
    pk, number, account = a_client(parties)
    deleted(parties, pk, number, account)
    leftovers = list(erasure._leftovers(one(persons.by_id(pk)), ""))
    Record.objects.filter(entity_id=pk).update(status=Status.WAITING, reason="", due_at=timezone.now())
    agreement = leftovers[0]
    assert agreement.remove is not None
    assert agreement.remove([parties.record(pk).pk]) == 0
    assert parties.record(pk).agreed


def test_appointments_are_found_by_words(world: World) -> None:
    calendars = Calendars.ready(world)
    number = calendars.appointment(text=f"Verhandlung {NAME}", notiz="streng")
    other = calendars.appointment(soon(5), text=f"Verhandlung {OTHER}")
    calendars.sync()
    Record.objects.create(step="beteiligte_sync", entity_type=PARTY, entity_id="a", created_at=timezone.now(),
                          changed_at=timezone.now(), due_at=timezone.now())  # fmt: skip
    person = one(persons.by_id("a"))
    told = disclosure.disclosed(person, f"{NAME} verhandlung")
    assert [row["number"] for row in told["tables"]["syncapp.CalendarLink"]] == [number]
    assert "syncapp.CalendarLink" not in disclosure.disclosed(person)["tables"]
    kept = {(each.model.__name__, each.why) for each in erasure.erase(person, NAME).kept}
    assert ("CalendarLink", Because.APPOINTMENT) in kept
    for each in (number, other):
        calendars.advoware.remove_appointment(each)
    calendars.sync()
    assert CalendarTombstone.objects.count() == 2
    erasure.erase(person, NAME)
    assert where(NAME) == set()
    assert where(OTHER)
    CalendarTombstone.objects.update(deleted_at=timezone.now() - timedelta(days=181))
    prune()
    assert where(OTHER) == set()


def test_the_command(parties: Parties, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pk, number, _account = a_client(parties)
    call_command("person", "find", search=NAME)
    assert pk in capsys.readouterr().out
    file = tmp_path / "her.json"
    call_command("person", "export", betnr=number, to=file)
    assert NAME in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="File exists"):
        call_command("person", "export", betnr=number, to=file)
    call_command("person", "erase", id=pk, dry_run=True)
    assert "would go" in capsys.readouterr().out
    assert "JournalEntry.changes" in where(NAME)
    call_command("person", "erase", id=pk, yes=True)
    said = capsys.readouterr().out
    assert "went" in said
    assert "Delete it there first." in said
    assert NAME not in said
    rows = StaffAction.objects.filter(action__endswith="_person")
    assert {(row.action, row.target_id) for row in rows} == {("export_person", pk), ("erase_person", pk)}
    assert NAME not in str(list(rows.values()))


def test_half_of_what_is_told_does_not_stay_behind(
    parties: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_told: object, file: Any, **_: object) -> None:
        file.write(NAME)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    _pk, number, _account = a_client(parties)
    monkeypatch.setattr(json, "dump", full)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("person", "export", betnr=number, to=tmp_path / "her.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"what": "find", "search": "niemand"}, "knows nobody"),
        ({"what": "export", "search": NAME}, "needs it"),
        ({"what": "erase", "id": "x", "to": "y"}, "needs it"),
        ({"what": "erase", "search": "marked.example", "yes": True}, "2 persons fit"),
    ],
)
def test_what_the_command_refuses(parties: Parties, given: dict[str, Any], words: str) -> None:
    for _time in range(2):
        parties.pair((MAIL, MAIL_OF), crm={"lastName": NAME}, name=NAME)
    with pytest.raises(CommandError, match=words):
        call_command("person", given.pop("what"), **given)
    assert not StaffAction.objects.exists()
