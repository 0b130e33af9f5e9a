"""A firm's hub after three months: rows of every kind that a page shows, in the shares that they have in life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.benchmarks.rows import Rows, one_of, rest
from tests.installation import Installation

DAYS = 90
SECONDS = DAYS * 86_400
EMPLOYEES = 30
ZONE = ZoneInfo("Europe/Berlin")  # of the hub, unless its settings say another one
KINDS = (
    *[("document_sync", "CDokumente")] * 11,
    *[("beteiligte_sync", "CBeteiligte")] * 4,
    *[("bankverbindungen_sync", "CBankverbindungen")] * 2,
    ("address_look", "CAdressen"),
    ("matter_sync", "Raeumungsklage"),
    ("task_mirror", "Task"),
)
STEPS = sorted({step for step, _type in KINDS})
SYSTEMS = ("espocrm", "xai", "advoware", "google")
CALL = {
    "system": "xai",
    "method": "POST",
    "path": "/v1/files",
    "status": 200,
    "ms": 120,
    "request_id": "r",
    "error": "",
}
ENTRY = {
    "start": "2026-05-04T10:00:00",
    "end": "2026-05-04T11:00:00",
    "all_day": False,
    "private": False,
    "text": "Termin bei Gericht",
    "place": "Saal 3",
    "note": "Akte mitnehmen",
    "series": None,
}
SPREAD = {str(number): 40 + number for number in range(2, 22)}
SUMS: Mapping[str, Mapping[str, Any]] = {
    "all": {"settled": 900, "failed": 20, "later": 10, "waited": SPREAD},
    "step": {"settled": 150, "failed": 3, "later": 2, "waited": SPREAD},
    "system": {"calls": 4000, "failed": 30, "ms": SPREAD},
    "comparison": {"runs": 1, "failed": 0, "seen": 5000, "how": {"new": 3, "changed": 12, "gone": 1}},
}
# Of a thousand records: failed, in conflict, waiting for their turn, paused, nothing to do; the others agree.
FAILED, CONFLICT, WAITING, PAUSED, SKIPPED = 20, 25, 40, 55, 100


def move_in(hub: Installation, records: int, appointments: int) -> None:
    """So many records, and of everything else what belongs to them."""
    rows = Rows(hub)
    _records(rows, hub, records)
    _history(rows, records)
    _needs(rows, records)
    _figures(rows)
    _calendars(rows, appointments)
    _machinery(rows, records)


def _evenly(count: int) -> str:
    """Seconds ago: the first row is the oldest one."""
    return f"({count} - n) * {SECONDS / count:.4f}"


def _records(rows: Rows, hub: Installation, count: int) -> None:
    share = rest(1000, 7)
    refused = one_of("rejected", "exhausted", "forbidden", "field_missing")
    rows.make(
        "record",
        count,
        step=one_of(*(step for step, _type in KINDS)),
        entity_type=one_of(*(kind for _step, kind in KINDS)),
        entity_id=f"'65f' || {rows.hex()}",
        status=f"CASE WHEN {share} < {FAILED} THEN 'failed' WHEN {share} < {CONFLICT} THEN 'conflict'"
        f" WHEN {share} < {PAUSED} THEN 'waiting' WHEN {share} < {SKIPPED} THEN 'skipped' ELSE 'in_sync' END",
        reason=f"CASE WHEN {share} < {FAILED} THEN {refused} WHEN {share} < {CONFLICT} THEN 'both_changed'"
        f" WHEN {share} < {WAITING} THEN '' WHEN {share} < {PAUSED} THEN 'paused'"
        f" WHEN {share} < {SKIPPED} THEN {one_of('task_open', 'no_sync')} ELSE '' END",
        system=f"CASE WHEN {share} < {FAILED} THEN {one_of('xai', 'advoware', 'espocrm')} ELSE '' END",
        urgency="10",
        requested="2",
        served=f"CASE WHEN {share} < {PAUSED} THEN 1 ELSE 2 END",
        attempts=f"CASE WHEN {share} < {CONFLICT} THEN 3 ELSE 0 END",
        due_at=f"CASE WHEN {share} >= {CONFLICT} AND {share} < {PAUSED} THEN {rows.ago('0')} END",
        waiting_since=f"CASE WHEN {share} >= {CONFLICT} AND {share} < {PAUSED} THEN {rows.ago(rest(9000, 13))} END",
        agreed=rows.json({"settled": True, "fields": dict.fromkeys("abcdefgh", "x" * 40)}),
        settled_at=rows.ago(_evenly(count)),
        trace_id="'run-' || n",
        created_at=rows.ago(f"{SECONDS} + 1"),
        changed_at=rows.ago(_evenly(count)),
    )
    hub.sql(
        "UPDATE syncapp_record SET status = 'running', reason = '', due_at = NULL, claim = "
        f"'00000000000000000000000000000001', claimed_request = 2, leased_until = {rows.ago('-60')},"
        " claimed_by = 'bench/1' WHERE status = 'waiting' AND id < 400"
    )


def _history(rows: Rows, count: int) -> None:
    of = {"record_id": f"1 + {rest(count, 37)}", "trace_id": "'run-' || n"}
    at = rows.ago(_evenly(3 * count))
    plan = [{"kind": "document.upload"}, {"kind": "document.attach", "collection_id": "c"}]
    rows.make(
        "attempt", 3 * count, **of, number="1", request_number="1", worker="'bench/1'", waiting_since=at, started_at=at,
        finished_at=at, outcome=f"CASE WHEN {rest(50)} = 0 THEN 'failed' ELSE 'in_sync' END", reason="''", detail="''",
        plan=rows.json(plan), calls=rows.json([CALL] * 4),
    )  # fmt: skip
    rows.make(
        "journalentry", 2 * count, **of, attempt_id="n", system=one_of(*SYSTEMS[:3]), action="'update'",
        target_type="'CDokumente'", target_id="'id' || n", mark="''", changes=rows.json({"aiSyncStatus": ["a", "b"]}),
        state=f"CASE WHEN {rest(500)} = 0 THEN 'lost' ELSE 'done' END", detail="''",
        begun_at=rows.ago(_evenly(2 * count)),
    )  # fmt: skip
    rows.make(
        "inboxmessage", count, trace_id="'run-' || n", path=one_of("document", "beteiligte", "bankverbindung"),
        received_at=rows.ago(_evenly(count)), entity_type="'CDokumente'", action="'update'", sender="'bench'",
        state=f"CASE WHEN {rest(2000)} = 0 THEN 'quarantined' ELSE 'stored' END", reason="''", size="200",
        items_total="2", items_new="2", rejected=rows.json([]),
    )  # fmt: skip
    rows.make(
        "inboxitem", 2 * count, message_id="(n + 1) / 2", position=rest(2), entity_type="'CDokumente'",
        entity_id=f"'65f' || {rows.hex(of['record_id'])}", record_id=of["record_id"], request_number="1",
    )  # fmt: skip
    rows.make(
        "reference", count, entity_type=one_of(*(kind for _step, kind in KINDS)), entity_id=f"'65f' || {rows.hex()}",
        system=one_of("xai", "advoware"), kind=one_of("file", "party"), remote_id="'remote-' || n", container_id="''",
        data=rows.json({}), digest="''", created_at=rows.ago("0"),
    )  # fmt: skip
    rows.make_of(
        "reference", "SELECT id AS n FROM syncapp_record WHERE entity_type = 'CDokumente'", entity_type="'CDokumente'",
        entity_id=f"'65f' || {rows.hex()}", system="'xai'", kind="'membership'", remote_id="'remote-' || n",
        container_id=f"'case-' || {rest(500)}", data=rows.json({}), digest="''", created_at=rows.ago("0"),
    )  # fmt: skip


def _needs(rows: Rows, count: int) -> None:
    at, third = rows.ago(_evenly(count)), f"{rest(3)} = 0"
    rows.make(
        "task", count // 30, record_id="n * 30", key="'k' || n", system="'advoware'", target_type="'Beteiligte'",
        kind=one_of("value_not_kept", "bank_changed", "party_gone", "cant_hold"), target_id="'' || n", digest="'d'",
        facts=rows.json([{"field": "rechtsform", "now": "GmbH", "wanted": "AG"}]), opened_at=at,
        state=f"CASE WHEN {third} THEN 'open' ELSE 'done' END",
        closed_at=f"CASE WHEN {third} THEN NULL ELSE {at} END", note="''",
    )  # fmt: skip
    rows.make_of(
        "conflict", "SELECT id AS n FROM syncapp_record WHERE status = 'conflict'", record_id="n", field="'name'",
        agreed="'a'", here="'b'", there="'c'", here_system="'espocrm'", there_system="'advoware'", state="'open'",
        choice="''", opened_at=at,
    )  # fmt: skip
    rows.make(
        "orphan", count // 50, system="'xai'", kind="'file'", remote_id="'orphan-' || n", entity_type="''",
        entity_id="''", why="'unused'", state=f"CASE WHEN {third} THEN 'open' ELSE 'deleted' END", found_at=at,
    )  # fmt: skip
    rows.make_of(
        "handling", "SELECT id AS n FROM syncapp_record WHERE status = 'failed'", kind="'failure'", row="n",
        note="'is looked at'", given_up="''", changed_at=at,
        snoozed_until=f"CASE WHEN {third} THEN {rows.day('20')} END",
    )  # fmt: skip


def _figures(rows: Rows) -> None:
    about = [("all", ""), *(("step", step) for step in STEPS), *(("system", name) for name in SYSTEMS)]
    about += [("comparison", name) for name in ("everything", "parties", "documents")]
    now = datetime.now(ZONE)
    hour, midnight = now.replace(minute=0, second=0), now.replace(hour=0, minute=0, second=0)
    begins = {
        "hour": [hour - timedelta(hours=number) for number in range(1, DAYS * 24)],
        "day": [(midnight - timedelta(days=number)) for number in range(DAYS)],  # by the clock on the wall
    }
    for span, moments in begins.items():
        source = " UNION ALL ".join(f"SELECT {rows.moment(each)} AS n" for each in moments)
        for start in range(0, len(moments), 400):
            source = " UNION ALL ".join(f"SELECT {rows.moment(each)} AS n" for each in moments[start : start + 400])
            for what, name in about:
                rows.make_of(
                    "figures", source, span=f"'{span}'", begins_at="n", about=f"'{what}'", name=f"'{name}'",
                    sums=rows.json(SUMS[what]),
                )  # fmt: skip


def _calendars(rows: Rows, appointments: int) -> None:
    who, at = f"'K' || {rest(EMPLOYEES)}", rows.ago(_evenly(appointments))
    rows.make(
        "calendaremployee", EMPLOYEES, kuerzel=who, name="'Person ' || n", email="'k' || n || '@kanzlei.example'",
        own_email="''", enabled="true", full_content="true", calendar_id="'k' || n || '@group.calendar.google.com'",
        shared_with="''", sync_token="''", synced_at=rows.ago("n"), counts=rows.json({"insert": 2}),
    )  # fmt: skip
    open_ = f"CASE WHEN {rest(50)} = 0 THEN 'by_hand' WHEN {rest(50)} = 1 THEN 'failed' ELSE 'agreed' END"
    google = {"event": ENTRY, "etag": "e", "deleted": False, "beyond": "", "read_only": False, "mark": 1, "about": {}}
    rows.make(
        "calendarlink", appointments, employee_id=who, number="10000 + n", event_id="'frnr' || n",
        google=rows.json(google), agreed_advoware=rows.json(ENTRY), agreed_google=rows.json(ENTRY),
        owners=rows.json({}), refused=rows.json({}), writing=rows.json({}), first_day=rows.day(f"{rest(700)} - 350"),
        last_day=rows.day(f"{rest(700)} - 350"), state=open_,
        detail=f"CASE WHEN {rest(50)} = 0 THEN 'which' ELSE '' END",
        reason=f"CASE WHEN {rest(50)} = 1 THEN 'rejected' ELSE '' END", changed_at=at,
    )  # fmt: skip
    rows.make(
        "calendarquestion", appointments // 25, employee_id=who, number="90000 + n", event_id="''",
        here=rows.json(ENTRY), candidates=f"{rows.json(['frnr#'])}", choice="''", seen=rows.json({}), anew="false",
        opened_at=at,
    )  # fmt: skip
    rows.make(
        "record", EMPLOYEES, step="'calendar_employee'", entity_type="'Mitarbeiter'", entity_id=who, status="'in_sync'",
        urgency="10", created_at=at, changed_at=at, requested="1", served="1",
    )  # fmt: skip


def _machinery(rows: Rows, count: int) -> None:
    at = rows.ago(_evenly(count))
    rows.make(
        "scanrun", count // 20, scan=one_of("everything", "parties", "documents"), started_at=at, finished_at=at,
        state=f"CASE WHEN {rest(1000)} = 0 THEN 'stopped' ELSE 'done' END", seen="5000", differing="12", requested="12",
        orphans="0", detail="''", counts=rows.json({"changed": 12}), note=rows.json({}), calls=rows.json([CALL] * 8),
    )  # fmt: skip
    rows.make(
        "staffaction", count // 5, at=at, via="'command'", action=one_of("retry_selected", "search", "close_task"),
        target_type="'Record'", target_id="'' || n", count="1", detail="''", trace_id="'run-' || n",
    )  # fmt: skip
    rows.make(
        "proxykey", 5, name="'Program ' || n", start="'bbl_' || n", digest="'d' || n", may_write="false",
        prefixes=rows.json([]), per_minute="120", created_at=at,
    )  # fmt: skip
    rows.make(
        "proxycall", 2 * count, key_id=f"1 + {rest(5)}", at=rows.ago(_evenly(2 * count)), method=one_of("GET", "PUT"),
        path="'api/v1/advonet/Beteiligte'", status=f"CASE WHEN {rest(100)} = 0 THEN 500 ELSE 200 END", refusal="''",
        milliseconds="120", size="2000", trace_id="'call-' || n",
    )  # fmt: skip
    rows.make(
        "outage", 60, system=one_of(*SYSTEMS), state="'down'", began_at=rows.ago("n * 100000"),
        ended_at=rows.ago("n * 100000 - 900"),
    )  # fmt: skip
    for table in ("attempt", "record", "inboxmessage"):
        rows.ids_go_on(table)
