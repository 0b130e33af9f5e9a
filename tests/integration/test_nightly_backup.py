"""A night without a backup is seen as any job that fails; who makes none by a timer is told nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError
from django.utils import timezone

from syncapp import jobs
from syncapp.engine.workers import scheduled
from syncapp.keeping import backups, nightly
from syncapp.keeping.manifest import Manifest
from syncapp.models import ScheduledFailure, ScheduledJob
from tests.world import configured

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(tmp_path: Path) -> Iterator[Path]:
    with configured(BACKUP_DIR=str(tmp_path / "backups")):
        yield tmp_path / "backups"


def fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/geheim")

    monkeypatch.setattr(backups, "make_dated", make)
    with pytest.raises(CommandError, match=r"Permission denied\. No backup was made"):
        call_command("backup", "--nightly", "--keep", "14")


def went_well(ago: timedelta) -> None:
    nightly.scheduled.begin(nightly.NAME)
    nightly.scheduled.end(nightly.NAME, 1, "")
    ScheduledJob.objects.filter(name=nightly.NAME).update(good_at=timezone.now() - ago)


def test_where_no_timer_makes_any_none_is_missed() -> None:
    jobs.look_at_backup()


def test_the_last_night_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    went_well(timedelta(hours=25))
    jobs.look_at_backup()
    fails(monkeypatch)  # by hand, in the afternoon: there is still the one of the night
    jobs.look_at_backup()
    went_well(timedelta(hours=27))
    with pytest.raises(nightly.NoBackupLately):
        jobs.look_at_backup()


def test_one_that_has_never_gone_well_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    fails(monkeypatch)
    with pytest.raises(nightly.NoBackupLately):
        jobs.look_at_backup()
    failure = ScheduledFailure.objects.get(job=nightly.NAME)
    assert failure.error == "PermissionError"


def test_wrong_settings_are_a_failure_too(place: Path) -> None:
    with configured(BACKUP_DIR=""), pytest.raises(CommandError, match="Where to"):
        call_command("backup", "--nightly")
    place.write_text("a file")
    with pytest.raises(CommandError, match="File exists"):
        call_command("backup", "--nightly", "--keep", "14")
    assert ScheduledFailure.objects.filter(job=nightly.NAME).count() == 2


def test_a_database_that_takes_no_note_of_it_is_saved_too(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """Its disk is full: that is when one is needed."""
    made = Manifest("sqlite", "1", timezone.now(), {}, {}, "", 1, "", encrypted=False)

    def full(*_: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(backups, "make_dated", lambda *_: (place / "one", made, 0))
    for note in ("begin", "end"):
        monkeypatch.setattr(scheduled, note, full)
    said = io.StringIO()
    call_command("backup", "--nightly", "--keep", "14", stdout=said)
    assert str(place / "one") in said.getvalue()


def test_without_a_timer_nothing_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "make_dated", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", "--keep", "14")
    jobs.look_at_backup()


def test_after_a_clock_that_was_ahead_the_new_ones_stay(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their names the others are newer, and will be for a year."""
    monkeypatch.setattr(backups, "make", lambda path, _progress: path.touch())
    monkeypatch.setattr(backups, "_forget_partial", lambda _folder: None)
    for year, nights in ((2027, 3), (2026, 4)):
        for night in range(1, nights + 1):
            with time_machine.travel(f"{year}-03-{night:02} 03:00Z", tick=False):
                made, _manifest, _gone = backups.make_dated(place, 3, lambda *_: None)
            assert made.exists()
    assert [each.name[:14] for each in sorted(place.iterdir())] == [f"hub-2026-03-0{night}" for night in (2, 3, 4)]
