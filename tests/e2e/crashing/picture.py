"""How everything stands at the end, on both sides and in the hub: lines of text that are the same for the same state.

Ids that xAI gives are written as the names of what they stand for, so that two runs can be compared.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.client import SandboxClient
from syncapp.engine.outside import locks
from syncapp.models import Attempt, JournalEntry, JournalState, Orphan, Outcome, Record, Reference, ScanRun, ScanState
from tests.e2e.crashing import calendars, party_picture
from tests.e2e.crashing.party_picture import Names

SHOWN = ("deleted", "status", "xaiId", "xaiCollections", "xaiSyncedHash", "xaiSyncStatus", "xaiSyncError", "fileStatus")
SHOWN_TOO = ("syncStatus", "syncError", "syncFailedAt", "md5sum", "xaiCollectionId", "advowareAkteId")
JOINED = ("datenbankId", "aktivierungsstatus", "aiDocumentId", "syncstatus", "syncedHash")
OPEN = (JournalState.INTENDED, JournalState.LOST)
XAI_ID = re.compile(r"\b(?:file|collection)_[0-9a-f]{8}[0-9a-f-]{28}\b")


def picture(sandbox: SandboxClient) -> list[str]:
    xai, crm = sandbox.state("xai"), sandbox.state("espocrm")
    names = {row["id"]: f"<{row['filename']}>" for row in xai["files"]}
    names |= {row["collection_id"]: f"<{row['collection_name']}>" for row in xai["collections"]}
    known = party_picture.names(sandbox)
    lines = [*_outside(xai, crm), *party_picture.outside(sandbox), *_inside(known), *party_picture.inside(known)]
    lines += [*calendars.outside(sandbox), *calendars.inside()]
    return sorted(XAI_ID.sub(lambda found: names.get(found[0], "<gone>"), line) for line in lines)


def _outside(xai: dict[str, Any], crm: dict[str, Any]) -> list[str]:
    lines = [f"xai file {row['id']} {row['sha256'][:16]}" for row in xai["files"]]
    for row in xai["collections"]:
        inside = [(d["file_metadata"]["file_id"], d["status"], sorted(d["fields"].items())) for d in row["documents"]]
        lines.append(f"xai collection {row['collection_id']} {sorted(inside)}")
    for kind in ("CDokumente", "Raeumungsklage", "CAIKnowledge", "CAIKnowledgeCDokumente"):
        for row in crm["records"][kind]:
            shown = {name: row[name] for name in (*SHOWN, *SHOWN_TOO, *JOINED) if row.get(name)}
            lines.append(f"crm {row['id']} {shown}")
    return lines


def _inside(known: Names) -> list[str]:
    records = [
        f"record {record.step} {known.record(record)} {ending(record)} {_agreed(record)}" for record in _records()
    ]
    references = [
        f"reference {row.entity_id} {row.kind} {row.remote_id} in {row.container_id or '-'} {row.digest[:16]}"
        for row in Reference.objects.exclude(kind__in=party_picture.KINDS)
    ]
    orphans = [f"orphan {row.kind} {row.remote_id} {row.state} {row.why}" for row in Orphan.objects.all()]
    return [*records, *references, *orphans, *left_over()]


def _records() -> list[Record]:
    return list(Record.objects.all())


def ending(record: Record) -> str:
    return f"{record.status} {record.reason}".strip() + ("" if record.served == record.requested else " UNSERVED")


def _agreed(record: Record) -> str:
    """Without what is different each time: the attachment's id, times, counters."""
    different = ("progress", "proved", *party_picture.NOT_AGREED)
    facts = {key: value for key, value in record.agreed.items() if key not in different}
    if content := facts.get("content"):
        facts["content"] = content["file_id"]
    return json.dumps(facts, sort_keys=True)


def left_over() -> list[str]:
    """What nobody is at work on any more, and should not be there."""
    return [
        *(f"LEFT lock {lock.key}" for lock in locks.held()[0]),
        *(f"LEFT journal {row.action} {row.state}" for row in JournalEntry.objects.filter(state__in=OPEN)),
        *(f"LEFT attempt {row}" for row in Attempt.objects.filter(outcome=Outcome.RUNNING)),
        *(f"LEFT comparison {row.scan}" for row in ScanRun.objects.filter(state=ScanState.RUNNING)),
    ]


def faults(sandbox: SandboxClient, ends: Mapping[str, str]) -> list[str]:
    """What is wrong whatever the run without a crash looks like."""
    xai, crm = sandbox.state("xai"), sandbox.state("espocrm")
    found = [*left_over(), *party_picture.faults(sandbox), *calendars.faults(sandbox)]
    known = party_picture.names(sandbox)
    endings = {known.record(record): ending(record) for record in _records()}
    if endings != dict(ends):
        found.append(f"records ended as {endings}, not as {dict(ends)}")
    twice = [sha for sha, count in Counter(row["sha256"] for row in xai["files"]).items() if count > 1]
    found += [f"uploaded twice: {sha}" for sha in twice]
    pointed_at = {row["xaiId"] for row in crm["records"]["CDokumente"] if not row["deleted"]}
    listed = set(Orphan.objects.filter(state="open").values_list("remote_id", flat=True))
    for row in xai["files"]:
        if not row["collections"] and row["id"] not in pointed_at | listed:
            found.append(f"a file that nothing points to and that is not listed: {row['filename']}")
    named = {row["xaiCollectionId"] for row in crm["records"]["Raeumungsklage"] if not row["deleted"]}
    named |= {row["datenbankId"] for row in crm["records"]["CAIKnowledge"] if not row["deleted"]}
    for row in xai["collections"]:
        if row["collection_id"] not in named | listed:
            found.append(f"a collection that nothing points to and that is not listed: {row['collection_name']}")
    return found
