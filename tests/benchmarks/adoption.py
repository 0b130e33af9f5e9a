"""11. Taking over a firm that another hub has served: documents at xAI, their cases, parties."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.client import SandboxClient
from sandbox.running import SandboxProcess
from sandbox.seed.bench import DOCUMENTS_PER_CASE
from tests.benchmarks.parties import PAGE, PATIENCE_SECONDS, advoware_settings
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

XAI_PAGE = 100
DATED_SECONDS = 3  # until EspoCRM's date of a change can be relied upon: its times are whole seconds
# Lists that are read whatever there is: of each kind of parent whether it has documents, of metadata, employees, Akten.
FIXED = 12
COMPARE = "from syncapp.flows.comparing import scans; r = scans.run('{name}'); print(r.state, r.requested)"


def measure(sizes: Sizes) -> Findings:
    documents, parties = sizes.adopted_documents, sizes.adopted_parties
    found = Findings(
        "adoption",
        f"11 Taking over: {documents} documents, {documents // DOCUMENTS_PER_CASE} cases, {parties} parties",
        ("what", "outside calls", "minimum", "seconds"),
    )
    with left_by_another_hub(documents, DOCUMENTS_PER_CASE, parties) as (sandbox, stage):
        _take_over(found, stage, sandbox.client, documents, parties)
    return found


@contextmanager
def left_by_another_hub(documents: int, per_case: int, parties: int) -> Iterator[tuple[SandboxProcess, Stage]]:
    amounts = {"documents": documents, "documents-per-case": per_case, "parties": parties}
    arguments = [word for name, amount in amounts.items() for word in (f"--{name}", str(amount))]
    with SandboxProcess("--seed", "adopted", *arguments) as sandbox:
        settings = advoware_settings(sandbox) | {"XAI_EMPTY_COLLECTIONS": "0"}
        time.sleep(DATED_SECONDS)
        with Stage.open(**settings) as stage:
            yield sandbox, stage


def _take_over(found: Findings, stage: Stage, sandbox: SandboxClient, documents: int, parties: int) -> None:
    cases = documents // DOCUMENTS_PER_CASE
    # A download for each document, a look at each party (EspoCRM's lists leave out numbers and addresses), and for each
    # case a list here and there.
    lists = documents // PAGE + cases // PAGE + parties // PAGE + documents // XAI_PAGE + cases // XAI_PAGE + FIXED
    minimum = documents + parties + 2 * cases + lists
    for what, command in (("look", ()), ("take over", ("--apply",))):
        calls, seconds = _timed(stage, sandbox, *command)
        found.rows.append((what, calls, minimum, seconds))
        found.figures[what] = {"calls": calls, "minimum": minimum, "seconds": seconds}
        found.targets.append(Target(f"outside calls to the minimum, {what}", calls / minimum, 1.1))
    known = "SELECT count(*) FROM syncapp_record WHERE step = 'document_sync' AND status = 'in_sync'"
    found.checks.append(Check("documents taken over", stage.count(known), documents))
    writes = [call for call in sandbox.calls("xai") if call["method"] != "GET"]
    for name in ("everything", "all_parties"):
        done = stage.hub.manage(
            "shell", "--command", COMPARE.format(name=name), timeout=PATIENCE_SECONDS
        ).stdout.split()[-2:]
        found.checks.append(Check(f"the comparison afterwards: {name}", done, ["done", "0"]))
    after = [call for call in sandbox.calls("xai") if call["method"] != "GET"]
    found.checks.append(Check("uploads", len(after), len(writes)))


def _timed(stage: Stage, sandbox: SandboxClient, *arguments: str) -> tuple[int, float]:
    sandbox.clear_calls()
    begun = time.perf_counter()
    stage.hub.manage("adopt", *arguments, timeout=PATIENCE_SECONDS)
    calls = sum(row["count"] for row in sandbox.counts() if not row["route"].startswith("/advoware-security"))
    return calls, time.perf_counter() - begun
