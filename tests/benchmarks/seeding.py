"""Many rows quickly, in one statement each, on both engines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import psycopg

from tests.benchmarks.fake import COLLECTION, MD5, SHA256
from tests.installation import Installation

DOCUMENT_STEP = "document_sync"
NOW = datetime.now(UTC).isoformat()  # a benchmark takes less than the day that a proof holds
_NOW = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now')", "postgres": "now()"}
_HEX = {"sqlite": "printf('%014x', n)", "postgres": "lpad(to_hex(n), 14, '0')"}
_AGREED = json.dumps(
    {
        "content": {"file_id": "file_65f#", "attachment_id": "a5f#", "md5": MD5, "sha256": SHA256},
        "collections": [COLLECTION],
        "settled": True,
        "proved": NOW,
    }
)


def engine_of(hub: Installation) -> str:
    return "sqlite" if hub.database_url.startswith("sqlite") else "postgres"


def document_id(number: int) -> str:
    """The id of the n-th document; the rows of `records` are about them."""
    return f"65f{number:014x}"


def bench_tables(hub: Installation) -> None:
    key = {"sqlite": "integer PRIMARY KEY AUTOINCREMENT", "postgres": "bigserial PRIMARY KEY"}[engine_of(hub)]
    moment, blob = {"sqlite": ("datetime", "blob"), "postgres": ("timestamptz", "bytea")}[engine_of(hub)]
    hub.sql(f"CREATE TABLE bench_bare (id {key}, received_at {moment} NOT NULL, body {blob} NOT NULL)")
    hub.sql("CREATE TABLE bench_touched (id integer PRIMARY KEY, touched integer NOT NULL)")


def touchables(hub: Installation, count: int) -> None:
    hub.sql("DELETE FROM bench_touched")
    hub.sql(f"INSERT INTO bench_touched (id, touched) {_numbers(1, count)} SELECT n, 0 FROM numbers")


def records(hub: Installation, count: int, first: int = 1) -> None:
    """Documents `first` to `first + count - 1`, all in sync with what the fake answers."""
    engine = engine_of(hub)
    now, digits = _NOW[engine], _HEX[engine]
    agreed = f"replace('{_AGREED}', '#', {digits})" + ("::jsonb" if engine == "postgres" else "")
    hub.sql(
        "INSERT INTO syncapp_record (step, entity_type, entity_id, status, urgency, requested, served, agreed,"
        f" settled_at, created_at, changed_at) {_numbers(first, count)}"
        f" SELECT '{DOCUMENT_STEP}', 'CDokumente', '65f' || {digits}, 'in_sync', 10, 1, 1, {agreed},"
        f" {now}, {now}, {now} FROM numbers"
    )


def remembered(hub: Installation, agreed: Mapping[str, object]) -> None:
    """Documents in sync, with what is remembered of each."""
    now = _NOW[engine_of(hub)]
    for entity_id, agreement in agreed.items():
        hub.sql(
            "INSERT INTO syncapp_record (step, entity_type, entity_id, status, urgency, requested, served, agreed,"
            " settled_at, created_at, changed_at)"
            f" VALUES ('{DOCUMENT_STEP}', 'CDokumente', ?, 'in_sync', 10, 1, 1, ?, {now}, {now}, {now})",
            entity_id,
            json.dumps(agreement),
        )


def history(hub: Installation, count: int, of_records: int) -> None:
    """So many messages with one item each, and as many attempts, spread over the first `of_records` records."""
    now = _NOW[engine_of(hub)]
    trace, record = "'bench' || n", f"n - n / {of_records} * {of_records}"  # the drivers take a % for a parameter
    numbers = _numbers(1, count)
    hub.sql(
        "INSERT INTO syncapp_inboxmessage (id, trace_id, received_at, path, entity_type, action, sender, state, reason,"
        f" size, items_total, items_new, rejected) {numbers}"
        f" SELECT n, {trace}, {now}, 'document', 'CDokumente', 'update', 'bench', 'stored', '', 200, 1, 1, '[]'"
        " FROM numbers"
    )
    hub.sql(
        "INSERT INTO syncapp_inboxitem (message_id, position, entity_type, entity_id, record_id, request_number)"
        f" {numbers} SELECT n, 0, 'CDokumente', '65f0', 1 + {record}, 1 FROM numbers"
    )
    hub.sql(
        "INSERT INTO syncapp_attempt (record_id, number, request_number, trace_id, worker, started_at, finished_at,"
        f" outcome, reason, detail, plan, calls) {numbers}"
        f" SELECT 1 + {record}, 1, 1, {trace}, 'bench/1', {now}, {now}, 'in_sync', '', '', '[]', '[]'"
        " FROM numbers"
    )
    _after_given_ids(hub)


def failures(hub: Installation, share: int) -> None:
    """Every `share`-th record has failed, for one of a few reasons."""
    hub.sql(
        "UPDATE syncapp_record SET status = 'failed', reason = CASE id - id / 3 * 3 WHEN 0 THEN 'rejected'"
        f" WHEN 1 THEN 'exhausted' ELSE 'forbidden' END WHERE id - id / {share} * {share} = 0"
    )


def settled_down(hub: Installation) -> None:
    """What the database does by itself in a quiet hour: statistics, and no dead rows left behind.

    SQLite does nothing by itself. Told to analyse a table of which nearly all rows bear one state, it takes the states
    for evenly spread and reads the whole table for the few that failed; the hub never tells it to.
    """
    if engine_of(hub) != "sqlite":
        with psycopg.connect(hub.database_url, autocommit=True) as pg:
            pg.execute("VACUUM ANALYZE")


def _numbers(first: int, count: int) -> str:
    return (
        f"WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers"
        f" WHERE n < {first + count - 1})"
    )


def _after_given_ids(hub: Installation) -> None:
    if engine_of(hub) == "postgres":
        hub.sql(
            "SELECT setval(pg_get_serial_sequence('syncapp_inboxmessage', 'id'), max(id)) FROM syncapp_inboxmessage"
        )
