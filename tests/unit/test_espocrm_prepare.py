"""What `espocrm prepare` finds missing, and what it leaves alone."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from syncapp.clients.espocrm.names import Names
from syncapp.management.needs import LinkNeed, Need, Needs
from syncapp.management.preparing import hook, plan
from syncapp.management.preparing.landscape import Landscape, Type, bare, prefixed, renamed
from syncapp.management.preparing.plan import Step

PHP = shutil.which("php")
OWN = Type("CDokumente", "CDokumente", there=True, own=True, versions=True)
STOCK = Type("Account", "Account", there=True, own=False, versions=False)


def there(*types: Type, prefixes: bool = True, **more: Any) -> Landscape:
    return Landscape({each.ours: each for each in types}, more.pop("names", Names()), prefixes, **more)


def with_fields(found: Type, **fields: Mapping[str, Any]) -> Type:
    return Type(found.ours, found.name, found.there, found.own, found.versions, fields, found.links)


def steps(need: Need, found: Type, **more: Any) -> list[Step]:
    """But for what is shown on pages."""
    return [step for step in plan.steps([Needs(found.ours, (need,))], there(found, **more)) if step.method != "show"]


@pytest.mark.parametrize(
    ("fields", "shown", "put"),
    [
        ({}, (), ("md5sum", "syncStatus")),
        ({"md5sum": {"isCustom": True}}, ("name",), ("md5sum", "syncStatus")),
        ({"md5sum": {"isCustom": True}}, ("name", "md5sum"), None),  # the firm has a layout of its own
        ({"md5sum": {}, "syncStatus": {}}, ("name",), None),  # nothing of it is the hub's
    ],
)
def test_pages_that_show_nothing_of_the_hub_get_a_panel(
    fields: dict[str, Any], shown: tuple[str, ...], put: tuple[str, ...] | None
) -> None:
    found = replace(with_fields(OWN, **fields), shown=frozenset(shown))
    needs = (Need("md5sum", ("varchar",), ""), Need("syncStatus", ("enum",), ""), Need("iban", ("link",), ""))
    made = [step for step in plan.steps([Needs("CDokumente", needs)], there(found)) if step.method == "show"]
    assert [step.arguments for step in made] == ([] if put is None else [("CDokumente", [*put])])


@pytest.mark.parametrize("nasty", ["', system('x'), '", "\\\\'", "$x {$y}", "?>", "https://hub.example.org"])
def test_the_hook_is_right_php_whatever_it_holds(nasty: str) -> None:
    text = hook.php(hub=nasty, token=nasty, document="CDokumente", parents=["Account", "Räumung'sklage"])
    assert "class BitByLawLinks implements AfterRelate" in text
    assert "$" + "{" not in text
    if PHP is None:
        pytest.skip("PHP is not installed")
    checked = subprocess.run([PHP, "-l"], input=text, text=True, capture_output=True)
    assert checked.returncode == 0, checked.stdout
    said = subprocess.run(
        [PHP, "-r", f"echo json_encode([{hook._text(nasty)}]);"], text=True, capture_output=True, check=True
    )
    assert json.loads(said.stdout) == [nasty]


def test_a_type_is_made_with_its_versions_watched_and_asked_for_without_the_prefix() -> None:
    missing = Type("CDokumente", "CDokumente", there=False, own=True, versions=False)
    made = [*plan.steps([Needs("CDokumente", (), template="Base")], there(missing))]
    assert [(step.method, step.arguments) for step in made] == [
        ("create_type", ("Dokumente", "Base")),
        ("watch_versions", ("CDokumente",)),
    ]


def test_a_stock_type_that_is_missing_is_for_a_person() -> None:
    missing = Type("Task", "Task", there=False, own=True, versions=False)
    assert [step.method for step in plan.steps([Needs("Task", ())], there(missing))] == [""]


@pytest.mark.parametrize(
    ("need", "definition"),
    [
        (Need("md5sum", ("varchar", "text"), "", length=32), {"type": "varchar", "maxLength": 255}),
        (Need("syncError", ("text", "varchar"), ""), {"type": "text"}),
        (Need("syncStatus", ("enum",), "", options=("clean",)), {"type": "enum", "options": ["", "clean"]}),
        (Need("status", (), "", made="enum"), {"type": "enum", "options": ["", "active", "paused", "closed"]}),
        (Need("dokument", ("file",), ""), {"type": "file"}),
    ],
)
def test_a_field_is_made_as_it_is_needed(need: Need, definition: Mapping[str, Any]) -> None:
    (step,) = steps(need, OWN)
    assert (step.method, step.arguments) == ("create_field", ("CDokumente", need.name, definition))


def test_a_field_of_a_stock_type_gets_the_prefix_from_espocrm_and_the_hub_is_told() -> None:
    need = Need("xaiCollectionId", ("varchar",), "")
    (step,) = steps(need, STOCK)
    assert step.arguments[:2] == ("Account", "xaiCollectionId")
    made = with_fields(STOCK, cXaiCollectionId={"type": "varchar"})
    assert steps(need, made) == []
    assert renamed(there(made), [Needs("Account", (need,))]) == (
        {},
        {"Account.xaiCollectionId": "cXaiCollectionId"},
    )


def test_without_prefixes_names_stay() -> None:
    (step,) = steps(Need("xaiCollectionId", ("varchar",), ""), STOCK, prefixes=False)
    assert step.arguments[1] == "xaiCollectionId"
    assert renamed(there(STOCK, prefixes=False), [Needs("Account", ())]) == ({}, {})


def test_options_are_added_behind_those_that_are_there_as_the_settings_spell_them() -> None:
    before = {"type": "enum", "options": ["", "clean"], "isCustom": True}
    found = with_fields(OWN, syncStatus=before)
    need = Need("syncStatus", ("enum",), "", options=("clean", "unclean"))
    (step,) = steps(need, found, statuses={"CDokumente.syncStatus": {"unclean": "dirty"}})
    assert step.arguments == ("CDokumente", "syncStatus", before | {"options": ["", "clean", "dirty"]})


def test_texts_are_widened_never_narrowed() -> None:
    need = Need("sha256", ("varchar",), "", length=64)
    (step,) = steps(need, with_fields(OWN, sha256={"type": "varchar", "maxLength": 32}))
    assert step.arguments[2]["maxLength"] == 64
    assert steps(need, with_fields(OWN, sha256={"type": "varchar", "maxLength": 100})) == []
    assert steps(need, with_fields(OWN, sha256={"type": "varchar"})) == []


def test_what_companies_lack_is_not_required() -> None:
    need = Need("lastName", (), "", made="varchar", empty=True)
    (step,) = steps(need, with_fields(OWN, lastName={"type": "varchar", "required": True}))
    assert step.arguments[2] == {"type": "varchar", "required": False}


def test_a_field_of_another_type_is_for_a_person() -> None:
    (step,) = steps(Need("xaiId", ("varchar", "text"), ""), with_fields(OWN, xaiId={"type": "int"}))
    assert step.method == ""
    assert "varchar or text" in step.words


def test_links_are_told_by_what_they_lead_to() -> None:
    needs = [Needs("CDokumente", (), links=(LinkNeed("Account"),)), Needs("Account", ())]
    (step,) = plan.steps(needs, there(OWN, STOCK))
    (body,) = step.arguments
    assert (body["entity"], body["link"], body["entityForeign"], body["linkForeign"], body["linkType"]) == (
        "CDokumente",
        "accounts",
        "Account",
        "dokumentes",
        "manyToMany",
    )
    linked = Type(
        "CDokumente", "CDokumente", True, True, True, {}, {"firmen": {"type": "hasMany", "entity": "Account"}}
    )
    assert [*plan.steps(needs, there(linked, STOCK))] == []


def test_a_link_to_one_bears_the_hubs_name() -> None:
    bank, party = (Type(name, name, there=True, own=True, versions=True) for name in ("CBank", "CParty"))
    needs = [Needs("CBank", (), links=(LinkNeed("CParty", "beteiligte", "konten"),)), Needs("CParty", ())]
    (step,) = plan.steps(needs, there(bank, party))
    (body,) = step.arguments
    assert (body["linkType"], body["link"], body["linkForeign"]) == ("manyToOne", "beteiligte", "konten")


@pytest.mark.parametrize("name", ["CDokumente", "CAIKnowledge", "Case", "Cirrus"])
def test_a_prefix_comes_and_goes(name: str) -> None:
    assert bare(prefixed(name, "C")) == (name[1:] if name.startswith(("CD", "CA")) else name)
