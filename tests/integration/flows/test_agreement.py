"""Whatever happens in whatever order: once the faults stop both sides agree, and syncing again writes nothing.

What both sides should look like is worked out here from the CRM's side of the sandbox alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from requests.adapters import HTTPAdapter

from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import outages
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery.sweep import sweep
from syncapp.events import running
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import CHANGES, EVERYTHING
from syncapp.flows.documents.reasons import Why
from syncapp.models import JournalEntry, Lock, Orphan, Record, Reference, Status, Urgency
from tests.histories import histories, in_own_transactions, taken_back
from tests.world import LINKS, World

pytestmark = in_own_transactions
PARENTS, DOCUMENTS = 2, 3

which_parent = st.integers(0, PARENTS - 1)
which_document = st.integers(0, DOCUMENTS - 1)
texts = st.sampled_from([b"Mietvertrag", b"Nachtrag", b"Klage", b""])
names = st.sampled_from(["vertrag.txt", "klage.pdf", "foto.png"])
statuses = st.sampled_from(["active", "paused", "closed"])
faults = st.sampled_from(["cut_before", "cut_after", "garbage", "truncated", "500", "503", "429", "409", "404"])
systems = st.sampled_from(["espocrm", "xai", "xai-management"])
methods = st.sampled_from(["GET", "POST", "PUT", "DELETE"])


class Killed(BaseException):
    """The process ends here; no `except Exception` sees it."""


class History(RuleBasedStateMachine):
    """What people, the hub, and misfortune do to documents; the end of each history is looked at in `teardown`."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.until_the_end = ExitStack()
        self.until_the_end.enter_context(taken_back())
        world.sandbox.reset()
        world.sandbox.settings(xai_indexing_seconds=0)
        self.world = world
        self.parents = [world.parent() for _ in range(PARENTS)]
        self.documents = [world.document(content=b"Mietvertrag") for _ in range(DOCUMENTS)]
        self.deleted: set[str] = set()
        self.spoiled = 0

    @initialize(settled=st.booleans(), hashes=st.booleans(), fields=st.booleans())
    def begin(self, settled: bool, hashes: bool, fields: bool) -> None:
        """Half of the histories begin in agreement, for most of what can go wrong needs something that was synced. At
        half of the firms a hook of their own hashes, as EspoCRM itself does not; at half, links are fields too."""
        shown = {f"CDokumente.{link}": {"type": "linkMultiple"} for link in LINKS.values()} if fields else {}
        self.world.sandbox.settings(espocrm_hash_on_upload=hashes, espocrm_changed=shown)
        EspoClient.metadata_cache.clear()
        if settled:
            for document, parent in ((0, 0), (1, 0), (2, 1)):
                self.link(document, parent)
            self.look_at_all()

    @rule(document=which_document, name=names, content=texts)
    def upload(self, document: int, name: str, content: bytes) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.upload_file(self.documents[document], name, content)

    @rule(document=which_document)
    def rename(self, document: int) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.update("CDokumente", self.documents[document], {"name": "Anders"})

    @rule(document=which_document, parent=which_parent)
    def link(self, document: int, parent: int) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.link("CDokumente", self.documents[document], "raeumungsklages", self.parents[parent])

    @rule(document=which_document, parent=which_parent)
    def unlink(self, document: int, parent: int) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.unlink("CDokumente", self.documents[document], "raeumungsklages", self.parents[parent])

    @rule(document=which_document)
    def delete(self, document: int) -> None:
        if self.documents[document] not in self.deleted:
            self.world.sandbox.delete("CDokumente", self.documents[document])
            self.deleted.add(self.documents[document])

    @rule(document=which_document)
    def restore(self, document: int) -> None:
        if self.documents[document] in self.deleted:
            self.world.sandbox.restore("CDokumente", self.documents[document])
            self.deleted.discard(self.documents[document])

    @rule(parent=which_parent, status=statuses)
    def status(self, parent: int, status: str) -> None:
        self.world.sandbox.set_status("Raeumungsklage", self.parents[parent], status)

    @rule(document=which_document, full=st.booleans())
    def event(self, document: int, full: bool) -> None:
        self.world.event(self.documents[document], full=full)

    @rule(parent=which_parent)
    def parent_event(self, parent: int) -> None:
        self.world.event(self.parents[parent], "Raeumungsklage")

    @rule(runs=st.integers(1, 3))
    def work(self, runs: int) -> None:
        if runs % 2:  # half of the time many are looked at first, as in a flood
            self.world.glance()
        for record in Record.objects.filter(status=Status.WAITING).order_by("pk")[:runs]:
            running.run_now(record.pk, record.step, even_early=True)

    @rule(calls=st.integers(0, 6), answered=st.booleans())
    def crash(self, calls: int, answered: bool) -> None:
        with dying(calls, answered):
            self.work(3)
        Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
        sweep()

    @rule()
    def scan(self) -> None:
        scans.run(CHANGES)

    @rule(kind=faults, system=systems, method=methods)
    def fault(self, kind: str, system: str, method: str) -> None:
        rule = {"kind": "status", "status": int(kind)} if kind.isdigit() else {"kind": kind}
        self.world.sandbox.add_fault(**rule, system=system, method=method, times=1)  # type: ignore[arg-type]

    @rule(document=which_document)
    def remove_file(self, document: int) -> None:
        if self.documents[document] not in self.deleted and (pk := self.world.crm(self.documents[document])["xaiId"]):
            self.world.sandbox.remove_xai_file(pk)

    @rule()
    def fail_indexing(self) -> None:
        self.world.sandbox.fail_next_indexing(1)
        self.spoiled += 1

    @rule(slow=st.booleans())
    def index(self, slow: bool) -> None:
        """Slowly: no look before the end of this history finds it done."""
        self.world.sandbox.settings(xai_indexing_seconds=3600 if slow else 0)

    # The end

    def calm_down(self) -> None:
        """The faults stop; comparisons run as they do every night, and staff press Retry for all."""
        self.world.sandbox.clear_faults()
        self.world.sandbox.settings(xai_indexing_seconds=0)
        self.world.sandbox.end_indexing()
        # Each "fail indexing" of the script spoils one more try; staff press Retry as long as something is red.
        for round_ in range(3 + self.spoiled):
            if round_ >= 3 and not Record.objects.filter(status=Status.FAILED).exists():
                break
            for system in ("espocrm", "xai"):
                outages.try_now(system)
            scans.run(EVERYTHING, confirmed=True)
            self.look_at_all()

    def teardown(self) -> None:
        with self.until_the_end:
            self.calm_down()
            self.look()

    def look(self) -> None:
        stuck = Record.objects.exclude(status__in=[Status.IN_SYNC, Status.SKIPPED])
        assert not stuck.exists(), list(stuck.values("entity_type", "status", "reason", "detail"))
        assert self.actual() == self.expected()
        used = {file_id for files in self.world.inside().values() for file_id in files}
        listed = set(Orphan.objects.filter(kind="file").values_list("remote_id", flat=True))
        documents = self.world.sandbox.state("espocrm")["records"]["CDokumente"]
        shown = {row["xaiId"] for row in documents if not row["deleted"]}
        # Of a document whose parents are paused half a way may have been gone: it goes on when they are not any more.
        paused = Record.objects.filter(reason=Why.PARENT_PAUSED).values("entity_id")
        half_way = set(Reference.objects.filter(kind="file", entity_id__in=paused).values_list("remote_id", flat=True))
        assert set(self.world.files()) <= used | listed | shown | half_way, "a file that nobody knows of"
        assert not JournalEntry.objects.filter(state__in=["intended", "lost"], record__status=Status.IN_SYNC).exists()
        assert not Lock.objects.exists()

        before = self.world.mark()
        scans.run(EVERYTHING, confirmed=True)
        self.look_at_all()
        assert self.world.writes(before) == [], "syncing again must write nothing"

    def look_at_all(self) -> None:
        for kind, step, ids in (
            ("Raeumungsklage", "collection_sync", self.parents),
            ("CDokumente", "document_sync", self.documents),
        ):
            targets = [Target(step, kind, pk) for pk in ids]
            sync_requests.request(targets, urgency=Urgency.STAFF, full=True, force=True)
        self.world.drive()

    def expected(self) -> dict[str, set[str]]:
        """Collection to the hashes that belong in it, as the CRM's links and files alone say."""
        state = self.world.sandbox.state("espocrm")
        contents = {row["id"]: row for row in state["attachments"]}
        parents = {row["id"]: row for row in state["records"]["Raeumungsklage"]}
        wanted: dict[str, set[str]] = {}
        for row in parents.values():
            if row["status"] == "active" and row["xaiCollectionId"]:  # made when the first document came
                wanted[row["xaiCollectionId"]] = set()
        for row in state["records"]["CDokumente"]:
            content = contents.get(row["dokumentId"])
            if row["deleted"] or content is None or content["md5"] == EMPTY or row["dokumentName"].endswith(".png"):
                continue
            for pair in state["links"].get("cDokumenteRaeumungsklage", []):
                if pair[0] == row["id"] and parents[pair[1]]["status"] == "active":
                    wanted.setdefault(parents[pair[1]]["xaiCollectionId"], set()).add(content["sha256"])
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


def test_any_history_ends_in_agreement(world: World) -> None:
    run_state_machine_as_test(
        lambda: History(world),
        settings=settings(histories(), stateful_step_count=25),
    )
