"""Documents while this machine has no room: a real limit of the process, as the kernel sets it for a full disk."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client

from bitbylaw.config import BASE_DIR
from syncapp.models import Reason, Status
from tests.integration.flows.test_documents_faults import first_run, ready
from tests.world import World

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024
ROOM = 24 * MEGABYTE  # more than the tests' own database needs


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file grows beyond that."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_document_waits_for_room_and_goes_on_by_itself(world: World, client: Client) -> None:
    parent, _ = ready(world)
    world.drive()
    document = world.document(parent, content=b"Schriftsatz " * (ROOM // 12 + MEGABYTE))
    world.event(document)
    with room(ROOM):
        for _again in range(7):  # no attempt is used up
            record = first_run(world, document)
        assert (record.status, record.reason, record.detail) == (Status.WAITING, Reason.MACHINE, "EFBIG")
        assert record.attempts == 0
        assert client.get("/health/ready").json()["machine"] == "EFBIG"
    assert record.due_at is not None
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert client.get("/health/ready").json()["machine"] == "ok"


def test_where_no_folder_takes_a_file_the_disk_is_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is started on a full disk: Python looks for a folder first, and finds none."""
    _, document = ready(world)

    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_get_default_tempdir", none)
    record = first_run(world, document)
    assert (record.status, record.reason, record.detail) == (Status.WAITING, Reason.MACHINE, "ENOSPC")


def test_so_says_a_real_process_without_room() -> None:
    code = (
        "import resource\n"
        "from syncapp.kit import mishaps, scratch\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "try:\n    scratch.scratch_file()\n"
        "except OSError as exc:\n    print(mishaps.lacking(exc))\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["ENOSPC"]
