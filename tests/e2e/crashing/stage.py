"""The same start again and again, and the judgement about what a crash made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction

from sandbox.client import SandboxClient
from tests.e2e.crashing.picture import faults, picture
from tests.e2e.crashing.scenarios import Firm, Scenario
from tests.e2e.crashing.workers import Life, first_worker, load, next_worker

# Children first; what the hub writes while it works.
TABLES = ("syncapp_journalentry", "syncapp_attempt", "syncapp_inboxitem", "syncapp_record", "syncapp_reference")
TABLES_TOO = ("syncapp_orphan", "syncapp_lock", "syncapp_system", "syncapp_worker", "django_q_ormq")


class Stage:
    """`moments`: those that the change's run without a crash has."""

    def __init__(self, sandbox: SandboxClient, scenario: Scenario) -> None:
        self._sandbox, self.scenario = sandbox, scenario
        load()
        self.set()
        first_worker()  # Redis learns its scripts now, which costs effects that no later life has
        self.set()
        life = first_worker()
        scenario.meanwhile(Firm(sandbox))
        assert not life.failed, "the run without a crash failed"
        assert not first_worker().failed, "the run without a crash failed"
        assert not (wrong := faults(sandbox, scenario.ends)), f"the run without a crash: {wrong}"
        self.moments = life.moments
        self._undisturbed = picture(sandbox)

    def set(self) -> None:
        """An empty hub and an empty sandbox, then the scenario's start, in agreement, and its change."""
        self._empty()
        firm = Firm(self._sandbox)
        self.scenario.start(firm)
        assert not first_worker().failed, "the start of the scenario failed"
        self.scenario.change(firm)

    def judge(self, where: str, lives: Sequence[Life]) -> list[str]:
        """Let the next worker end what the dead ones began; what is wrong then, with the place of the death."""
        wrong = [f"worker {number} was not killed" for number, life in enumerate(lives, 1) if not life.killed]
        self.scenario.meanwhile(Firm(self._sandbox))
        if next_worker().failed:
            wrong.append("the next worker did not come to an end")
        wrong += faults(self._sandbox, self.scenario.ends)
        if self.scenario.one_end:
            wrong += self._differences()
        return [f"{where}: {fault}" for fault in wrong]

    def _differences(self) -> list[str]:
        seen, undisturbed = Counter(picture(self._sandbox)), Counter(self._undisturbed)
        missing = [f"missing: {line}" for line in (undisturbed - seen).elements()]
        return [*missing, *(f"instead: {line}" for line in (seen - undisturbed).elements())]

    def _empty(self) -> None:
        self._sandbox.reset()
        self._sandbox.settings(xai_indexing_seconds=0)
        with transaction.atomic(), connection.cursor() as cursor:
            for table in (*TABLES, *TABLES_TOO):
                cursor.execute(f"DELETE FROM {table}")
        if settings.CONFIG.redis_url:
            from django_redis import get_redis_connection

            get_redis_connection("default").flushdb()
