"""What is in the image, and what is not."""

from __future__ import annotations

import json
import re

from tests.containers.podman import Podman

SECRETS = re.compile(r"SECRET|PASSWORD|API_KEY|TOKEN", re.IGNORECASE)


def inside(engine: Podman, image: str, *command: str) -> str:
    return engine("run", "--rm", "--network", "none", *engine.limits, image, *command)


def test_nobody_in_it_is_root(engine: Podman, image: str) -> None:
    assert inside(engine, image, "id", "-u") == "10001"
    code, _ = engine.tried("run", "--rm", "--network", "none", *engine.limits, image, "touch", "/app/manage.py")
    assert code != 0


def test_no_secret_is_in_its_history_or_its_environment(engine: Podman, image: str) -> None:
    history = engine("history", "--no-trunc", "--format", "{{.CreatedBy}}", image)
    assert "gunicorn" in history
    assert not SECRETS.search(history)
    environment = json.loads(engine("inspect", "--format", "{{json .Config.Env}}", image))
    assert not [each for each in environment if SECRETS.search(each)]


def test_it_holds_the_program_and_nothing_of_the_workshop(engine: Podman, image: str) -> None:
    found = set(inside(engine, image, "ls", "-A", "/app").split())
    assert found == {"bitbylaw", "manage.py", "requirements.txt", "staticfiles", "syncapp", "templates"}


def test_pages_find_their_files(engine: Podman, image: str) -> None:
    assert "staticfiles.json" in inside(engine, image, "find", "/app", "-name", "staticfiles.json")


def test_it_is_small(engine: Podman, image: str) -> None:
    """Beside the base image, which is others': what nothing reads is taken out."""
    megabytes = [int(line.split()[0]) for line in inside(engine, image, "du", "-sm", "/opt/venv", "/app").splitlines()]
    assert sum(megabytes) < 200
    lacking = ("*/geodata", "*/discovery_cache/documents/drive.v3.json", "*/pycountry/locales", "*/site-packages/pip")
    for pattern in lacking:
        assert inside(engine, image, "find", "/opt/venv", "-path", pattern) == ""


def test_it_speaks_with_postgresql(engine: Podman, image: str) -> None:
    for program in ("pg_dump", "pg_restore"):
        assert "(PostgreSQL)" in inside(engine, image, program, "--version")


def test_what_was_left_in_is_enough(engine: Podman, image: str) -> None:
    """What needs the data of packages, most of which is taken out."""
    program = """
from syncapp.clients.google.building import api
from syncapp.flows.lens.banks import iban
from syncapp.flows.lens.descriptions import plain
from syncapp.flows.lens.phones import Phone
print(iban("DE89 3704 0044 0532 0130 00"), Phone().get("0511 123456"), plain("<p>a</p>"), bool(api("https://x.example")))
"""
    told = inside(engine, image, "python", "-c", program)
    assert told.split() == ["DE89370400440532013000", "+49511123456", "a", "True"]
