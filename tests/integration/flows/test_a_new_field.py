"""A field of parties is one line in the table: an academic title, which this hub does not sync, is walked through.

The firm's own part is done first: EspoCRM has the attribute, and the catalogue has the German of the label.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import reverse

from bitbylaw.config import BASE_DIR, Config
from bitbylaw.environment import load
from sandbox.espocrm import entities, schema
from sandbox.espocrm.kinds import VARCHAR
from syncapp.admin.records.write_views import write_views
from syncapp.events import registry
from syncapp.flows.beteiligte import fields
from syncapp.flows.beteiligte.fields import PartyField, Who
from syncapp.management.demo.parties import Parties as DemoParties
from syncapp.models import JournalEntry, Status, Task
from syncapp.people import undos
from tests.parties import Parties
from tests.world import configured

pytestmark = pytest.mark.django_db
ENGLISH, GERMAN = "Academic title", "Akademischer Grad"


@pytest.fixture(autouse=True)
def one_line_more(monkeypatch: pytest.MonkeyPatch) -> None:
    line = PartyField("titel", "titel", "titel", ENGLISH, who=Who.PERSON)
    monkeypatch.setattr(fields, "TABLE", (*fields.TABLE, line))


@pytest.fixture(autouse=True)
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    catalogue.append(polib.POEntry(msgid=ENGLISH, msgstr=GERMAN))
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue.save_as_mofile(str(folder / "django.mo"))
    monkeypatch.setitem(entities.PARTY.fields, "titel", VARCHAR)
    _forget()
    with override_settings(LOCALE_PATHS=[str(tmp_path)]):
        yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    schema.entity_def.cache_clear()
    schema.attributes.cache_clear()
    registry._register.cache_clear()


@pytest.fixture
def staff(db: None) -> Client:
    client = Client(headers={"accept-language": "de"})
    client.force_login(User.objects.create_superuser("erika"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def titles(parties: Parties, pk: str, number: int) -> tuple[str, str]:
    return parties.crm(pk)["titel"] or "", parties.advoware(number)["titel"] or ""


def settings_with(monkeypatch: pytest.MonkeyPatch, **environment: dict[str, str]) -> Config:
    """As the hub reads them at its start."""
    monkeypatch.setenv("DJANGO_SECRET_KEY", "a-key")
    for name, value in environment.items():
        monkeypatch.setenv(name, json.dumps(value))
    return load()


def test_it_arrives_on_the_other_side_both_ways(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, titel="Dr.")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert titles(parties, pk, number) == ("Dr.", "Dr.")
    parties.edit_advoware(number, titel="Prof. Dr.")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert titles(parties, pk, number) == ("Prof. Dr.", "Prof. Dr.")
    created = parties.in_crm(titel="Dr. h. c.")
    parties.sync(created)
    assert titles(parties, created, parties.crm(created)["betnr"]) == ("Dr. h. c.", "Dr. h. c.")
    before = parties.world.mark()
    parties.sync(pk)
    assert parties.world.writes(before) == []


def test_a_company_has_none(parties: Parties) -> None:
    pk, number = parties.pair(crm={"firmenname": "Möwenstube GmbH"}, name="Möwenstube GmbH")
    parties.edit_advoware(number, titel="Dr.")
    parties.sync(pk)
    assert titles(parties, pk, number) == ("", "Dr.")


def test_it_is_switched_off_by_its_name(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    config = settings_with(monkeypatch, PARTY_DIRECTIONS={"titel": "off"})
    with configured(PARTY_DIRECTIONS=config.PARTY_DIRECTIONS):
        pk, number = parties.pair()
        parties.edit_crm(pk, titel="Dr.")
        assert parties.sync(pk).status == Status.IN_SYNC
        assert titles(parties, pk, number) == ("Dr.", "")
    config = settings_with(monkeypatch, ADVOWARE_PARTY_FIELDS={"titel": "bAnrede"})
    with configured(ADVOWARE_PARTY_FIELDS=config.ADVOWARE_PARTY_FIELDS):
        parties.edit_crm(pk, titel="Dr. jur.")
        assert parties.sync(pk).status == Status.IN_SYNC
        assert parties.advoware(number)["bAnrede"] == "Dr. jur."


def test_staff_read_its_german_name_wherever_it_is_shown(
    parties: Parties, staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(name: str, *args: object, post: bool = False) -> str:
        shown = (staff.post if post else staff.get)(reverse(f"admin:{name}", args=args)).content.decode()
        assert "titel" not in shown.replace("subtitel", ""), name
        return shown

    config = settings_with(monkeypatch, PARTY_CONFLICTS={"titel": "person"})
    pk, number = parties.pair()
    parties.edit_crm(pk, titel="Dr.")
    record = parties.record(pk)
    assert GERMAN in page("hub_preview", record.pk, post=True)
    parties.sync(pk)
    (entry,) = JournalEntry.objects.filter(action="update_party")
    assert GERMAN in page("syncapp_journalentry_change", entry.pk)
    assert GERMAN in page("syncapp_record_change", record.pk)
    with configured(PARTY_CONFLICTS=config.PARTY_CONFLICTS):
        parties.edit_crm(pk, titel="Dr. jur.")
        parties.edit_advoware(number, titel="Dr. med.")
        assert parties.sync(pk).status == Status.CONFLICT
        assert GERMAN in page("hub_conflict", record.pk)
        assert GERMAN in page("hub_preview", record.pk, post=True)
    parties.sync(pk)
    (task,) = Task.objects.filter(kind="value_overruled")
    assert GERMAN in page("syncapp_task_change", task.pk)


def test_a_write_of_it_can_be_undone(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, titel="Dr.")
    parties.sync(pk)
    (entry,) = JournalEntry.objects.filter(action="update_party")
    assert write_views([entry])[0].can_be_undone
    undos.request_undo(entry, None)
    parties.sync(pk)
    assert titles(parties, pk, number) == ("", "")


def test_what_looks_at_both_systems_knows_it(
    parties: Parties, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pk, _number = parties.pair()
    parties.edit_crm(pk, titel="Dr.")
    state = DemoParties(parties.world.sandbox.state("espocrm"), parties.world.sandbox.state("advoware"))
    assert not state.agree(state.known[pk])
    monkeypatch.delitem(entities.PARTY.fields, "titel")
    _forget()
    with pytest.raises(CommandError):
        call_command("check_connections")
    assert "titel" in capsys.readouterr().out


def test_only_the_table_names_the_fields() -> None:
    """A name of a field in another file of the program is a second list in the making; the demo tells a story, and
    what every EspoCRM calls a person's names, or how a firm's name stands for a missing one, is no list."""
    names = {name for each in fields.TABLE for name in (each.name, each.crm, each.crm_company, each.advoware)}
    quoted = re.compile(rf"[\"']({'|'.join(names - {'name', ''})})[\"']")  # "name" is too common a word
    files = [path for folder in ("bitbylaw", "syncapp", "templates") for path in (BASE_DIR / folder).rglob("*.*")]
    texts = [path for path in files if path.suffix in (".py", ".html", ".js")]
    found = {str(path.relative_to(BASE_DIR)): {*quoted.findall(path.read_text())} for path in texts}
    others = {path: names for path, names in found.items() if names and "demo" not in path}
    assert others.pop("syncapp/flows/beteiligte/fields.py")
    assert others == {
        "syncapp/management/preparing/landscape.py": {"firstName", "lastName", "salutationName"},
        "syncapp/clients/espocrm/fields.py": {"firmenname"},
    }
