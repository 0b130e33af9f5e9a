"""`manage.py adopt`: what it prints and writes into its file, and how it ends."""

from __future__ import annotations

import csv
import errno
import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from syncapp.flows.adopting import adopting, report
from syncapp.models import Adoption, AdoptionState, Record, StaffAction, Verdict
from tests.old_installation import OldFirm
from tests.world import World, configured

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(world: World) -> OldFirm:
    made = OldFirm(world)
    made.seed_documents(1)
    made.seed_parties()
    return made


def adopt(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("adopt", *arguments, stdout=out, **options)
    return out.getvalue()


def test_a_look_shows_counts_with_ids_and_says_how_to_go_on(firm: OldFirm, tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    text = adopt("--csv", str(file))
    assert "taken over as it is" in text
    assert "the file that the CRM names is not at xAI" in text
    assert firm.documents["dead"] in text
    assert "manage.py adopt --apply" in text
    rule = next(line for line in text.splitlines() if line.startswith("---"))
    assert max(map(len, text.splitlines())) > 200 > len(rule)  # long sentences widen no other line
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    (dead,) = (row for row in rows if row["entity_id"] == firm.documents["dead"])
    assert (dead["kind"], dead["verdict"], dead["remote_id"]) == ("documents", "changes", "file_dead")
    assert dead["what"].startswith("dead_file, document.upload")
    assert "Schriftsatz" not in file.read_text() + text  # ids, no names
    assert "Wendland" not in file.read_text() + text
    assert not Record.objects.exists()


def test_a_report_that_has_no_place_is_found_before_anything_is_done(firm: OldFirm, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none" / "report.csv"):
        with pytest.raises(CommandError, match=r"--csv: .* can't be written .* Nothing was done") as refused:
            adopt("--apply", "--csv", str(place))
        assert refused.value.returncode == 2
    assert not Adoption.objects.exists()


def test_a_report_whose_place_is_lost_meanwhile_costs_nothing_else(
    firm: OldFirm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_done: Adoption) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(report, "rows", full)
    with pytest.raises(CommandError, match=r"No space left on device\)\. All else is done") as refused:
        adopt("--apply", "--csv", str(tmp_path / "report.csv"))
    assert refused.value.returncode == 5
    assert Record.objects.exists()


def test_a_number_of_samples_that_is_none_is_refused_before_hours_of_looking(firm: OldFirm) -> None:
    with pytest.raises(CommandError, match="--samples: must be a number, 0 or more"):
        adopt("--apply", "--samples", "-1")
    assert not Adoption.objects.exists()


def test_one_that_was_taken_for_dead_says_so(firm: OldFirm, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise adopting.LostError

    monkeypatch.setattr(adopting, "_alive", lost)
    with pytest.raises(CommandError, match=r"another one has begun\. What was taken over so far stays so") as refused:
        adopt("--apply")
    assert refused.value.returncode == 3


def test_an_employee_is_named_without_an_appointment_that_there_is_not() -> None:
    counts = {"calendars": {str(Verdict.KNOWN): {"": 2}}}
    done = Adoption.objects.create(started_at=timezone.now(), counts=counts)
    for remote in ("", "5001"):
        done.findings.create(
            kind="calendars", entity_type="Mitarbeiter", entity_id="SB", remote_id=remote, verdict=Verdict.KNOWN
        )
    (line,) = report.lines(done)
    assert line.samples == ("SB", "SB/5001")


def test_taking_over_is_on_record(firm: OldFirm) -> None:
    text = adopt("--apply")
    assert "--apply" not in text
    assert "What agrees is remembered" in text
    row = StaffAction.objects.get(action="adopt")
    assert (row.via, row.count) == ("command", Adoption.objects.get().seen)


def test_two_at_once_are_refused(firm: OldFirm) -> None:
    other = adopting.ask(apply=True)
    leased = timezone.now() + timedelta(minutes=1)
    Adoption.objects.filter(pk=other.pk).update(state=AdoptionState.RUNNING, leased_until=leased)
    with pytest.raises(CommandError, match=r"or was killed within the last 3 minutes: then run it again") as refused:
        adopt("--apply")
    assert refused.value.returncode == 3
    assert not Record.objects.exists()


def test_a_system_that_is_away_is_named(firm: OldFirm) -> None:
    firm.world.sandbox.settings(espocrm_maintenance=True)
    with pytest.raises(CommandError, match="espocrm") as stopped:
        adopt("--apply")
    assert stopped.value.returncode == 4


def test_without_settings_it_says_so(db: None) -> None:
    with configured(ESPOCRM_API_KEY=""), pytest.raises(CommandError, match="Not configured"):
        adopt()
