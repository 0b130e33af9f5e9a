"""9. Calendars: the first sync of many employees, a run without changes, and one with a few."""

from __future__ import annotations

import json
import subprocess
import time

from sandbox.client import SandboxClient
from sandbox.running import SandboxProcess
from sandbox.seed.calendar import APPOINTMENTS_EACH
from tests.benchmarks.memory import resident
from tests.benchmarks.parties import advoware_settings
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

BATCH = 50  # events in one call to Google
QUIET = 2  # calls for an employee without a change: Advoware's list, Google's changes
FIRST = 4  # calls before the first event: find the calendar, make it, share it, Advoware's list
PATIENCE_SECONDS = 1800
ALL = "calendar_all"
DONE = (
    "SELECT count(*) FROM syncapp_record WHERE step = 'calendar_employee' AND status = 'in_sync' AND requested = served"
)
BUSY = "SELECT CASE WHEN EXISTS (SELECT 1 FROM syncapp_record WHERE status IN ('waiting', 'running')) THEN 0 ELSE 1 END"


def measure(sizes: Sizes) -> Findings:
    employees, each = sizes.calendar_employees, APPOINTMENTS_EACH
    found = Findings(
        "calendars",
        f"9 Calendars: {employees} employees with {each} appointments each",
        ("what", "outside calls", "an employee", "minimum", "seconds", "largest process MB"),
    )
    arguments = ("--seed", "calendar", "--employees", str(employees))
    with SandboxProcess(*arguments) as sandbox, Stage.open(**google_settings(sandbox)) as stage:
        worker = stage.work(2)
        first = FIRST + -(-each // BATCH)
        _run(found, stage, sandbox.client, "first sync", sizes, first * employees, worker)
        events = sum(len(row["events"]) for row in sandbox.client.state("google")["calendars"])
        found.checks.append(Check("events in Google", events, employees * each))
        calls = _run(found, stage, sandbox.client, "no change", sizes, QUIET * employees, worker)
        found.targets.append(Target("calls an employee without a change", calls / employees, 3))
        changed = _edit(sandbox.client, employees, max(1, each // 100))
        minimum = QUIET * employees + changed["advoware"] + 3 * changed["google"]
        _run(found, stage, sandbox.client, "1 % changed", sizes, minimum, worker)
        here = {row["frNr"]: row["text"] for row in sandbox.client.state("advoware")["appointments"]}
        agree = sum(row["summary"] in here.values() for cal in _calendars(sandbox.client) for row in cal["events"])
        found.checks.append(Check("events that agree", agree, employees * each))
    return found


def google_settings(sandbox: SandboxProcess) -> dict[str, str]:
    return advoware_settings(sandbox) | {
        "GOOGLE_API_ROOT": sandbox.google_root_url.rstrip("/"),
        "GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON": json.dumps(sandbox.google_service_account),
        # The limit would be what is measured.
        "GOOGLE_QUOTA_PER_MINUTE": "10000000",
        "GOOGLE_QUOTA_PER_USER_PER_MINUTE": "10000000",
    }


def _run(
    found: Findings,
    stage: Stage,
    sandbox: SandboxClient,
    what: str,
    sizes: Sizes,
    minimum: int,
    worker: subprocess.Popen[bytes],
) -> int:
    sandbox.clear_calls()
    begun = time.perf_counter()
    stage.hub.manage("sync", ALL, "Kanzlei", "ALL")
    stage.reached(DONE, sizes.calendar_employees, PATIENCE_SECONDS)
    took = stage.reached(BUSY, 1, PATIENCE_SECONDS) - begun
    # Parts of a batch are no calls of their own, and logins are shared by all that runs in an hour.
    left_out = ("google-in-batch", "google-oauth", "advoware-security")
    calls = sum(row["count"] for row in sandbox.counts() if row["system"] not in left_out)
    calls -= 1  # the employees' list
    memory = max(resident(worker))
    found.rows.append((what, calls, calls / sizes.calendar_employees, minimum / sizes.calendar_employees, took, memory))
    found.figures[what] = {"calls": calls, "minimum": minimum, "seconds": took, "memory_mb": memory}
    return calls


def _calendars(sandbox: SandboxClient) -> list[dict[str, list[dict[str, str]]]]:
    calendars: list[dict[str, list[dict[str, str]]]] = sandbox.state("google")["calendars"]
    return calendars


def _edit(sandbox: SandboxClient, employees: int, each: int) -> dict[str, int]:
    """Half in Advoware, half in Google; returns how many where."""
    rows: dict[str, list[int]] = {}
    for row in sandbox.state("advoware")["appointments"]:
        rows.setdefault(row["sb"], []).append(row["frNr"])
    changed = {"advoware": 0, "google": 0}
    for number, (kuerzel, numbers) in enumerate(sorted(rows.items())):
        for position in range(each):
            if (number + position) % 2:
                sandbox.advoware.update_appointment(numbers[position], {"text": f"Neu {kuerzel} {position}"})
                changed["advoware"] += 1
            else:
                event = sandbox.google.events(f"AW-{kuerzel}")[position + each]
                sandbox.google.update_event(f"AW-{kuerzel}", event["id"], {"summary": f"Dort {kuerzel} {position}"})
                changed["google"] += 1
    assert employees == len(rows)
    return changed
