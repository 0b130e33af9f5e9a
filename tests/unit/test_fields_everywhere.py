"""A field is declared in one table: what people read of it, docs and the example of settings are held to that table."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import fields

import pytest
from django.utils import translation

from bitbylaw.config import BASE_DIR, Config
from bitbylaw.environment import ConfigError, load
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.events import registry
from syncapp.flows.beteiligte.fields import TABLE, PartyField, Rules, Who
from syncapp.words.field_words import field_in_words

OPERATORS = (BASE_DIR / "docs" / "operators.md").read_text()
STAFF = (BASE_DIR / "docs" / "staff.md").read_text()
EXAMPLE = (BASE_DIR / ".env.example").read_text()
NAMES = [each.name for each in TABLE]
WHOSE = {Who.ALL: "all", Who.PERSON: "persons", Who.COMPANY: "companies"}
LABELS: dict[str, Callable[[], Mapping[str, str]]] = {
    flow.name: flow.fields for flow in registry.register().flows if flow.fields
}


def row(field: PartyField) -> str:
    company = f", of a company `{field.crm_company}`" if field.crm_company else ""
    cells = (f"`{field.name}`", field.label, f"`{field.crm}`{company}", f"`{field.advoware}`", WHOSE[field.who])
    return f"| {' | '.join(cells)} |"


def test_operators_find_every_field_in_their_table_and_no_other() -> None:
    section = OPERATORS.split("### Fields of a party")[1].split("###")[0]
    assert re.findall(r"^\| `.*$", section, re.MULTILINE) == [row(each) for each in TABLE]


def test_staff_read_the_labels_in_their_order() -> None:
    with translation.override("de"):
        labels = [field_in_words(name) for name in NAMES]
    assert f"{', '.join(labels)}, Rufnummern und E-Mail-Adressen" in STAFF


def test_the_example_of_settings_names_every_field() -> None:
    text = EXAMPLE.replace("\n# ", " ")
    (named,) = re.findall(r"The hub's names: ([^.]+)\.", text)
    assert named.split(", ") == NAMES
    used = re.findall(r"e\.g\. (\{[^}]*\})\.?\n#(?:ADVOWARE_PARTY_FIELDS|PARTY_\w+)=", text)
    used += re.findall(r"e\.g\. (\{[^}]*\})\. The hub's names", text)
    assert len(used) == 3
    assert {name for each in used for name in json.loads(each)} <= set(NAMES)


def test_the_example_of_settings_shows_the_kinds_of_contacts_as_they_are() -> None:
    (shown,) = re.findall(r"^# (\{.*\})\n#ADVOWARE_KOMMKZ", EXAMPLE, re.MULTILINE)
    assert json.loads(shown) == {name: list(numbers) for name, numbers in Rules().kommkz.items()}


@pytest.mark.parametrize("flow", LABELS)
def test_every_field_of_every_flow_has_a_german_label(flow: str) -> None:
    for name, english in LABELS[flow]().items():
        with translation.override("de"):
            german = field_in_words(name)
        with translation.override("en"):
            assert field_in_words(name) == english
        assert german != english or english in ("IBAN", "BIC", "Name", "Bank", "Status"), name


def test_one_name_means_the_same_in_all_flows() -> None:
    meant = defaultdict(set)
    for labels in LABELS.values():
        for name, label in labels().items():
            meant[name].add(label)
    assert {name: found for name, found in meant.items() if len(found) > 1} == {}


def test_what_nobody_declared_is_shown_as_it_is() -> None:
    with translation.override("de"):
        assert field_in_words("Salutation") == "Salutation"


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Config:
    for name in Config.model_fields:
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HUB_ENV_FILE": "", "DJANGO_SECRET_KEY": "a-key", **environment}.items():
        monkeypatch.setenv(name, value)
    return load()


@pytest.mark.parametrize("field", TABLE, ids=lambda field: field.name)
def test_every_field_can_be_named_directed_and_decided(field: PartyField, monkeypatch: pytest.MonkeyPatch) -> None:
    config = read(
        monkeypatch,
        ADVOWARE_PARTY_FIELDS=json.dumps({field.name: "feldX"}),
        PARTY_DIRECTIONS=json.dumps({field.name: "off"}),
        PARTY_CONFLICTS=json.dumps({field.name: "person"}),
    )
    rules = Rules.of_settings(config)
    assert [each.name for each in rules.fields if each.advoware == "feldX"] == [field.name]
    assert [each.name for each in rules.synced] == [name for name in NAMES if name != field.name]
    assert rules.rule(field.name) == "person"


def test_a_wrong_name_is_told_with_the_right_one_and_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError) as caught:
        read(
            monkeypatch,
            PARTY_DIRECTIONS='{"Vornamen": "off", "schuhgroesse": "off", "name": "sideways"}',
            PARTY_CONFLICTS='{"rechtsfrom": "person"}',
            ADVOWARE_PARTY_FIELDS='{"regístergericht": "x"}',
        )
    told = str(caught.value).splitlines()[1:]
    assert len(told) == 5
    for wrong, right in (("Vornamen", "vorname"), ("rechtsfrom", "rechtsform"), ("regístergericht", "registergericht")):
        assert any(wrong in line and f"do you mean {right}?" in line for line in told), wrong
    assert any("schuhgroesse" in line and f"There are: {', '.join(NAMES)}" in line for line in told)
    assert any("PARTY_DIRECTIONS.name" in line and "'off'" in line for line in told)


# Entity types, links, and what the hub only reads.
NOT_WRITTEN = {FIELDS.document_entity, FIELDS.party_entity, FIELDS.bank_entity, FIELDS.file, FIELDS.party_mails}
NOT_WRITTEN |= {FIELDS.member_parent, FIELDS.member_document, FIELDS.party_accounts, FIELDS.bank_link}


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_the_hub_writes_into_the_crm_is_told_in_words(language: str) -> None:
    """In the journal, beside each value: `advowareKontoId` says nothing to an assistant."""
    written = {str(getattr(FIELDS, each.name)) for each in fields(FIELDS) if each.type == "str"} - NOT_WRITTEN
    assert len(written) > 20
    with translation.override(language):
        assert [name for name in sorted(written) if field_in_words(name) == name and name != "iban"] == []
