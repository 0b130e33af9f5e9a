"""A working day in the firm: what colleagues do in EspoCRM, and what goes wrong meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.management.demo import sandbox
from syncapp.management.demo.addresses import Addresses
from syncapp.management.demo.environment import Secrets
from syncapp.management.demo.firm import Firm
from syncapp.management.demo.sandbox import Sandbox

PAUSES = 2  # how often xAI says "too many requests" before it takes the next file
PAUSE_SECONDS = 2
LONG_PAUSE_SECONDS = 90  # longer than a worker waits for: the record waits instead, for everybody to see
CASES, ACCOUNTS = "raeumungsklages", "accounts"
ANSWER = b"""Klageerwiderung
Die Klage ist unbegr\xc3\xbcndet. Die Nutzungsentsch\xc3\xa4digung ist der H\xc3\xb6he nach \xc3\xbcbersetzt."""
RENTS = b"Monat;Soll;Ist;R\xc3\xbcckstand\nApril;970,00;970,00;0,00\nMai;970,00;0,00;970,00\nJuni;970,00;0,00;970,00\n"


@dataclass(frozen=True, slots=True)
class Done:
    """What the day left to look for. `while_busy`: the document that came while xAI asked for pauses."""

    while_busy: str
    pauses: int
    unreadable_answer: int


def live(firm: Firm, crm: Sandbox, addresses: Addresses, known: Secrets) -> Done:
    """Everything at once, as on a Monday morning; webhooks tell the hub."""
    case, other = firm.named("Baugenossenschaft Deichkrone ./. Tiede"), firm.named("Lüders ./. Möwenstube GmbH")
    _slow_down(crm, PAUSES, PAUSE_SECONDS)
    answer = crm.create("CDokumente", name="Klageerwiderung Tiede")
    crm.upload(answer, "Klageerwiderung.txt", ANSWER)
    crm.link(answer, CASES, case["id"])

    crm.upload(firm.named("Mietkonto Oster")["id"], "Mietkonto.csv", RENTS, "text/csv")

    moved = firm.named("Nutzungsentschädigung Tiede")["id"]
    crm.link(moved, CASES, other["id"])
    crm.unlink(moved, CASES, case["id"])

    crm.update("Account", firm.named("Hausverwaltung Strandhafer")["id"], name="Hausverwaltung Strandhafer & Söhne")
    crm.delete("CDokumente", firm.named("Gewerbemietvertrag Möwenstube")["id"])

    scan = crm.create("CDokumente", name="Zustellungsurkunde, schief gescannt")
    crm.upload(scan, "Zustellung-unlesbar.pdf", b"%PDF-1.4 schief", "application/pdf")
    crm.link(scan, CASES, other["id"])
    return Done("Klageerwiderung Tiede", PAUSES, _send_unreadable(addresses, known))


def leave_one_waiting(firm: Firm, crm: Sandbox) -> None:
    """For those who stay and look: a document that waits because xAI asked for a long pause."""
    _slow_down(crm, 1, LONG_PAUSE_SECONDS)
    document = crm.create("CDokumente", name="Gutachten Mietspiegel")
    crm.upload(document, "Gutachten.txt", "Gutachten zur ortsüblichen Vergleichsmiete".encode())
    crm.link(document, CASES, firm.named("Wendland ./. Oster, Fliederweg 12")["id"])


def _slow_down(crm: Sandbox, times: int, seconds: int) -> None:
    headers = {"Retry-After": str(seconds)}
    crm.add_fault(
        kind="status", system="xai", method="POST", path="/v1/files$", status=429, headers=headers, times=times
    )


def _send_unreadable(addresses: Addresses, known: Secrets) -> int:
    """A hook of the firm's own sends something that nobody can read; the answer's status."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {known.token}"}
    return sandbox.post(f"{addresses.hub}/vmh/webhook/document/update", b'[{"id": "65f0', headers)
