"""Lines of the log name the entity, and what needs a person is found by its level."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from syncapp.engine.runs import runner, settling
from syncapp.engine.runs.planning import Failed, InConflict, Settled
from syncapp.models import Reason, Status
from tests.integration.admin import rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("ending", "level"),
    [(Settled(), "info"), (Failed(Reason.REJECTED), "error"), (InConflict("both_changed"), "warning")],
    ids=["settled", "failed", "conflict"],
)
def test_a_run_that_needs_a_person_is_found_by_its_level(ending: object, level: str) -> None:
    assert runner.LEVELS.get(settling._status(ending), 20) == {"info": 20, "warning": 30, "error": 40}[level]  # type: ignore[arg-type]


def test_every_line_of_a_run_names_its_entity(monkeypatch: pytest.MonkeyPatch) -> None:
    record = rows.record(Status.WAITING, entity_type="CDokumente", entity_id="65f0abc")
    seen = {}

    def work(run: object, step: object) -> settling.Settlement:
        seen.update(runner.structlog.contextvars.get_contextvars())
        return settling.fail(run, Reason.REJECTED)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "_run", work)
    with capture_logs() as logs:
        runner.run(record.pk, runner.Step("document_sync", None, ()))  # type: ignore[arg-type]
    assert (seen["entity_type"], seen["entity_id"], seen["record"]) == ("CDokumente", "65f0abc", record.pk)
    assert [(line["event"], line["log_level"]) for line in logs] == [("run.failed", "error")]
