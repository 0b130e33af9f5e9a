"""Strangers can't wash the logs out, and errors of the program are told each time."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bitbylaw import log_floods


def record(name: str = "django.request", level: int = logging.WARNING, line: int = 1, **more: int) -> logging.LogRecord:
    made = logging.LogRecord(name, level, str(Path(__file__)), line, "said", (), None)
    vars(made).update(more)
    return made


@pytest.mark.parametrize(
    "said",
    [
        {"status_code": 401},
        {"status_code": 404},
        {"name": "django.security.DisallowedHost", "level": logging.ERROR, "status_code": 400},
        {"name": "axes.handlers.database"},
        {"name": "gunicorn.error"},
    ],
)
def test_what_strangers_cause_is_said_once_a_minute(said: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(log_floods.time, "monotonic", lambda: now[0])
    floods = log_floods.OnceAMinute()
    assert [floods.filter(record(**said)) for _ in range(2000)].count(True) == 1  # type: ignore[arg-type]
    now[0] += 61
    again = record(**said)  # type: ignore[arg-type]
    assert floods.filter(again)
    assert vars(again)["repeated"] == 1999


@pytest.mark.parametrize(
    "said",
    [
        {"level": logging.ERROR, "status_code": 500},
        {"name": "gunicorn.error", "level": logging.ERROR},
        {"name": "gunicorn.error", "level": logging.INFO},
        {"name": "syncapp.webhooks.views"},
        {"name": "django_q"},
    ],
)
def test_everything_else_passes(said: dict[str, int]) -> None:
    floods = log_floods.OnceAMinute()
    assert all(floods.filter(record(**said)) for _ in range(100))  # type: ignore[arg-type]


def test_each_place_and_each_status_has_its_own_minute() -> None:
    floods = log_floods.OnceAMinute()
    assert [floods.filter(record(status_code=status, line=line)) for status in (401, 404) for line in (1, 2)] == [
        True
    ] * 4
