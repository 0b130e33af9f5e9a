"""The demo and its sandbox: what the sandbox asks of a hub is all that a hub needs."""

from __future__ import annotations

import pytest

from bitbylaw.environment import load
from syncapp.engine.outside import connections
from syncapp.management.demo.sandbox import Sandbox
from syncapp.models import SystemName
from tests.world import World, configured


def test_a_hub_with_the_environment_that_the_sandbox_names_is_let_in_everywhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Sandbox(world.sandbox.base_url).introduce("https://hub.example.org", "a-token")
    for name, value in (environment | {"DJANGO_SECRET_KEY": "a-key"}).items():
        monkeypatch.setenv(name, value)
    config = load()
    with configured(**{name: getattr(config, name) for name in environment}):
        for system in SystemName.values:
            connections.ping(system)

    hooks = world.sandbox.state("espocrm")["webhooks"]
    assert len(hooks) == 3 * len(config.WEBHOOK_ENTITIES)
    assert {hook["id"]: (hook["secretKey"],) for hook in hooks} == config.ESPOCRM_WEBHOOK_SECRETS
    urls = {hook["event"]: hook["url"] for hook in hooks}
    assert urls["CDokumente.update"] == "https://hub.example.org/vmh/webhook/document/update"
