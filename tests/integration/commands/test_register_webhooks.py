"""`register_webhooks`, against the sandbox."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from syncapp.engine.outside import connections
from syncapp.models import StaffAction
from tests.world import World, configured

BASE = ("register_webhooks", "--base-url", "https://hub.example.org/")


def registered(world: World) -> dict[str, str]:
    return {hook["event"]: hook["url"] for hook in world.sandbox.state("espocrm")["webhooks"]}


def test_every_entity_and_action_gets_a_webhook_once(world: World, run: Any, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text('A=1\nESPOCRM_WEBHOOK_SECRETS=\'{"mine": "old"}\'\n')
    code, said = run(*BASE, "--write-env", str(env))
    assert code == 0
    hooks = registered(world)
    assert len(hooks) == 15
    assert hooks["CDokumente.update"] == "https://hub.example.org/vmh/webhook/document/update"
    assert StaffAction.objects.get().count == 15
    line, doors = env.read_text().splitlines()[1:3]
    by_id = json.loads(doors.removeprefix("ESPOCRM_WEBHOOK_DOORS=").strip("'"))
    urls = {hook["id"]: hook["url"] for hook in world.sandbox.state("espocrm")["webhooks"]}
    assert by_id == {key: url.removeprefix("https://hub.example.org/vmh/webhook/") for key, url in urls.items()}
    secrets = json.loads(line.partition("=")[2].strip("'"))
    assert len(secrets) == 16
    assert secrets["mine"] == "old"
    assert not any(secret in said for key, secret in secrets.items() if key != "mine")
    assert stat.S_IMODE(env.stat().st_mode) == 0o600

    code, said = run(*BASE, "--write-env", str(env))
    assert (code, len(world.sandbox.state("espocrm")["webhooks"])) == (0, 15)
    assert said.count(" there ") == 15
    assert env.read_text().splitlines()[1] == line
    assert StaffAction.objects.count() == 1


def test_a_dry_run_of_register_creates_nothing(world: World, run: Any) -> None:
    code, said = run(*BASE, "--dry-run", "--show-secrets")
    assert (code, registered(world)) == (0, {})
    assert said.count("would be created") == 15


def test_foreign_webhooks_are_left_alone_and_secrets_shown_only_when_wanted(world: World, run: Any) -> None:
    world.sandbox.preset_webhook("Account.update", "https://elsewhere.example.org/x", id="65ffeed", secret="s3cr3t")
    _, said = run(*BASE)
    assert "foreign (65ffeed): left alone" in said
    assert "ESPOCRM_WEBHOOK_SECRETS='" not in said
    _, said = run(*BASE, "--show-secrets")
    secrets = json.loads(said.partition("ESPOCRM_WEBHOOK_SECRETS='")[2].partition("'")[0])
    made = secrets.keys() - settings.CONFIG.ESPOCRM_WEBHOOK_SECRETS.keys()
    assert len(made) == 15
    assert "s3cr3t" not in said
    with configured(
        ESPOCRM_WEBHOOK_SECRETS={"mine": ("new", "old")}, ESPOCRM_WEBHOOK_DOORS={"mine": "document/update"}
    ):
        _, said = run(*BASE, "--show-secrets")
    shown = dict(line.split("=", 1) for line in said.splitlines() if line.startswith("ESPOCRM_WEBHOOK_"))
    both = [json.loads(shown[f"ESPOCRM_WEBHOOK_{name}"].strip("'")) for name in ("SECRETS", "DOORS")]
    assert (both[0]["mine"], both[1]["mine"]) == (["new", "old"], "document/update")
    assert both[0].keys() == both[1].keys() == made | {"mine"}


def test_the_webhooks_of_an_earlier_hub_are_switched_off_when_ours_are_there(world: World, run: Any) -> None:
    old = "https://old.example.org/api"
    for number, url in enumerate((f"{old}/document", f"{old}/case", "https://old.example.org/apis/x")):
        crm = connections.espocrm()
        crm.create_webhook(("Account.update", "Account.delete", "Account.create")[number], url)
    replace = (*BASE, "--replace", f"{old}/")

    _, said = run(*replace, "--dry-run")
    assert said.count("would be switched off") == 2
    assert {hook.active for hook in connections.espocrm().webhooks()} == {True}

    with configured(WEBHOOK_ENTITIES={"document": "CDokumente", "account": "CUnknown"}):
        code, said = run(*replace)  # not all of ours are there: nothing is taken from the other one
    assert (code, said.count("stays on until"), "is switched off" in said) == (1, 2, False)
    assert {hook.active for hook in connections.espocrm().webhooks()} == {True}

    code, said = run(*replace)
    assert (code, said.count("is switched off")) == (0, 2)
    off = {hook.url for hook in connections.espocrm().webhooks() if not hook.active}
    assert off == {f"{old}/document", f"{old}/case"}
    assert "Administration > Webhooks" in said
    assert StaffAction.objects.get(action="switch_webhooks_off").count == 2
    assert "Switched off: 0 webhooks" in run(*replace)[1]


def test_the_earlier_hub_is_told_until_ours_are_switched_on_again(world: World, run: Any) -> None:
    """As they are after a way back (docs/switching.md): both were off then, and EspoCRM told nobody, with code 0."""
    old = "https://old.example.org/api"
    connections.espocrm().create_webhook("Account.update", f"{old}/account")
    assert run(*BASE)[0] == 0
    ours = next(hook for hook in connections.espocrm().webhooks() if hook.event == "CDokumente.update")
    connections.espocrm().switch_off(ours)

    code, said = run(*BASE, "--replace", old)
    assert (code, said.count("stays on until"), "Switched off:" in said) == (1, 1, False)
    assert "1 webhook of this hub: switched off in EspoCRM (Administration > Webhooks)." in said
    assert {hook.url: hook.active for hook in connections.espocrm().webhooks()}[f"{old}/account"]


def test_a_refused_webhook_does_not_cost_the_others(world: World, run: Any) -> None:
    with configured(WEBHOOK_ENTITIES={"document": "CDokumente", "account": "CUnknown"}):
        code, said = run(*BASE)
    assert code == 1
    assert set(registered(world)) == {"CDokumente.create", "CDokumente.update", "CDokumente.delete"}
    assert said.count("refused: ") == 3


def test_where_there_is_no_room_for_more_webhooks_it_is_said(world: World, run: Any) -> None:
    """EspoCRM lets a user have fifty, and counts those that are switched off."""
    world.sandbox.settings(espocrm_webhooks_per_user=12)
    code, said = run(*BASE)
    assert (code, len(registered(world))) == (1, 12)
    assert said.count("refused: EspoCRM: the hub's user has as many webhooks there as it may have (50, ") == 3


def test_an_env_file_that_cant_be_used_is_found_before_anything_is_created(
    world: World, run: Any, tmp_path: Path
) -> None:
    env = tmp_path / ".env"
    env.write_text("ESPOCRM_WEBHOOK_SECRETS='broken'\n")
    assert run(*BASE, "--write-env", str(env))[0] == 1
    assert registered(world) == {}


@pytest.mark.parametrize("place", ["/proc", "/nowhere/at/all"])  # nobody writes there, root neither
def test_a_place_that_cant_be_written_is_found_before_anything_is_created(world: World, run: Any, place: str) -> None:
    code, said = run(*BASE, "--write-env", f"{place}/.env")
    assert code == 1
    assert "so nothing was done" in said
    assert registered(world) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["http://hub.example.org", "hub.example.org", "https://a:b@hub.example.org"])
def test_an_address_that_is_no_good_is_refused_with_2(run: Any, url: str) -> None:
    assert run("register_webhooks", "--base-url", url)[0] == 2
