"""Retention: what is old goes, what somebody still needs stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ, Task

from syncapp import jobs
from syncapp.engine.queue import enqueue
from syncapp.models import (
    Attempt,
    Handling,
    InboxItem,
    InboxMessage,
    InboxState,
    JournalEntry,
    JournalState,
    NeedKind,
    ProxyCall,
    ProxyKey,
    ProxyWindow,
    Reason,
    Record,
    ScanRun,
    ScanState,
    StaffAction,
    Status,
    Undo,
    Worker,
)
from syncapp.people import undos
from syncapp.upkeep import leftovers, pruning
from tests.world import configured

pytestmark = pytest.mark.django_db


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def message(days: float, items: int = 1, **more: Any) -> InboxMessage:
    made = InboxMessage.objects.create(
        trace_id="t", received_at=ago(days), path="document", action="update", body=b"[{}]", **more
    )
    InboxItem.objects.bulk_create(
        InboxItem(message=made, position=number, entity_type="CDokumente", entity_id="a") for number in range(items)
    )
    return made


def record(entity_id: str = "a", status: Status = Status.IN_SYNC, **more: Any) -> Record:
    now = timezone.now()
    more = {"served": 1} | more if status == Status.IN_SYNC else {"reason": Reason.EXHAUSTED} | more
    return Record.objects.create(
        step="s", entity_type="CDokumente", entity_id=entity_id, status=status, created_at=now, changed_at=now, **more
    )


def attempt(of: Record, days: float) -> Attempt:
    return Attempt.objects.create(record=of, number=1, request_number=1, started_at=ago(days))


def entry(of: Record, days: float, state: JournalState, attempt: Attempt | None = None) -> JournalEntry:
    return JournalEntry.objects.create(
        record=of, attempt=attempt, system="xai", action="upload", target_type="file", state=state, begun_at=ago(days)
    )


def test_bodies_go_first_then_the_messages_with_their_items() -> None:
    young, old, older = message(13), message(15), message(181, items=3)
    pruned = pruning.prune()
    assert set(InboxMessage.objects.values_list("pk", flat=True)) == {young.pk, old.pk}
    assert InboxMessage.objects.get(pk=young.pk).body is not None
    assert InboxMessage.objects.get(pk=old.pk).body is None
    assert set(InboxItem.objects.values_list("message", flat=True)) == {young.pk, old.pk}
    assert pruned.counts["received webhooks"] == 1
    assert not InboxMessage.objects.filter(pk=older.pk).exists()


def test_quarantine_keeps_its_body_until_the_message_goes() -> None:
    kept = message(100, state=InboxState.QUARANTINED)
    message(200, state=InboxState.QUARANTINED)
    pruning.prune()
    assert bytes(InboxMessage.objects.get().body or b"") == b"[{}]"
    assert InboxMessage.objects.get().pk == kept.pk


def test_attempts_of_records_that_need_a_person_stay() -> None:
    settled, failed, chosen = record("a"), record("b", Status.FAILED), record("c", Status.CONFLICT)
    young = attempt(settled, 179)
    attempt(settled, 181)
    kept = [attempt(failed, 400), attempt(chosen, 400)]
    assert pruning.prune().counts["attempts"] == 1
    assert set(Attempt.objects.all()) == {young, *kept}


def test_a_write_whose_outcome_is_unknown_stays_with_its_attempt_as_long_as_the_record_is_open() -> None:
    waiting = record("a", Status.WAITING, due_at=timezone.now(), reason="")
    begun = attempt(waiting, 800)
    needed = [
        entry(waiting, 800, JournalState.INTENDED, begun),
        entry(waiting, 800, JournalState.LOST),
        entry(waiting, 729, JournalState.DONE),
    ]
    entry(waiting, 731, JournalState.DONE)
    entry(waiting, 731, JournalState.CLEARED)
    pruning.prune()
    assert set(JournalEntry.objects.all()) == set(needed)
    assert Attempt.objects.get() == begun


def test_an_agreed_record_needs_its_old_entries_no_more() -> None:
    settled = record()
    entry(settled, 800, JournalState.LOST)
    kept = entry(settled, 700, JournalState.DONE, attempt(settled, 700))
    pruning.prune()
    kept.refresh_from_db()
    assert JournalEntry.objects.get() == kept
    assert kept.attempt is None  # the journal outlives the attempts


def test_rows_of_the_machinery() -> None:
    def scan(days: float, state: ScanState, name: str = "changes") -> ScanRun:
        return ScanRun.objects.create(scan=name, state=state, started_at=ago(days))

    scan(310, ScanState.STOPPED)  # others were made since: it needs nobody any more
    stopped, newest = scan(300, ScanState.STOPPED, "parties"), scan(250, ScanState.DONE, "everything")
    scan(299, ScanState.FAILED, "parties")
    failed = scan(298, ScanState.FAILED, "parties")
    scan(300, ScanState.DONE)
    young = scan(1, ScanState.DONE)
    Worker.objects.create(name="ended", started_at=ago(30), stopped_at=ago(8))
    Worker.objects.create(name="vanished", started_at=ago(30), beat_at=ago(8))
    alive = Worker.objects.create(name="alive", started_at=ago(30), beat_at=ago(0))
    for number, days in enumerate((8, 6)):
        Task.objects.create(id=f"{number:032}", name=str(number), func="f", started=ago(days), stopped=ago(days))
        OrmQ.objects.create(key="bitbylaw", payload="x", lock=ago(days))
    pruning.prune()
    assert set(ScanRun.objects.all()) == {stopped, failed, newest, young}
    assert list(Worker.objects.all()) == [alive]
    assert (Task.objects.count(), OrmQ.objects.count()) == (1, 1)


def test_calls_through_the_proxy() -> None:
    key, _secret = ProxyKey.issue("A program")
    young = ProxyCall.objects.create(key=key, at=ago(179), method="GET", status=200)
    ProxyCall.objects.create(key=key, at=ago(181), method="GET", status=200)
    ProxyCall.objects.create(at=ago(181), method="GET", status=401)
    this_minute = int(timezone.now().timestamp() // 60)
    window = ProxyWindow.objects.create(name="key:1", minute=this_minute, calls=3)
    ProxyWindow.objects.create(name="from:192.0.2.1", minute=this_minute - 61, calls=3)
    assert pruning.prune().counts["calls through the proxy"] == 2
    assert ProxyCall.objects.get() == young
    assert ProxyWindow.objects.get() == window
    assert ProxyKey.objects.get() == key


def test_more_than_a_chunk_goes_and_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "CHUNK", 2)
    for _ in range(3):
        message(200, items=3)
    told: list[tuple[str, int]] = []
    pruning.prune(progress=lambda kind, rows: told.append((kind, rows)))
    assert [rows for kind, rows in told if kind == "received webhooks"] == [2, 3]
    assert InboxItem.objects.count() == 0


def test_a_job_whose_time_is_over_hands_over_to_another(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(leftovers, "CHUNK", 2)
    for _ in range(5):
        message(200)
    with configured(QUEUE_TIMEOUT_SECONDS=1e-9), django_capture_on_commit_callbacks(execute=True):
        jobs.prune()
    assert enqueue.queue_size() == 1
    assert pruning.prune().finished
    assert InboxMessage.objects.count() == 0


def test_a_second_time_finds_nothing_and_a_dry_run_only_counts() -> None:
    message(200)
    counts = pruning.prune(dry_run=True).counts
    assert (counts["received webhooks"], InboxMessage.objects.count()) == (1, 1)
    pruning.prune()
    assert not any(pruning.prune().counts.values())


def test_what_staff_did_stays_for_ever(capsys: pytest.CaptureFixture[str]) -> None:
    StaffAction.objects.create(action="retry")
    StaffAction.objects.update(at=ago(5000))
    message(200)
    call_command("prune", "--dry-run")
    call_command("prune")
    assert StaffAction.objects.count() == 1
    dry, real = capsys.readouterr().out.split("what ")[1:]
    assert "would be deleted" in dry
    assert [line.split()[-1] for line in real.splitlines() if line.startswith("received webhooks")] == ["1"]


def test_why_something_was_given_up_goes_from_old_records_of_staff() -> None:
    """Until 1.0.0 it stood there, beside the place where it belongs, and may name a client."""
    for action in ("discard", "give_up_needs", "pause_step"):
        StaffAction.objects.create(action=action, count=1, target_id="7", detail="Geheimrätin")
    pruned = pruning.prune()
    assert pruned.counts["notes of staff"] == 2
    assert sorted(StaffAction.objects.values_list("action", "target_id", "detail")) == [
        ("discard", "7", ""),
        ("give_up_needs", "7", ""),
        ("pause_step", "7", "Geheimrätin"),
    ]
    assert pruning.prune().counts["notes of staff"] == 0


def test_a_write_that_somebody_asked_to_undo_stays_until_it_is_decided() -> None:
    """The record's step may be paused, or its system away, for as long as it takes."""
    asked = entry(record(), 4000, JournalState.DONE)
    undo = Undo.objects.create(entry=asked, requested_at=timezone.now())
    pruning.prune()
    assert undos.requested_undos(asked.record) == [undo]
    undos.finish_undo(undo.pk)
    pruning.prune()
    assert not JournalEntry.objects.exists()


def test_what_goes_in_several_ways_under_one_name_is_counted_together() -> None:
    for kind in (NeedKind.TASK, NeedKind.ORPHAN, NeedKind.QUARANTINE):
        Handling.objects.create(kind=kind, row=1, changed_at=timezone.now())
    told: list[int] = []
    assert pruning.prune(dry_run=True).counts["notes of staff"] == 3
    pruned = pruning.prune(progress=lambda name, count: told.append(count) if name == "notes of staff" else None)
    assert pruned.counts["notes of staff"] == 3
    assert told == [1, 2, 3]
