"""Bank accounts in both systems of the sandbox, and the hub's steps about them: for tests of the flow."""

from __future__ import annotations

from typing import Any

from syncapp.engine.queue import retry, sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.events import running
from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.models import Record, Task, TaskState, Urgency
from syncapp.people.tasks import close_task
from tests.parties import Parties

BANK = "CBankverbindungen"
IBAN, OTHER, THIRD = "DE02120300000000202051", "DE02500105170137075030", "DE89370400440532013000"


def account(parties: Parties, party: str, **data: Any) -> str:
    return parties.world.sandbox.create(BANK, {"name": "Konto", "beteiligteId": party, "iban": IBAN, **data})


def in_crm(parties: Parties) -> list[dict[str, Any]]:
    rows = parties.world.sandbox.state("espocrm")["records"][BANK]
    return [row for row in rows if not row["deleted"]]


def shown(parties: Parties, pk: str) -> dict[str, Any]:
    return parties.world.sandbox.get(BANK, pk)


def there(parties: Parties, number: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parties.advoware(number)["bankverbindungen"]
    return rows


def add(parties: Parties, number: int, **data: Any) -> None:
    parties.world.sandbox.advoware.add_bank_account(number, data)


def edit(parties: Parties, number: int, **data: Any) -> None:
    """Of the party's only account in Advoware."""
    (row,) = there(parties, number)
    parties.world.sandbox.advoware.update_bank_account(number, row["id"], data)


def look(parties: Parties, pk: str, step: str = BANK_SYNC, kind: str = BANK, *, full: bool = True) -> Record:
    sync_requests.request([Target(step, kind, pk)], urgency=Urgency.EVENT, full=full)
    parties.world.drive()
    return Record.objects.get(step=step, entity_id=pk)


def event(parties: Parties, pk: str) -> Record:
    """What a webhook leaves behind."""
    return look(parties, pk, full=False)


def look_now(pk: str) -> None:
    sync_requests.request([Target(BANK_SYNC, BANK, pk)], urgency=Urgency.EVENT, full=True)
    running.run_now(Record.objects.get(step=BANK_SYNC, entity_id=pk).pk, BANK_SYNC, even_early=True)


def tasks(pk: str) -> list[tuple[str, list[dict[str, str]]]]:
    rows = Task.objects.filter(record__entity_id=pk, state=TaskState.OPEN)
    return [(row.kind, row.facts) for row in rows]


def targets(pk: str) -> list[tuple[str, str]]:
    rows = Task.objects.filter(record__entity_id=pk, state=TaskState.OPEN).order_by("pk")
    return [(row.kind, row.target_id) for row in rows]


def told(pk: str) -> list[dict[str, str]]:
    rows = Task.objects.filter(record__entity_id=pk, state=TaskState.OPEN).order_by("pk")
    return [fact for row in rows for fact in row.facts]


def close(pk: str) -> None:
    """A person closes the one open task and the hub looks at it again, as the button does."""
    task = Task.objects.get(record__entity_id=pk, state=TaskState.OPEN)
    assert close_task(task, None, "")
    retry.retry(Record.objects.filter(pk=task.record_id))
