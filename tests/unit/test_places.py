"""Where settings are read from by who loads none of them."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from gunicorn.glogging import Logger

from bitbylaw import places
from bitbylaw.config import Config
from bitbylaw.environment import load
from bitbylaw.logs import formatter
from bitbylaw.web_logs import WebServerLogger


@pytest.mark.parametrize(
    ("shell", "file", "embedded"),
    [
        (None, None, True),
        (None, "", True),
        (None, "DATABASE_URL=postgres://hub@db/hub\n", False),
        (None, 'DATABASE_URL="sqlite:////srv/hub.sqlite3"\n', True),
        ("postgres://hub@db/hub", None, False),
        ("sqlite:////srv/hub.sqlite3", "DATABASE_URL=postgres://hub@db/hub\n", True),
        ("", "DATABASE_URL=postgres://hub@db/hub\n", False),  # an empty value counts as not set
        ("", "", True),
        (None, "DATABASE_URL=postgres://hub@db/hub\nDATABASE_URL=\n", True),
    ],
)
def test_the_embedded_hub_is_known_by_its_database(
    shell: str | None, file: str | None, embedded: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "env"
    if file is not None:
        named.write_text(file)
    monkeypatch.setenv("HUB_ENV_FILE", str(named))
    for name in Config.model_fields:
        monkeypatch.delenv(name, raising=False)
    if shell is not None:
        monkeypatch.setenv("DATABASE_URL", shell)
    assert places.on_sqlite() is embedded
    monkeypatch.setenv("DJANGO_SECRET_KEY", "a-key")
    if file is None:
        monkeypatch.setenv("HUB_ENV_FILE", "")
    assert load().DATABASE_URL.startswith("sqlite") is embedded


@pytest.mark.parametrize(("shell", "written"), [(None, "text"), ("", "text"), ("json", "json")])
def test_the_web_server_writes_as_the_settings_of_the_file_say(
    shell: str | None, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env").write_text("LOG_FORMAT=text\n")
    monkeypatch.setenv("HUB_ENV_FILE", str(tmp_path / "env"))
    monkeypatch.delenv("LOG_FORMAT", raising=False)
    if shell is not None:
        monkeypatch.setenv("LOG_FORMAT", shell)
    asked = list[str]()
    monkeypatch.setattr("bitbylaw.web_logs.formatter", lambda form: asked.append(form) or formatter(form))
    monkeypatch.setattr(Logger, "setup", lambda *_: None)
    WebServerLogger.setup(mock.Mock(error_log=mock.Mock(handlers=[])), None)
    assert asked == [written]
