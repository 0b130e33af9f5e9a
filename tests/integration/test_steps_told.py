"""What is said of steps is what is configured: addresses, schedules, time-outs. And the version of the program."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django_q.models import Schedule as Row

from bitbylaw.version import VERSION
from syncapp import schedules
from syncapp.engine.queue import enqueue
from syncapp.events import registry
from syncapp.events.spec import Kind
from syncapp.models import ProxyKey
from syncapp.programs import machinery

pytestmark = pytest.mark.django_db
FOR_MACHINES = ("/vmh/", "/google/", "/advoware/", "/api/v1/")


def told() -> Any:
    out = StringIO()
    call_command("steps", "--json", stdout=out)
    return json.loads(out.getvalue())


def addresses(patterns: list[Any], start: str = "/") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        path = start + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            found |= addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith(FOR_MACHINES):
            found.add(path)
    return found


def test_every_address_for_machines_is_told_and_none_that_is_not_there() -> None:
    values = [each["value"] for step in told()["steps"] for each in step["triggers"] if each["kind"] == "http"]
    assert {value.partition(" ")[2] for value in values} == addresses(get_resolver().url_patterns)
    assert len(values) == len(set(values)), "told twice"


def test_every_method_that_is_told_is_understood_there(client: Client) -> None:
    for step in told()["steps"]:
        for each in step["triggers"]:
            if each["kind"] == "http":
                method, _, path = each["value"].partition(" ")
                answer = client.generic(method, re.sub(r"{\w+}", "1", path))
                assert answer.status_code in (400, 401, 404), each["value"]  # no credentials: but 405 would come first


def test_schedules_are_told_as_the_queue_has_them() -> None:
    assert {each["installed"] for each in told()["schedules"]} == {False}
    schedules.ensure()
    Row.objects.filter(name="hub.prune").update(repeats=0)
    Row.objects.filter(name="hub.scan_parties").update(cron="1 1 * * *")  # by hand, in the table
    said = {each["name"]: each for each in told()["schedules"]}
    rows = {(row.name or "").removeprefix("hub."): row for row in Row.objects.filter(name__startswith="hub.")}
    assert set(said) == set(rows)
    for name, row in rows.items():
        assert (said[name]["cron"], said[name]["minutes"]) == (row.cron or "", row.minutes), name
        assert said[name]["installed"]
        given = re.search(r"'timeout': (\d+)", row.kwargs or "")
        assert said[name]["timeout_seconds"] == (int(given[1]) if given else settings.Q_CLUSTER["timeout"]), name
    assert (said["prune"]["switched_on"], said["prune"]["next_run"]) == (False, None)
    assert said["scan_parties"]["cron"] == "1 1 * * *"


def test_a_step_names_the_schedules_that_start_it() -> None:
    for step in told()["steps"]:
        given = {each["schedule"] for each in step["triggers"] if each["kind"] == "schedule"}
        assert given == {each.name for each in schedules.schedules() if step["name"] in each.starts}, step["name"]


def test_time_outs_are_those_that_are_applied() -> None:
    own = enqueue.timeouts()
    for step in told()["steps"]:
        longest = own.get(step["name"], settings.Q_CLUSTER["timeout"])
        assert step["timeout_seconds"] == (longest if step["runs"] else None), step["name"]


def test_webhooks_stand_under_every_flow_that_they_serve() -> None:
    said = {step["name"]: step for step in told()["steps"]}
    assert set(said["beteiligte_webhook"]["flows"]) >= {"beteiligte", "collections"}
    assert said["document_webhook"]["flows"] == ["documents"]
    assert all(step["flows"] for step in said.values())


def test_programs_are_told_the_same() -> None:
    _row, secret = ProxyKey.issue("Monitor", hub="read")
    answer = Client().get("/api/v1/steps", headers={"X-Api-Key": secret, "accept-language": "en"})
    assert answer.json() == told()
    assert answer.json()["version"] == VERSION


def test_nothing_else_starts_a_step() -> None:
    """What is declared at the steps is what the register hands on: a trigger of another kind would be told nowhere."""
    assert {each.kind for spec in registry.steps() for each in spec.triggers} == {Kind.HTTP, Kind.TOPIC, Kind.CRON}
    assert machinery.longest_run(registry.step("document_sync")) == settings.Q_CLUSTER["timeout"]


# the version


def test_the_version_is_that_of_the_changelog() -> None:
    text = (Path(settings.BASE_DIR) / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", text, re.MULTILINE)[0]
    waiting = text.partition("## [Unreleased]")[2].partition("\n## ")[0]
    assert (VERSION, bool(re.search("^- ", waiting, re.MULTILINE))) in (
        (released, False),
        (f"{released}+unreleased", True),
    )


def test_the_version_is_told_where_one_looks_for_it(admin_client: Client) -> None:
    assert admin_client.get("/api/schema/?format=json").json()["info"]["version"] == VERSION
    assert admin_client.get("/health/ready").json()["version"] == VERSION
    for page in ("/admin/", "/admin/syncapp/record/", "/admin/syncapp/proxykey/", "/admin/hub/steps/"):
        assert admin_client.get(page).content.decode().count(f"Version {VERSION}") == 1, page
