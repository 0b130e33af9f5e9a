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
