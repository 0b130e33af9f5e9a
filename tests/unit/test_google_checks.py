"""What `manage.py check` says of the settings of Google Calendar."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from syncapp.checks import systems

KEY = {"client_email": "hub@firm.example", "private_key": "geheim", "token_uri": "https://oauth2.googleapis.com/token"}


def faults(**values: Any) -> list[tuple[str, str]]:
    config = settings.CONFIG.model_copy(update=values)
    return [(fault.id.removeprefix("hub."), fault.msg) for fault in systems.of_google(config)]


def test_nothing_or_a_whole_key_is_right(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(KEY))
    assert faults() == []
    assert faults(GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH=str(path)) == []
    assert faults(GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON=json.dumps(KEY), GOOGLE_CALENDAR_SUBJECT="a@b.example") == []


def test_a_subject_alone_switches_nothing_on() -> None:
    ((name, words),) = faults(GOOGLE_CALENDAR_SUBJECT="a@b.example")
    assert name == "W068"
    assert "a@b" not in words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("geheim", "is not JSON"),
        ('["geheim"]', "is not the key"),
        (json.dumps(KEY | {"token_uri": ""}), "lacks token_uri"),
        (json.dumps({"client_email": "geheim"}), "lacks private_key, token_uri"),
    ],
)
def test_a_key_that_is_none(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    for name, value in (("JSON", text), ("PATH", str(path))):
        ((_, words),) = faults(**{f"GOOGLE_CALENDAR_SERVICE_ACCOUNT_{name}": value})
        assert said in words
        assert f"ACCOUNT_{name}" in words
        assert "geheim" not in words


def test_a_file_that_is_not_there() -> None:
    ((_, words),) = faults(GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH="/nowhere/key.json")
    assert "names no file that can be read" in words
