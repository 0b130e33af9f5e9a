"""Whatever happens in whatever order: once the faults stop both sides agree, and syncing again writes nothing.

What both sides should look like is worked out here from the CRM's side of the sandbox alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter

from syncapp import jobs
from syncapp.engine.outside import outages
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery.sweep import sweep
from syncapp.flows.comparing import scans
from syncapp.models import (
    Attempt,
    Cursor,
    InboxMessage,
    JournalEntry,
    Lock,
    Orphan,
    Record,
    Reference,
    ScanRun,
    Status,
    System,
    Urgency,
)
from tests.world import World

pytestmark = pytest.mark.django_db
TABLES = (JournalEntry, Attempt, InboxMessage, Record, Reference, Orphan, Lock, System, Cursor, ScanRun)
PARENTS, DOCUMENTS = 2, 3

which_parent = st.integers(0, PARENTS - 1)
which_document = st.integers(0, DOCUMENTS - 1)
texts = st.sampled_from([b"Mietvertrag", b"Nachtrag", b"Klage", b""])
names = st.sampled_from(["vertrag.txt", "klage.pdf", "foto.png"])
steps = st.one_of(
    st.tuples(st.just("upload"), which_document, names, texts),
    st.tuples(st.just("rename"), which_document),
    st.tuples(st.just("link"), which_document, which_parent),
    st.tuples(st.just("unlink"), which_document, which_parent),
    st.tuples(st.just("delete"), which_document),
    st.tuples(st.just("restore"), which_document),
    st.tuples(st.just("status"), which_parent, st.sampled_from(["active", "paused", "closed"])),
    st.tuples(st.just("event"), which_document, st.booleans()),
    st.tuples(st.just("parent event"), which_parent),
    st.tuples(st.just("work"), st.integers(1, 3)),
    st.tuples(st.just("crash"), st.integers(0, 6), st.booleans()),
    st.tuples(st.just("scan")),
    st.tuples(
        st.just("fault"),
        st.sampled_from(["cut_before", "cut_after", "garbage", "truncated", "500", "503", "429", "409", "404"]),
        st.sampled_from(["espocrm", "xai", "xai-management"]),
        st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    ),
    st.tuples(st.just("remove file"), which_document),
    st.tuples(st.just("fail indexing")),
)


class Killed(BaseException):
    """The process ends here; no `except Exception` sees it."""


class Play:
    """Applies the steps to the sandbox and the hub."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.parents = [world.parent() for _ in range(PARENTS)]
        self.documents = [world.document(content=b"Mietvertrag") for _ in range(DOCUMENTS)]
        self.deleted: set[str] = set()
        self.spoiled = 0

    def do(self, step: tuple[Any, ...]) -> None:
        kind, *args = step
        getattr(self, "_" + kind.replace(" ", "_"))(*args)

    def _upload(self, document: int, name: str, content: bytes) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.upload_file(self.documents[document], name, content)

    def _rename(self, document: int) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.update("CDokumente", self.documents[document], {"name": "Anders"})

    def _link(self, document: int, parent: int) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.link("CDokumente", self.documents[document], "raeumungsklages", self.parents[parent])

    def _unlink(self, document: int, parent: int) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.unlink("CDokumente", self.documents[document], "raeumungsklages", self.parents[parent])

    def _delete(self, document: int) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.delete("CDokumente", self.documents[document])
            self.deleted.add(self.documents[document])

    def _restore(self, document: int) -> None:
        if self.documents[document] in self.deleted:
            self.world.sandbox.restore("CDokumente", self.documents[document])
            self.deleted.discard(self.documents[document])

    def _status(self, parent: int, status: str) -> None:
        self.world.sandbox.set_status("Raeumungsklage", self.parents[parent], status)

    def _event(self, document: int, full: bool) -> None:
        self.world.event(self.documents[document], full=full)

    def _parent_event(self, parent: int) -> None:
        self.world.event(self.parents[parent], "Raeumungsklage")

    def _work(self, runs: int) -> None:
        for record in Record.objects.filter(status=Status.WAITING).order_by("pk")[:runs]:
            jobs.run_now(record.pk, record.step, even_early=True)

    def _crash(self, calls: int, answered: bool) -> None:
        with dying(calls, answered):
            self._work(3)
        Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
        sweep()

    def _scan(self) -> None:
        scans.run(scans.CHANGES)

    def _fault(self, kind: str, system: str, method: str) -> None:
        rule = {"kind": "status", "status": int(kind)} if kind.isdigit() else {"kind": kind}
        self.world.sandbox.add_fault(**rule, system=system, method=method, times=1)  # type: ignore[arg-type]

    def _remove_file(self, document: int) -> None:
        if self.documents[document] not in self.deleted and (pk := self.world.crm(self.documents[document])["xaiId"]):
            self.world.sandbox.remove_xai_file(pk)

    def _fail_indexing(self) -> None:
        self.world.sandbox.fail_next_indexing(1)
        self.spoiled += 1

    # The end

    def calm_down(self) -> None:
        """The faults stop; comparisons run as they do every night, and staff press Retry for all."""
        self.world.sandbox.clear_faults()
        # Each "fail indexing" of the script spoils one more try; staff press Retry as long as something is red.
        for round_ in range(3 + self.spoiled):
            if round_ >= 3 and not Record.objects.filter(status=Status.FAILED).exists():
                break
            for system in ("espocrm", "xai"):
                outages.try_now(system)
            scans.run(scans.EVERYTHING, confirmed=True)
            self.look_at_all()

    def look_at_all(self) -> None:
        for kind, step, ids in (
            ("Raeumungsklage", "collection_sync", self.parents),
            ("CDokumente", "document_sync", self.documents),
        ):
            targets = [Target(step, kind, pk) for pk in ids]
            sync_requests.request(targets, urgency=Urgency.STAFF, full=True, force=True)
        self.world.drive()

    def expected(self) -> dict[str, set[str]]:
        """Collection to the hashes that belong in it, as the CRM alone says."""
        state = self.world.sandbox.state("espocrm")
        parents = {row["id"]: row for row in state["records"]["Raeumungsklage"]}
        wanted: dict[str, set[str]] = {}
        for row in parents.values():
            if row["status"] == "active":
                wanted[row["xaiCollectionId"]] = set()
        for row in state["records"]["CDokumente"]:
            fits = row["dokumentId"] and row["md5sum"] != EMPTY and not row["dokumentName"].endswith(".png")
            if row["deleted"] or not fits:
                continue
            for pair in state["links"].get("cDokumenteRaeumungsklage", []):
                if pair[0] == row["id"] and parents[pair[1]]["status"] == "active":
                    wanted[parents[pair[1]]["xaiCollectionId"]].add(row["sha256"])
        return wanted

    def actual(self) -> dict[str, set[str]]:
        active = self.expected()
        return {
            c["collection_id"]: {d["file_metadata"]["hash"] for d in c["documents"]}
            for c in self.world.sandbox.state("xai")["collections"]
            if c["collection_id"] in active
        }


