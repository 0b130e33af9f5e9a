"""8. Parties: the comparison over thousands of which a few changed, the sync of one, and what the proxy adds."""

from __future__ import annotations

import statistics
import time
from datetime import datetime
from typing import Any

import requests

from sandbox.client import SandboxClient
from sandbox.running import SandboxProcess
from syncapp.clients.advoware import AdvowareConfig
from syncapp.clients.advoware.login import credentials
from tests.benchmarks.outside import settings_for
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

PAGE = 200  # rows of EspoCRM's lists
SHARED = ("/advoware-security", "/espocrm/api/v1/Metadata")  # routes
# Read the CRM, read Advoware, write there, read back, write the CRM.
CALLS_OF_A_CHANGE = {"crm": 5, "advoware": 3}  # where a person changed it
PATIENCE_SECONDS = 1800
# Comparisons look back ten minutes, so right after the first contact they would list all 5,000 again.
A_QUARTER_LATER = """
from django.utils import timezone
from syncapp.flows.cursors import OVERLAP
from syncapp.models import Cursor
Cursor.objects.update(position=timezone.now() + OVERLAP)
"""
SETTLED = "SELECT count(*) FROM syncapp_record WHERE step = 'beteiligte_sync' AND status = 'in_sync'"
IN_SYNC_ALL = SETTLED + " AND requested = served"


def measure(sizes: Sizes) -> Findings:
    found = Findings(
        "parties",
        f"8 Parties: {sizes.parties} of them, {sizes.parties_changed} changed",
        ("what", "outside calls", "minimum", "seconds"),
    )
    arguments = ("--seed", "parties", "--parties", str(sizes.parties))
    with SandboxProcess(*arguments) as sandbox, Stage.open(**advoware_settings(sandbox)) as stage:
        stage.work(2)
        _first_contact(found, stage, sandbox.client, sizes)
        _nothing_changed(found, stage, sandbox.client)
        stage.hub.manage("shell", "--command", A_QUARTER_LATER)
        changed = _edit(sandbox.client, sizes.parties_changed)
        _some_changed(found, stage, sandbox.client, sizes, changed)
        _one_changed(found, stage, sandbox.client)
        stage.serve()
        _proxy(found, stage, sandbox, sizes.proxy_calls)
    return found


def advoware_settings(sandbox: SandboxProcess) -> dict[str, str]:
    return settings_for(sandbox) | {
        "ADVOWARE_API_BASE_URL": sandbox.advoware_url,
        "ADVOWARE_SECURITY_GATEWAY_URL": sandbox.advoware_gateway_url,
        "ADVOWARE_KANZLEI": sandbox.advoware_kanzlei,
        "ADVOWARE_DATABASE": sandbox.advoware_database,
        "ADVOWARE_USER": sandbox.advoware_user,
        "ADVOWARE_PASSWORD": sandbox.advoware_password,
        "ADVOWARE_API_KEY": sandbox.advoware_app_id,
        "ADVOWARE_API_SECRET": sandbox.advoware_api_secret,
        "ADVOWARE_WRITE_ENABLED": "1",
        "ADVOWARE_TO_ESPOCRM_ENABLED": "1",
    }


def _compare(stage: Stage) -> float:
    """One comparison as the schedule makes it; returns its seconds."""
    stage.hub.manage(
        "shell", "--command", "from syncapp.flows.comparing import scans; scans.run('parties', confirmed=True)"
    )
    ((began, ended),) = stage.hub.sql(
        "SELECT started_at, finished_at FROM syncapp_scanrun WHERE scan = 'parties' ORDER BY id DESC LIMIT 1"
    )
    return _seconds(began, ended)


def _seconds(began: Any, ended: Any) -> float:
    if isinstance(began, str):
        began, ended = datetime.fromisoformat(began), datetime.fromisoformat(ended)
    return float((ended - began).total_seconds())


def _calls(sandbox: SandboxClient) -> int:
    """But those that everything in an hour shares: logins, and what each process asks of EspoCRM's fields."""
    return sum(row["count"] for row in sandbox.counts() if not row["route"].startswith(SHARED))


def _row(found: Findings, what: str, calls: int, minimum: int, seconds: float) -> None:
    found.rows.append((what, calls, minimum, seconds))
    found.figures[what] = {"calls": calls, "minimum": minimum, "seconds": seconds}


def _first_contact(found: Findings, stage: Stage, sandbox: SandboxClient, sizes: Sizes) -> None:
    sandbox.clear_calls()
    begun = time.perf_counter()
    _compare(stage)
    took = stage.reached(IN_SYNC_ALL, sizes.parties, PATIENCE_SECONDS) - begun
    pages = sizes.parties // PAGE + 1
    _row(found, "first contact of all", _calls(sandbox), pages + 2 + 3 * sizes.parties, took)
    found.checks.append(
        Check("parties in Advoware afterwards", len(sandbox.state("advoware")["parties"]), sizes.parties)
    )


def _nothing_changed(found: Findings, stage: Stage, sandbox: SandboxClient) -> None:
    # The first one still finds what our own writes dated; the next one is every other one of the day.
    _compare(stage)
    _rest(stage)
    stage.hub.manage("shell", "--command", A_QUARTER_LATER)
    sandbox.clear_calls()
    seconds = _compare(stage)
    _rest(stage)
    _row(found, "comparison, nothing changed", _calls(sandbox), 3, seconds)


