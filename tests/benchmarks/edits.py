"""What people edit, and when it stands in the other system: for `latency`. Seconds on the one clock of the machine."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.client import SandboxClient
from sandbox.seed.adopted import known_party
from tests.benchmarks import load
from tests.benchmarks.outside import case, new_document
from tests.benchmarks.stage import Stage

PARTIES = "/vmh/webhook/beteiligte/update"
LOOK_SECONDS, GIVE_UP_SECONDS = 0.02, 120.0
KEY = "from syncapp.models import ProxyKey; print(ProxyKey.issue('bench', may_write=True, per_minute=10**6)[1])"


@dataclass
class Firm:
    """`parties`: id in the CRM and number in Advoware."""

    stage: Stage
    sandbox: SandboxClient
    case: str
    parties: list[tuple[str, int]]
    key: str

    @classmethod
    def opened(cls, stage: Stage, sandbox: SandboxClient, parties: int) -> Firm:
        numbers = sandbox.advoware.create_parties(
            {"data": {"vorname": "Almut", "name": f"W{number}"}} for number in range(parties)
        )
        there = {row["betNr"]: row for row in sandbox.state("advoware")["parties"]}
        rows = [{"entity_type": "CBeteiligte", "data": known_party(there[each]), "silent": True} for each in numbers]
        ids = sandbox.create_many(rows)
        load.fire(stage.port, [load.signed(PARTIES, ids[at : at + 50]) for at in range(0, len(ids), 50)])
        key = stage.hub.manage("shell", "-v", "0", "-c", KEY).stdout.split()[-1]
        return cls(stage, sandbox, case(stage, sandbox), list(zip(ids, numbers, strict=True)), key)

    def tell(self, request: bytes) -> float:
        """When it was sent."""
        begun = time.time()
        assert load.fire(self.stage.port, [request]).statuses.keys() <= {200, 202}
        return begun


def document(firm: Firm, number: int) -> float:
    newest = firm.sandbox.calls("xai-management", limit=1)
    since = newest[-1]["number"] if newest else 0
    pk = new_document(firm.sandbox, firm.case, f"latency {number}")
    begun = firm.tell(load.signed(load.UPDATE, [pk]))

    def attached() -> Any:
        calls = firm.sandbox.calls("xai-management", since=since)
        return [each for each in calls if each["method"] == "POST" and "/documents/" in each["path"] and each["status"]]

    call = _soon(firm, attached)[0]  # the sandbox indexes at once
    return float(call["at"] + call["seconds"] - begun)


def party(firm: Firm, number: int) -> float:
    pk, there = firm.parties[number]
    firm.sandbox.update("CBeteiligte", pk, {"lastName": f"Neu {number}"}, silent=True)
    begun = firm.tell(load.signed(PARTIES, [pk]))
    _soon(firm, lambda: firm.sandbox.advoware.party(there)["name"] == f"Neu {number}")
    return time.time() - begun


def appointment(firm: Firm, number: int) -> float:
    kuerzel, text = f"E{number:02}", f"Verlegt {number}"
    event = firm.sandbox.google.events(f"AW-{kuerzel}")[-1]
    row = next(
        row
        for row in firm.sandbox.state("advoware")["appointments"]
        if row["sb"] == kuerzel and row["text"] == event["summary"]
    )
    firm.sandbox.advoware.update_appointment(row["frNr"], {"text": text})
    begun = firm.tell(_posted("/advoware/calendar/sync", {"kuerzel": kuerzel}, firm.key))
    _soon(firm, lambda: firm.sandbox.google.event(f"AW-{kuerzel}", event["id"])["summary"] == text)
    return time.time() - begun


def _soon(firm: Firm, there: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not (found := there()):
        assert time.monotonic() < deadline, firm.stage.hub.log()[-3000:]
        time.sleep(LOOK_SECONDS)
    return found


def _posted(path: str, data: dict[str, str], key: str) -> bytes:
    body = json.dumps(data).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Api-Key: {key}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


# From the edit until it is searchable, or stands there. Appointments live in Advoware: there a person edits them, and
# another program says whose.
EDITS: dict[str, Callable[[Firm, int], float]] = {
    "document, EspoCRM to xAI": document,
    "party, EspoCRM to Advoware": party,
    "appointment, Advoware to Google": appointment,
}