EMPTY = "d41d8cd98f00b204e9800998ecf8427e"  # MD5 of no bytes


@contextmanager
def dying(calls: int, answered: bool) -> Iterator[None]:
    """The n-th outside call is the last thing this process does; `answered`: the effect happened."""
    left = [calls]
    send = HTTPAdapter.send

    def last(self: HTTPAdapter, *args: Any, **kwargs: Any) -> Any:
        if left[0] == 0 and not answered:
            raise Killed
        answer = send(self, *args, **kwargs)
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return answer

    with mock.patch.object(HTTPAdapter, "send", last):
        try:
            yield
        except Killed:
            return


@settings(
    max_examples=int(os.environ.get("HUB_EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(script=st.lists(steps, min_size=3, max_size=25))
def test_any_history_ends_in_agreement(world: World, script: list[tuple[Any, ...]]) -> None:
    for table in TABLES:
        table.objects.all().delete()
    world.sandbox.reset()
    world.sandbox.settings(xai_indexing_seconds=0)
    play = Play(world)
    for step in script:
        play.do(step)
    play.calm_down()

    stuck = Record.objects.exclude(status__in=[Status.IN_SYNC, Status.SKIPPED])
    assert not stuck.exists(), list(stuck.values("entity_type", "status", "reason", "detail"))
    assert play.actual() == play.expected()
    used = {file_id for files in world.inside().values() for file_id in files}
    listed = set(Orphan.objects.filter(kind="file").values_list("remote_id", flat=True))
    shown = {row["xaiId"] for row in world.sandbox.state("espocrm")["records"]["CDokumente"] if not row["deleted"]}
    assert set(world.files()) <= used | listed | shown, "a file that nobody knows of"
    assert not JournalEntry.objects.filter(state__in=["intended", "lost"], record__status=Status.IN_SYNC).exists()
    assert not Lock.objects.exists()

    before = world.mark()
    scans.run(scans.EVERYTHING, confirmed=True)
    play.look_at_all()
    assert world.writes(before) == [], "syncing again must write nothing"
