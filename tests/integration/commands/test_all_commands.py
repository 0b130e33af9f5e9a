"""What every command does: its help, how it ends, and what it takes an empty word for."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from syncapp.engine.recovery import guards
from syncapp.models import Record, StaffAction

DOCUMENT = ("document_sync", "CDokumente")


OURS = (
    *("check_connections", "compare", "prune", "register_webhooks", "release_lock"),
    *("retry_failed", "setup_schedules", "steps", "sweep", "sync"),
)


@pytest.mark.parametrize("name", OURS)
def test_help_says_what_the_exit_codes_mean(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command(name, "--help")
    said = capsys.readouterr().out
    assert "exit codes:\n    0  " in said
    assert "\n    2  wrong usage" in said


@pytest.mark.django_db
def test_ctrl_c_ends_a_command_without_a_traceback(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("syncapp.upkeep.pruning.prune", interrupted)
    assert run("prune") == (130, "Stopped. What was done so far stays done.\n")


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_nothing_that_was_found(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """1 means that something differs (compare), failed (sync), or is not held (release_lock)."""

    def away() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(guards, "held", away)
    code, said = run("release_lock", "--list")
    assert (code, "manage.py migrate" in said, "refused" in said) == (5, True, False)


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_a_wait_that_is_never_over_is_refused(run: Any, seconds: str) -> None:
    code, said = run("sync", *DOCUMENT, "65f0a1b2c3d4e5f60", "--wait", "--timeout", seconds)
    assert (code > 0, "must be a number of seconds" in said, Record.objects.count()) == (True, True, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("words", [("trace", ""), ("trace", "  "), ("run", "--host", "")])
def test_an_empty_variable_of_a_shell_is_neither_all_nor_everybody(
    run: Any, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Most of what staff do bears no trace, and does not belong together; an empty host is every address."""

    def listens(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("syncapp.management.serving.listener", listens)
    StaffAction.objects.create(action="look", target_id="65f0a1b2c3d4e5f60")
    code, said = run(*words)
    assert (code, "65f0a1b2c3d4e5f60" in said) == (2, False)
