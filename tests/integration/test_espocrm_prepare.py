"""From a stock EspoCRM to one that the hub can work with, by command."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from sandbox.espocrm.config import ADMIN, ADMIN_PASSWORD
from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.administration import AdminConfig, EspoAdministration
from syncapp.clients.espocrm.rest import path_of
from syncapp.clients.http.answers import Answer
from syncapp.engine.outside import connections
from syncapp.management.commands import espocrm
from syncapp.management.commands.espocrm import LOGIN, PASSWORD
from syncapp.management.connection_checks import all_systems
from syncapp.management.preparing.access import USER
from tests.world import World, configured

pytestmark = pytest.mark.django_db
OWN = ["CDokumente", "CBeteiligte", "CBankverbindungen", "Raeumungsklage"]
STOCK = [*OWN, "Account.xaiCollectionId", "Account.status", "Account.cDokumentes"]


@pytest.fixture
def stock(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv(LOGIN, ADMIN)
    monkeypatch.setenv(PASSWORD, ADMIN_PASSWORD)
    world.sandbox.settings(espocrm_missing=STOCK)
    EspoClient.metadata_cache.clear()
    with configured(MATTER_ENTITIES={}):
        yield world


def administration() -> EspoAdministration:
    url = connections.espocrm()._config.base_url
    return EspoAdministration(AdminConfig(base_url=url, api_key="", login=ADMIN, password=ADMIN_PASSWORD))


def prepare(*options: str, code: int = 0) -> str:
    out = io.StringIO()
    if not code:
        call_command("espocrm", "prepare", *options, stdout=out)
        return out.getvalue()
    with pytest.raises(CommandError) as refused:
        call_command("espocrm", "prepare", *options, stdout=out)
    assert refused.value.returncode == code
    return f"{out.getvalue()}\n{refused.value}"


def settings_of(said: str) -> dict[str, Any]:
    lines = dict(line.split("=", 1) for line in said.splitlines() if line.startswith("ESPOCRM_"))
    told = {name: json.loads(lines[name].strip("'")) for name in ("ESPOCRM_ENTITIES", "ESPOCRM_FIELDS")}
    return {**told, "ESPOCRM_API_KEY": lines["ESPOCRM_API_KEY"]}


def changes(world: World, since: int) -> list[str]:
    return [call["path"] for call in world.sandbox.calls(system="espocrm", since=since) if call["method"] != "GET"]


def test_a_dry_run_says_all_and_changes_nothing(stock: World) -> None:
    before = stock.mark()
    said = prepare("--dry-run", code=1)
    assert "CRaeumungsklage: make the entity type (Base)" in said
    assert "Account.cXaiCollectionId: add the field (varchar)" in said
    assert changes(stock, before) == []


def test_a_stock_crm_becomes_one_that_passes_every_check(stock: World) -> None:
    told = settings_of(prepare("--yes"))
    assert told["ESPOCRM_ENTITIES"] == {"Raeumungsklage": "CRaeumungsklage"}
    assert told["ESPOCRM_FIELDS"]["Account.xaiCollectionId"] == "cXaiCollectionId"
    with configured(**told):
        EspoClient.metadata_cache.clear()
        assert [row for row in all_systems() if row.system == "espocrm" and row.good is False] == []
        before = stock.mark()
        assert "Nothing is missing" in prepare("--yes")
        assert changes(stock, before) == []


def test_who_was_made_may_do_the_main_job_and_no_more(stock: World) -> None:
    """The new API user, with its own key and the role that it was given."""
    told = settings_of(prepare("--yes"))
    with configured(**told):
        EspoClient.metadata_cache.clear()
        document = stock.document(stock.parent("Account"), kind="Account")
        stock.event(document)
        stock.drive()
        shown = stock.crm(document)
        assert (shown["xaiSyncStatus"], shown["modifiedByName"]) == ("clean", USER)
        assert {shown["xaiId"]} in stock.inside().values()
        rights = connections.espocrm().rights()
        assert rights is not None
        assert rights.level("Account", "edit") != "no"
        assert {rights.level(kind, "delete") for kind in ("CDokumente", "Account", "CBeteiligte")} == {"no"}


def test_what_was_stopped_half_way_goes_on(stock: World) -> None:
    stock.sandbox.add_fault("status", status=503, system="espocrm", method="POST", path="createLink$", times=1)
    prepare("--yes", code=4)
    before = stock.mark()
    assert "Nothing is missing" in prepare("--yes")
    assert [path for path in changes(stock, before) if "createEntity" in path or "fieldManager" in path] == []


def test_a_lost_answer_is_found_to_have_been_a_success(stock: World) -> None:
    stock.sandbox.add_fault("cut_after", system="espocrm", method="POST", path="createEntity$", times=1)
    prepare("--yes", code=4)
    assert "Nothing is missing" in prepare("--yes")


def test_the_key_is_printed_once(stock: World) -> None:
    key = settings_of(prepare("--yes"))["ESPOCRM_API_KEY"]
    assert key not in prepare("--yes")
    assert key in prepare("--show-key")


def test_the_key_is_printed_until_the_settings_have_one(stock: World) -> None:
    """Stopped after the user was made, the repeat said that nothing was missing, and no key."""
    with configured(ESPOCRM_API_KEY=""):
        with mock.patch.object(espocrm.Command, "_settings", side_effect=KeyboardInterrupt):
            prepare("--yes", code=130)
        key = settings_of(prepare("--yes"))["ESPOCRM_API_KEY"]
    assert key in prepare("--show-key")
    assert key not in prepare("--yes")


def test_nobody_agreed(stock: World) -> None:
    before = stock.mark()
    with mock.patch("builtins.input", return_value="no"):
        assert "things missing" in prepare(code=1)
    assert changes(stock, before) == []


def test_a_field_of_another_type_is_left_to_a_person(stock: World) -> None:
    prepare("--yes")
    stock.sandbox.settings(espocrm_changed={"CDokumente.xaiId": {"type": "int"}})
    said = prepare("--yes", code=1)
    assert "BY HAND: CDokumente.xaiId: is of the type int, and must be varchar or text" in said


def test_a_wrong_login_is_said_and_kept_nowhere(stock: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "geheim-und-falsch")
    said = prepare("--yes", code=4)
    assert "geheim" not in said


@pytest.mark.parametrize("lacking", [LOGIN, PASSWORD])
def test_with_nobody_there_to_ask_it_says_where_the_login_may_stand(
    lacking: str, stock: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(lacking)
    asked = "builtins.input" if lacking == LOGIN else "getpass.getpass"
    with mock.patch(asked, side_effect=EOFError):
        said = prepare("--yes", code=2)
    assert f"set {LOGIN} and {PASSWORD}" in said


@pytest.mark.parametrize("url", ["https://[::1", "https://crm:99999", "crm.example.org", "ftp://crm"])
def test_an_address_that_is_none_is_said_before_anybody_is_asked(url: str, stock: World) -> None:
    assert "--url: it must begin with https://" in prepare("--yes", "--url", url, code=2)


def test_what_was_made_stands_on_the_pages_and_a_layout_of_the_firms_is_left_alone(stock: World) -> None:
    prepare("--yes")
    crm = administration()
    assert {"md5sum", "xaiSyncStatus"} <= crm.shown("CDokumente")
    assert "name" in crm.shown("CDokumente")  # what stood there before
    assert "cXaiCollectionId" in crm.shown("Account") or "xaiCollectionId" in crm.shown("Account")
    path = f"{path_of('CDokumente')}/layout/detail"
    mine = [{"label": "", "rows": [[{"name": "name"}, {"name": "xaiSyncStatus"}]]}]
    crm.request("PUT", path, Answer.json_if_any, body=mine)
    assert "Nothing is missing" in prepare("--yes")
    assert crm.shown("CDokumente") == {"name", "xaiSyncStatus"}


def test_the_hook_is_printed_with_the_firms_names_and_a_token() -> None:
    out = io.StringIO()
    with configured(WEBHOOK_TOKENS=("t0ken",), COLLECTION_ENTITIES=("Raeumungsklage",)):
        call_command("espocrm", "hook", hub="https://hub.example.org/", stdout=out, stderr=io.StringIO())
    said = out.getvalue()
    assert "const HUB = 'https://hub.example.org';" in said
    assert "const TOKEN = 't0ken';" in said
    assert "const PARENTS = ['Raeumungsklage'];" in said


@pytest.mark.parametrize(
    ("hub", "tokens", "words"),
    [
        ("", ("t",), "Where is the hub"),
        ("https://x", (), "none is set"),
        ("https://[x", ("t",), "--hub: it must begin"),
    ],
)
def test_the_hook_says_what_it_lacks(hub: str, tokens: tuple[str, ...], words: str) -> None:
    with configured(WEBHOOK_TOKENS=tokens), pytest.raises(CommandError, match=words):
        call_command("espocrm", "hook", hub=hub)
