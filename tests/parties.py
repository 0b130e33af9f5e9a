"""Parties in both systems of the sandbox, and the hub's step about them: for tests of the flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import outages
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.events import running
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.models import Record, Task, TaskState, Urgency
from tests.events import happened
from tests.world import World

PARTY = "CBeteiligte"
OFFICE, FAX, MOBILE, MAIL, INTERNET = 1, 2, 3, 4, 5  # kommKz


@dataclass
class Parties:
    world: World

    # EspoCRM

    def in_crm(self, **data: Any) -> str:
        return self.world.sandbox.create(PARTY, {"firstName": "Almut", "lastName": "Wendland", **data})

    def crm(self, pk: str) -> dict[str, Any]:
        return self.world.sandbox.get(PARTY, pk)

    def edit_crm(self, pk: str, **data: Any) -> None:
        self.world.sandbox.update(PARTY, pk, data)

    def with_fields(self, fields: dict[str, Any]) -> None:
        """As somebody has set them in EspoCRM's Entity Manager: parameters by the fields' names."""
        self.world.sandbox.settings(espocrm_changed={f"{PARTY}.{name}": each for name, each in fields.items()})
        EspoClient.metadata_cache.clear()

    def mails(self, pk: str) -> set[str]:
        return {row["emailAddress"] for row in self.crm(pk)["emailAddressData"] or []}

    def phones(self, pk: str) -> dict[str, str]:
        return {row["phoneNumber"]: row["type"] for row in self.crm(pk)["phoneNumberData"] or []}

    # Advoware

    @property
    def _advoware(self) -> Any:
        return self.world.sandbox.advoware

    def in_advoware(self, *contacts: tuple[int, str], **data: Any) -> int:
        communications = [{"kommKz": kind, "tlf": value} for kind, value in contacts]
        made = self._advoware.create_party(
            {"vorname": "Almut", "name": "Wendland", **data}, communications=communications
        )
        return int(made["betNr"])

    def advoware(self, number: int) -> dict[str, Any]:
        party: dict[str, Any] = self._advoware.party(number)
        return party

    def edit_advoware(self, number: int, **data: Any) -> None:
        self._advoware.update_party(number, data)

    def remove_in_advoware(self, number: int) -> None:
        self._advoware.remove_party(number)

    def entries(self, number: int) -> list[tuple[int, str]]:
        return sorted((row["kommKz"], row["tlf"] or "") for row in self.advoware(number)["kommunikation"])

    def entry(self, number: int, value: str) -> int:
        return next(int(row["id"]) for row in self.advoware(number)["kommunikation"] if row["tlf"] == value)

    def edit_entry(self, number: int, value: str, **data: Any) -> None:
        self._advoware.update_communication(number, self.entry(number, value), data)

    def remove_entry(self, number: int, value: str) -> None:
        self._advoware.remove_communication(number, self.entry(number, value))

    def add_entry(self, number: int, kind: int, value: str) -> None:
        self._advoware.add_communication(number, {"kommKz": kind, "tlf": value})

    def numbers(self) -> set[int]:
        return {row["betNr"] for row in self.world.sandbox.state("advoware")["parties"]}

    # The hub

    def event(self, pk: str, *, full: bool = False) -> None:
        happened(PARTY, pk, full=full)

    def sync(self, pk: str, *, full: bool = True) -> Record:
        self.event(pk, full=full)
        self.world.drive()
        return self.record(pk)

    def run_once(self, pk: str) -> Record:
        """Staff's Retry, and one run of it."""
        target = Target(PARTY_SYNC, PARTY, pk)
        sync_requests.request([target], urgency=Urgency.STAFF, full=True, force=True, trace_id="test")
        self.again(pk)
        return self.record(pk)

    def again(self, pk: str) -> None:
        for name in ("espocrm", "advoware"):
            if outages.obstacle([name]):
                outages.try_now(name)
        running.run_now(self.record(pk).pk, PARTY_SYNC, even_early=True)

    def record(self, pk: str) -> Record:
        return Record.objects.get(step=PARTY_SYNC, entity_id=pk)

    def pair(self, *contacts: tuple[int, str], crm: dict[str, Any] | None = None, **advoware: Any) -> tuple[str, int]:
        """A party that is in both systems and in agreement."""
        number = self.in_advoware(*contacts, **advoware)
        pk = self.in_crm(betnr=number, **(crm or {}))
        self.sync(pk)
        return pk, number

    def tasks(self, pk: str) -> list[str]:
        return sorted(Task.objects.filter(record__entity_id=pk, state=TaskState.OPEN).values_list("kind", flat=True))
