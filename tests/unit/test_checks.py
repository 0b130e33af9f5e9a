"""The system checks against registers, schedules and settings that are broken on purpose."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.core import checks

from bitbylaw.config import ADVOWARE_LOGIN, Config
from syncapp.checks import entities, installation, scheduling, steps, systems
from syncapp.events import registry
from syncapp.events.registry import Register
from syncapp.events.spec import Comparison, Flow, Kind, Schedule, StepSpec, Trigger
from syncapp.flows.comparing.flow import PARTIES, WRITING
from syncapp.models import SystemName
from syncapp.schedules import schedules
from tests.settings import WEBHOOK_ID

GOOD = StepSpec(
    name="paper_sync",
    description="",
    triggers=(Trigger(Kind.HTTP, "POST /x"), Trigger(Kind.TOPIC, "vmh.paper.*")),
    emits=("vmh.paper.update",),
    runs="syncapp.flows.documents.sync.DocumentSync",
    systems=("espocrm",),
)


def codes(found: Any) -> list[str]:
    return [fault.id.removeprefix("hub.") for fault in found]


def of_register(*flows: Flow, broken: tuple[tuple[str, str], ...] = ()) -> list[str]:
    known = Register(flows, tuple(spec for flow in flows for spec in flow.steps), (), broken)
    return codes(steps.faults(known, systems=["espocrm"], longest=600))


def of_steps(*specs: StepSpec) -> list[str]:
    return of_register(Flow("papers", "", specs))


def test_the_hub_itself_has_no_fault() -> None:
    assert [message for message in checks.run_checks() if message.is_serious(checks.ERROR)] == []


def test_a_good_register() -> None:
    assert of_steps(GOOD) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"systems": ("fax",)}, "E003"),
        ({"timeout": 601}, "E005"),
        ({"only_if": "NO_SETTING"}, "E012"),
        ({"triggers": (*GOOD.triggers, Trigger(Kind.TOPIC, "vmh.Paper.update"))}, "E006"),
        ({"triggers": (*GOOD.triggers, Trigger(Kind.TOPIC, "vmh.paper"))}, "E006"),
        ({"emits": ("vmh.paper.update", "paper_updated")}, "E007"),
        ({"emits": ("vmh.paper.update", "vmh.Paper.update")}, "E007"),
        ({"emits": ("vmh.paper.update", "vmh.letter.update")}, "E008"),
        ({"triggers": (*GOOD.triggers, Trigger(Kind.TOPIC, "vmh.letter.*"))}, "W009"),
    ],
)
def test_a_broken_step(change: dict[str, Any], code: str) -> None:
    assert of_steps(replace(GOOD, **change)) == [code]


def test_names_are_unique_and_flows_are_started() -> None:
    assert of_steps(GOOD, GOOD) == ["E001"]
    assert of_steps(GOOD, replace(GOOD, name="idle", triggers=(), emits=())) == ["E004"]


def test_flows_and_comparisons_are_unique_and_need_systems_there_are() -> None:
    compared = Comparison("papers", "", "", "", "", ("espocrm",), "* * * * *", ())
    assert of_register(Flow("papers", ""), Flow("papers", "")) == ["E002"]
    assert of_register(Flow("papers", "", comparisons=(compared, compared))) == ["E011"]
    assert of_register(Flow("papers", "", comparisons=(replace(compared, systems=("fax",)),))) == ["E003"]


def test_a_package_that_declares_no_flow_is_a_finding(settings: Any) -> None:
    settings.HUB_FLOWS = ("tests.nothing", "tests.unit")
    found = {code.partition(" ")[0] for code in (f"{each.id} {each.msg}" for each in checks.run_checks())}
    assert "hub.E010" in found
    assert [package for package, _ in registry.register().broken] == ["tests.nothing", "tests.unit"]


class NotAFlow:
    def __init__(self, run: object) -> None: ...

    def read(self, unexpected: object) -> None: ...

    def plan(self, state: object) -> None: ...


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("syncapp.flows.documents.sync.Nothing", "E020"),
        ("syncapp.flows.nothing.Sync", "E020"),
        ("syncapp.engine.queue.sync_requests.request", "E021"),
        (f"{__name__}.NotAFlow", "E021"),
    ],
)
def test_a_flow_that_cant_run(path: str, code: str) -> None:
    assert of_steps(replace(GOOD, runs=path)) == [code]


def test_it_is_said_what_a_flow_lacks() -> None:
    spec = replace(GOOD, runs=f"{__name__}.NotAFlow")
    (fault,) = steps.faults(Register((), (spec,), (), ()), systems=["espocrm"], longest=600)
    assert "read, apply missing" in fault.msg


def test_it_is_said_how_a_topic_of_the_crm_comes_in() -> None:
    deaf = replace(GOOD, triggers=(*GOOD.triggers, Trigger(Kind.TOPIC, "vmh.letter.*")))
    (fault,) = steps.faults(Register((), (deaf,), (), ()), systems=["espocrm"], longest=600)
    assert "WEBHOOK_ENTITIES" in str(fault.hint)


WORDS = {"document": "CDokumente", "account": "Account"}


def of_entities(words: dict[str, str], *collections: str) -> list[str]:
    config = settings.CONFIG.model_copy(update={"WEBHOOK_ENTITIES": words, "COLLECTION_ENTITIES": collections})
    return codes(entities.faults(config, "CDokumente"))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"räumung": "Raeumungsklage"}, ["E030"]),
        ({"court-case": "CCase"}, ["E030"]),
        ({"entity": "CCase"}, ["E031"]),
        ({"case": "C Case"}, ["E032"]),
        ({"konto": "Account"}, ["E033"]),
        ({"document": "CPaper"}, ["E034"]),
    ],
)
def test_words_for_entities(change: dict[str, str], found: list[str]) -> None:
    config = settings.CONFIG.model_copy(
        update={"WEBHOOK_ENTITIES": WORDS | change, "COLLECTION_ENTITIES": ("Account",)}
    )
    assert codes(entities.faults(config, "CDokumente")) == found


@pytest.mark.parametrize(
    ("named", "found"),
    [(("Account",), []), ((), []), (("CDokumente",), ["E035"]), (("C Case",), ["E035"]), (("CCase",), ["W036"])],
)
def test_whose_names_may_leave_the_firm(named: list[str], found: list[str]) -> None:
    assert of_entities(WORDS, *named) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [({}, ["W037", "W036"]), ({"knowledge": "CWissen"}, ["W037"]), ({"knowledge": "CWissen", "at": "CWissenBei"}, [])],
)
def test_what_joins_documents_to_a_parent_has_a_webhook_too(words: dict[str, str], found: list[str]) -> None:
    joined = {"LINK_ENTITIES": {"CWissen": "CWissenBei"}, "COLLECTION_ENTITIES": ("CWissen",)}
    config = settings.CONFIG.model_copy(update={"WEBHOOK_ENTITIES": settings.CONFIG.WEBHOOK_ENTITIES | words, **joined})
    assert codes(entities.faults(config, "CDokumente")) == found
    with mock.patch.object(settings, "CONFIG", config):
        known = registry.register()
        assert codes(steps.faults(known, systems=["espocrm", "xai", "advoware", "google"], longest=100_000)) == []


JOB = Schedule("sweep", "syncapp.jobs.sweep", "", minutes=1)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"minutes": 0, "cron": "*/15 * * * *"}, []),
        ({"function": "syncapp.jobs.nothing"}, ["E042"]),
        ({"function": "os.getcwd"}, ["E042"]),
        ({"function": "syncapp.jobs.timedelta"}, ["E042"]),
        ({"arguments": ("changes",)}, ["E043"]),
        ({"function": "syncapp.jobs.compare", "arguments": ("changes",)}, []),
        ({"starts": ("nothing",)}, ["E048"]),
        ({"function": "syncapp.jobs.scan_confirmed"}, ["E043"]),
        ({"minutes": 0}, ["E044"]),
        ({"cron": "* * * * *"}, ["E044"]),
        ({"minutes": 0, "cron": "0 */15 * * * *"}, ["E045"]),
        ({"minutes": 0, "cron": "*/15"}, ["E046"]),
        ({"minutes": 0, "cron": "61 * * * *"}, ["E047"]),
    ],
)
def test_schedules(change: dict[str, Any], found: list[str]) -> None:
    assert codes(scheduling.faults([replace(JOB, **change)], ())) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"finds": "syncapp.flows.comparing.parties.nothing"}, ["E049"]),
        ({"finds": "syncapp.jobs.sweep"}, ["E049"]),
        ({"finds": "syncapp.flows.comparing.parties._both_sides"}, ["E049"]),
        ({"brake": replace(WRITING, limit="NO_SUCH_LIMIT")}, ["E039"]),
        ({"brake": replace(WRITING, percent="TASKS_TO_ESPOCRM")}, ["E039"]),
    ],
)
def test_comparisons(change: dict[str, Any], found: list[str]) -> None:
    (parties,) = (each for each in registry.comparisons() if each.name == PARTIES)
    assert codes(scheduling.of_comparisons([replace(parties, **change)])) == found


def test_six_fields_are_told_with_the_line_that_is_right() -> None:
    (fault,) = scheduling.faults([replace(JOB, minutes=0, cron="0 */15 * * * *")], ())
    assert "'*/15 * * * *'" in fault.hint


def test_schedule_names_and_croniter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(scheduling.faults([JOB, JOB], ())) == ["E040"]
    monkeypatch.setattr(scheduling, "croniter", None)
    assert codes(scheduling.faults(schedules(), {spec.name for spec in registry.runnable()})) == ["E041"]
    assert codes(scheduling.faults([JOB], ())) == []  # minutes need no croniter


QUEUE = {
    "workers": 4, "queue_limit": 4, "timeout": 600, "retry": 1900, "ack_failures": True, "max_attempts": 1,
    "save_limit": -1, "orm": "default",
}  # fmt: skip
SQLITE = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode = WAL;"}


def place(queue: dict[str, Any] | None = None, sqlite: dict[str, str] | None = None, **config: Any) -> Any:
    """The settings of a place where all is well, but for what is named."""
    good = {
        "REDIS_URL": "", "REDIS_HOST": "", "QUEUE_BROKER": "orm", "LOCK_TTL_SECONDS": 1800, "LEASE_SECONDS": 30,
        "WEBHOOK_TOKENS": ("t" * 40,), "METRICS_TOKEN": "", "ESPOCRM_API_BASE_URL": "https://crm.example.org",
        "ESPOCRM_WEBHOOK_DOORS": {WEBHOOK_ID: "document/update"},
    }  # fmt: skip
    made = settings.CONFIG.model_copy(update=good | config)
    vars(made).pop("redis_url", None)  # remembered from the settings that were copied
    return SimpleNamespace(
        CONFIG=made,
        Q_CLUSTER=QUEUE | (queue or {}),
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": SQLITE if sqlite is None else sqlite}
        },
    )


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (place(), []),
        (place(LOCK_TTL_SECONDS=600), ["E050"]),
        (place({"retry": 1700}), ["E051", "E051"][:1]),
        (place({"retry": 1800}), ["E051"]),
        (place(LEASE_SECONDS=1800), ["E052"]),
        (place({"max_attempts": 5}), ["E053"]),
        (place({"ack_failures": False}), ["E053"]),
        (place({"save_limit": 250}), ["W054"]),
        (place({"orm": "other"}), ["E057"]),
        (place({"django_redis": "default"}), ["E057"]),
        (place(QUEUE_BROKER="redis"), ["E056"]),
        (place(sqlite={}), ["E060", "E061"]),
        (place(WEBHOOK_TOKENS=(), ESPOCRM_WEBHOOK_SECRETS={}), ["W062"]),
        (place(METRICS_TOKEN=f"'{'t' * 40}'"), ["W077"]),
        (place(ESPOCRM_WEBHOOK_DOORS={"another": "document/update"}), ["W076"]),
        (place(WEBHOOK_TOKENS=("short",)), ["W063"]),
        (place(METRICS_TOKEN="short"), ["W063"]),
        (place(ESPOCRM_API_BASE_URL="http://crm.example.org"), ["W064"]),
        (place(ESPOCRM_API_BASE_URL="http://192.168.1.5/crm"), ["W064"]),
        (place(ESPOCRM_API_BASE_URL="http://127.0.0.1:8001"), []),
        (place(ESPOCRM_API_BASE_URL="http://espocrm"), []),
    ],
)
def test_settings(where: Any, found: list[str]) -> None:
    assert [code for code in codes(installation.faults(where)) if code != "I058"] == found


def test_redis_must_be_the_cache_where_it_is_configured() -> None:
    where = place(REDIS_URL="redis://redis:6379/0")
    assert codes(installation.faults(where)) == ["E055"]
    where.CACHES["default"]["BACKEND"] = installation.REDIS_CACHE
    assert codes(installation.faults(where)) == []
    where.CONFIG = where.CONFIG.model_copy(update={"QUEUE_BROKER": "redis"})
    where.Q_CLUSTER = {**QUEUE, "django_redis": "default"}
    assert codes(installation.faults(where)) == []


def test_without_redis_it_is_said_that_locks_are_in_the_database() -> None:
    assert codes(installation.faults(place())) == ["I058"]


def test_a_system_without_settings_names_the_flows_that_are_off() -> None:
    config = settings.CONFIG.model_copy(
        update={"XAI_API_KEY": "k", "XAI_MANAGEMENT_KEY": "k", "ESPOCRM_API_KEY": "", "ESPOCRM_API_BASE_URL": ""}
    )
    faults = {fault.msg.partition(" ")[0]: fault for fault in systems.switched_off(config, registry.steps())}
    assert faults["espocrm"].id == "hub.W065"
    assert "collections, documents" in faults["espocrm"].msg
    assert "xai" not in faults
    assert "ADVOWARE_API_KEY" in faults["advoware"].hint


@pytest.mark.parametrize("name", SystemName.values)
def test_of_every_system_it_is_said_which_settings_it_needs(name: str) -> None:
    (fault,) = systems.switched_off(Config.model_construct(), [replace(GOOD, systems=(name,))])
    named = set(re.findall(r"[A-Z_]{5,}", fault.hint))
    assert named
    assert named <= set(Config.model_fields)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"ADVOWARE_USER": "AP"}, ["W066"]),
        ({"ADVOWARE_API_SECRET": "kein base64!"}, ["W066", "W067"]),
        (dict.fromkeys(ADVOWARE_LOGIN, "abcd"), []),
    ],
)
def test_a_half_configured_advoware_is_named_with_what_it_lacks(given: dict[str, str], found: list[str]) -> None:
    config = settings.CONFIG.model_copy(update=given)
    assert codes(systems.of_advoware(config)) == found
    assert all("ADVOWARE_PASSWORD" in fault.msg for fault in systems.of_advoware(config) if fault.id == "hub.W066")
