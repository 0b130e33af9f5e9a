"""Cases in which a hub before this one has entered the number of their Akte."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.run import Run
from syncapp.flows.akten import reading
from syncapp.flows.akten.flow import MATTER_SYNC
from syncapp.flows.akten.sync import MatterSync
from syncapp.flows.taking_over import Finding, Item, Sides


class MattersTakenOver:
    def __init__(self, sides: Sides) -> None:
        self._crm, self._advoware = sides.crm, sides.advoware

    def items(self) -> Iterator[Item]:
        for kind in settings.CONFIG.MATTER_ENTITIES:
            if not reading.lacking(self._crm, kind):
                for pk in self._crm.rows_listed(kind):
                    yield Item(Target(MATTER_SYNC, kind, pk), self._make)

    def strays(self) -> Iterator[Finding]:
        """Akten that no case names are the firm's own."""
        return iter(())

    def _make(self, run: Run) -> MatterSync:
        return MatterSync(run, self._crm, self._advoware)