def _rest(stage: Stage) -> None:
    open_now = "EXISTS (SELECT 1 FROM syncapp_record WHERE status IN ('waiting', 'running'))"
    stage.reached(f"SELECT CASE WHEN {open_now} THEN 0 ELSE 1 END", 1, PATIENCE_SECONDS)


def _edit(sandbox: SandboxClient, count: int) -> dict[str, int]:
    """Half in the CRM, half in Advoware, as people do; returns how many where."""
    parties = [row for row in sandbox.state("espocrm")["records"]["CBeteiligte"] if row["betnr"]]
    for number, row in enumerate(parties[:count]):
        if number % 2:
            sandbox.update("CBeteiligte", row["id"], {"rechtsform": f"Erbengemeinschaft {number}"}, silent=True)
        else:
            sandbox.advoware.update_party(row["betnr"], {"rechtsform": f"Erbengemeinschaft {number}"})
    return {"crm": count // 2, "advoware": count - count // 2}


def _some_changed(found: Findings, stage: Stage, sandbox: SandboxClient, sizes: Sizes, changed: dict[str, int]) -> None:
    sandbox.clear_calls()
    begun = time.perf_counter()
    _compare(stage)
    _rest(stage)
    took = time.perf_counter() - begun
    minimum = 3 + sum(CALLS_OF_A_CHANGE[side] * count for side, count in changed.items())
    _row(found, f"comparison and sync, {sizes.parties_changed} changed", _calls(sandbox), minimum, took)
    parties = {row["betNr"]: row for row in sandbox.state("advoware")["parties"]}
    rows = [row for row in sandbox.state("espocrm")["records"]["CBeteiligte"] if row["betnr"]]
    agree = sum((row["rechtsform"] or "") == (parties[row["betnr"]]["rechtsform"] or "") for row in rows)
    found.checks.append(Check("parties that agree", agree, sizes.parties))
    found.targets.append(Target("outside calls to the minimum", _calls(sandbox) / minimum, 1.2))


def _one_changed(found: Findings, stage: Stage, sandbox: SandboxClient) -> None:
    row = next(row for row in sandbox.state("espocrm")["records"]["CBeteiligte"] if row["betnr"])
    sandbox.update("CBeteiligte", row["id"], {"rechtsform": "GbR"}, silent=True)
    sandbox.clear_calls()
    begun = time.perf_counter()
    stage.hub.manage("sync", "beteiligte_sync", "CBeteiligte", row["id"], "--wait")
    _row(found, "sync of one changed party", _calls(sandbox), CALLS_OF_A_CHANGE["crm"], time.perf_counter() - begun)
    found.targets.append(Target("calls for one changed party", _calls(sandbox), CALLS_OF_A_CHANGE["crm"]))


def _token(sandbox: SandboxProcess) -> str:
    config = AdvowareConfig(
        api_url=sandbox.advoware_url,
        gateway_url=sandbox.advoware_gateway_url,
        kanzlei=sandbox.advoware_kanzlei,
        database=sandbox.advoware_database,
        user=sandbox.advoware_user,
        password=sandbox.advoware_password,
        app_id=sandbox.advoware_app_id,
        secret=sandbox.advoware_api_secret,
    )
    answer = requests.post(
        f"{sandbox.advoware_gateway_url.rstrip('/')}/api/v1/Token",
        data=credentials(config),
        headers={"Content-Type": "application/json"},
        timeout=10,
    )
    return str(answer.json()["access_token"])


def _proxy(found: Findings, stage: Stage, sandbox: SandboxProcess, count: int) -> None:
    """The same GET directly and through the hub, in turn, each over one kept connection."""
    number = sandbox.client.state("advoware")["parties"][0]["betNr"]
    code = "from syncapp.models import ProxyKey; print(ProxyKey.issue('bench', per_minute=10_000_000)[1])"
    key = stage.hub.manage("shell", "--command", code).stdout.split()[-1]
    path = f"advonet/Beteiligte/{number}"
    token = _token(sandbox)
    direct, proxied = requests.Session(), requests.Session()
    direct.headers["Authorization"] = f"Bearer {token}"
    proxied.headers["X-Api-Key"] = key
    there = f"{sandbox.advoware_url.rstrip('/')}/api/v1/{path}"
    here = f"http://127.0.0.1:{stage.port}/advoware/proxy"
    times: dict[str, list[float]] = {"direct": [], "proxy": []}
    for _ in range(count):
        for name, session, url, query in (("direct", direct, there, {}), ("proxy", proxied, here, {"endpoint": path})):
            begun = time.perf_counter()
            answer = session.get(url, params=query, timeout=10)
            times[name].append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 200, answer.text
    added = statistics.median(times["proxy"]) - statistics.median(times["direct"])
    found.figures["proxy"] = {name: statistics.median(values) for name, values in times.items()} | {"added_ms": added}
    found.notes.append(
        f"Proxy, {count} GETs: median {statistics.median(times['direct']):.1f} ms directly, "
        f"{statistics.median(times['proxy']):.1f} ms through the hub, {added:.1f} ms added"
    )
