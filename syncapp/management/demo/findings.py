"""The result, line by line: what was expected and what is there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncapp.management.demo.firm import Fate, Firm, Row
from syncapp.management.demo.workday import Done


@dataclass(frozen=True, slots=True)
class Finding:
    """`key` names the line (words.py); it is right when `found` equals `expected`."""

    key: str
    expected: int
    found: int

    @property
    def right(self) -> bool:
        return self.expected == self.found


def of_stock(firm: Firm) -> list[Finding]:
    """How the documents and their parents stand."""
    lines = [_with_fate(firm, key, fate) for key, fate in FATES.items()]
    parents = list(firm.parents.values())
    return [
        *lines,
        Finding("collections", len(parents), sum(firm.well_named(parent) for parent in parents)),
        # Everything that is in one of the two sets only is a difference.
        Finding("places", len(firm.places), len(firm.places) - len(firm.places ^ firm.placed)),
    ]


FATES = {"searchable": Fate.SEARCHABLE, "left_out": Fate.LEFT_OUT, "rejected": Fate.REJECTED}


def _with_fate(firm: Firm, key: str, fate: Fate) -> Finding:
    documents = [document for document in firm.documents if firm.fate(document) is fate]
    return Finding(key, len(documents), sum(firm.settled(document) for document in documents))


def of_day(firm: Firm, done: Done, calls: Sequence[Row], deliveries: Sequence[Row]) -> list[Finding]:
    """What the working day adds: nothing was lost, nothing was done twice."""
    uploads = [call for call in calls if call["method"] == "POST" and call["path"].endswith("/v1/files")]
    stored = [call for call in uploads if call["status"] == 200]
    contents = {file["sha256"] for file in firm.xai["files"]}
    pauses = [call for call in uploads if call["status"] == 429]
    late = firm.named(done.while_busy)
    return [
        Finding("delivered", len(deliveries), sum(row["outcome"] == "delivered" for row in deliveries)),
        Finding("pending", 0, int(firm.crm["pending_events"])),
        Finding("pauses", done.pauses, len(pauses) if firm.settled(late) else 0),
        Finding("uploads", len(contents), len(stored)),
        Finding("quarantined", 400, done.unreadable_answer),
    ]
