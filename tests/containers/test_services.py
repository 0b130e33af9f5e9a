"""One story, in this order: start, work, kill, restart, stop, upgrade."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.containers.conftest import build
from tests.containers.firm import Firm
from tests.containers.podman import Podman
from tests.installation import until

STAYING = ("web", "worker", "postgres", "redis")
OURS = ("web", "worker")
ONCE = ("schedules", "migrate")
CUT_OFF = 1  # a worker's word for: a task did not end in time and runs again
BEATING = "SELECT count(*) FROM syncapp_worker WHERE beat_at > now() - interval '1 minute' AND stopped_at IS NULL"


def test_they_start_in_their_order_and_are_healthy(firm: Firm) -> None:
    order = firm.stack.order
    assert sorted(order) == sorted(firm.stack.services)
    for name, service in firm.stack.services.items():
        assert all(order.index(other) < order.index(name) for other in service.after)
    for name in STAYING:
        firm.stack.wait_healthy(name)
    until(lambda: firm.sql(BEATING) == ["3"], 60, lambda: firm.stack.log("worker"))


@pytest.mark.parametrize("service", [*OURS, "redis"])
def test_the_root_is_read_only_and_nobody_is_root(firm: Firm, service: str) -> None:
    (name, *_) = firm.stack.containers(service)
    assert firm.stack.exec(service, "id", "-u") != "0"
    code, said = firm.stack.podman.tried("exec", name, "touch", "/etc/anything")
    assert code
    assert "Read-only" in said


def test_a_document_gets_through(firm: Firm) -> None:
    assert firm.told(firm.add_document()) == 1
    firm.all_agree()


@pytest.mark.parametrize("service", STAYING)
def test_who_is_killed_comes_back_and_nothing_is_lost(firm: Firm, service: str) -> None:
    pk = firm.add_document()
    firm.told(pk)
    for name in firm.stack.containers(service):
        pid = firm.stack.state(name)["Pid"]
        os.kill(pid, signal.SIGKILL)
        until(
            lambda name=name, pid=pid: firm.stack.state(name)["Pid"] not in (0, pid),
            60,
            lambda: f"{service} stays away",
        )
    firm.told(firm.add_document())
    for each in STAYING:
        firm.stack.wait_healthy(each)
    firm.all_agree()


@pytest.mark.parametrize("service", ["postgres", "redis"])
def test_a_restart_of_what_the_hub_needs_is_survived(firm: Firm, service: str) -> None:
    firm.told(firm.add_document())
    (name,) = firm.stack.containers(service)
    firm.stack.podman("restart", "--time", str(firm.stack.services[service].grace), name)
    firm.told(firm.add_document())
    firm.all_agree()
    for each in OURS:
        firm.stack.wait_healthy(each)


def test_they_stop_within_their_grace_in_the_middle_of_work_and_go_on_afterwards(firm: Firm) -> None:
    hold = firm.sandbox.add_fault("hold", system="xai", method="POST", hold="before", times=None)
    firm.told(firm.add_document())
    until(firm.sandbox.waiting, 60, lambda: firm.stack.log("worker"))
    for name, share, code in firm.stack.stop(*OURS):
        assert share < 1, name
        assert code in (0, CUT_OFF, 128 + signal.SIGTERM), name
    firm.sandbox.release(hold)
    for service in OURS:
        firm.stack.podman("start", *firm.stack.containers(service))
    firm.all_agree()


def test_an_upgrade_is_a_rebuild(firm: Firm, engine: Podman) -> None:
    before = engine("image", "inspect", "--format", "{{.Id}}", "bitbylaw-hub:1")
    build(engine, "--label", f"made={time.time()}")
    assert engine("image", "inspect", "--format", "{{.Id}}", "bitbylaw-hub:1") != before
    pk = firm.add_document()
    firm.stack.remove(*OURS, *ONCE)
    firm.stack.up()
    for name in STAYING:
        firm.stack.wait_healthy(name)
    firm.told(pk)
    firm.all_agree()


def test_a_backup_is_put_back_after_everything_was_lost(firm: Firm, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)  # the account in the container is nobody's here
    backups = f"{tmp_path}:/backups"
    firm.stack.manage("backup", "/backups/hub.backup", volume=backups)
    firm.told(firm.add_document())
    firm.all_agree()
    firm.stack.remove(*OURS, *ONCE, "postgres", "redis")
    firm.stack.forget("postgres")
    firm.stack.up("postgres")
    firm.stack.wait_healthy("postgres")
    firm.stack.manage("restore", "/backups/hub.backup", volume=backups)
    firm.stack.up()
    firm.told(firm.add_document())
    firm.told(firm.documents[-2])  # which the backup does not know: the comparisons find it too, at night
    firm.all_agree()
