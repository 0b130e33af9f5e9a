"""docker-compose.yml and Dockerfile, as far as they can be proved without a container engine."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import get_commands, load_command_class
from gunicorn.app.wsgiapp import WSGIApplication

from bitbylaw.config import BASE_DIR, Config

TEXT = (BASE_DIR / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
EXAMPLE = (BASE_DIR / ".env.example").read_text()
OURS = {name: service for name, service in SERVICES.items() if service.get("build")}
STAYING = {name: service for name, service in SERVICES.items() if service["restart"] != "no"}
VARIABLE = re.compile(r"\$\{(\w+)(:\?[^}]+|:-[^}]*)?\}")


def seconds(duration: str) -> int:
    minutes, rest = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", duration).groups(default="0")  # type: ignore[union-attr]
    return int(minutes) * 60 + int(rest)


def check_python(arguments: list[str]) -> None:
    if arguments[0] == "-c":
        compile(arguments[1], "health check", "exec")
        return
    script, name, *options = arguments
    assert (BASE_DIR / script).is_file()
    command = load_command_class(get_commands()[name], name)
    command.create_parser(script, name).parse_args(options)


def check_gunicorn(arguments: list[str]) -> None:
    class Parsed(WSGIApplication):
        def load_config(self) -> None:
            parsed = self.cfg.parser().parse_args(arguments)
            assert parsed.args == ["bitbylaw.wsgi"]
            assert parsed.config == "python:bitbylaw.gunicorn"
            self.load_config_from_module_name_or_filename(parsed.config)

    Parsed()


def test_it_fits_the_schema() -> None:
    schema = json.loads((Path(__file__).parent / "compose_schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(COMPOSE, schema)


@pytest.mark.parametrize("name", OURS)
def test_every_command_of_ours_exists_and_understands_its_options(name: str) -> None:
    commands = [OURS[name]["command"]]
    if check := OURS[name].get("healthcheck"):
        commands.append(check["test"][1:])
    for program, *arguments in commands:
        {"python": check_python, "gunicorn": check_gunicorn}[program](arguments)


def test_the_image_starts_the_web_server_in_the_same_way() -> None:
    (line,) = re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)
    assert json.loads(line) == SERVICES["web"]["command"]


def test_every_variable_is_explained_in_the_example_and_secrets_have_no_default() -> None:
    for name, rest in VARIABLE.findall(TEXT):
        assert re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE), f"{name} is not in .env.example"
        if name != "HUB_PORT":
            assert rest.startswith(":?"), f"{name} must be given"


def test_every_setting_it_passes_on_is_one() -> None:
    for service in OURS.values():
        assert set(service["environment"]) <= set(Config.model_fields)


def test_names_refer_to_something() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])


def test_whoever_is_waited_for_can_say_when_it_is_ready() -> None:
    for service in SERVICES.values():
        for name, on in service.get("depends_on", {}).items():
            if on["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[name]
            else:
                assert SERVICES[name]["restart"] == "no"


@pytest.mark.parametrize("name", STAYING)
def test_what_stays_is_checked_and_stops_in_peace(name: str) -> None:
    assert STAYING[name]["init"] is True
    assert "healthcheck" in STAYING[name]
    assert seconds(STAYING[name]["stop_grace_period"]) >= 20


def test_workers_have_time_to_drain_and_are_asked_whether_they_work() -> None:
    worker = SERVICES["worker"]
    assert seconds(worker["stop_grace_period"]) > int(worker["environment"]["STOP_GRACE_SECONDS"]) + 10
    assert worker["healthcheck"]["test"][-2:] == ["worker", "--check"]
    assert "container_name" not in worker  # it would forbid a second one


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_has_more_rights_than_needed(name: str) -> None:
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["image"].endswith(":latest")
    if name != "postgres":  # its own start script changes to the user postgres, and it writes in several places
        assert service["user"] not in {"0", "root"}
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_only_the_web_server_is_published_and_on_this_machine_only() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert SERVICES["web"]["ports"][0].startswith("127.0.0.1:")
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert {name for name, service in SERVICES.items() if "outside" in service["networks"]} == {"web", "worker"}


def test_the_last_stage_says_itself_what_a_base_would_have_said() -> None:
    """What the others are told is lost with them, and to run something there would make a layer on top."""
    last = DOCKERFILE[DOCKERFILE.index("FROM scratch") :]
    assert not re.search(r"^RUN ", last, re.MULTILINE)
    said = dict(re.findall(r"^(?:ENV|   ) (\w+)=(\S+)", last, re.MULTILINE))
    assert said["PATH"].split(":") == ["/opt/venv/bin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    assert said["LANG"] == "C.UTF-8"
    assert said["TMPDIR"] in {volume.partition(":")[2] for volume in SERVICES["web"]["volumes"]}


def test_the_image_is_pinned_unprivileged_and_without_secrets() -> None:
    *bases, last = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert set(bases) == {"python:3.12-slim-bookworm"}
    assert last == "scratch"  # else what is taken away would stay in a layer below
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1] == SERVICES["web"]["user"]
    assert "--no-deps --require-hashes" in DOCKERFILE
    assert not re.search(r"^(ARG|ADD) ", DOCKERFILE, re.MULTILINE)
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    copied = [path for line in lines for path in shlex.split(line)[:-1]]
    assert all((BASE_DIR / path).exists() for path in copied)
    allowed = {line[1:] for line in (BASE_DIR / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == allowed
