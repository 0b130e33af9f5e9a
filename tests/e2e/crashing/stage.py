"""The same start again and again, and the judgement about what a crash made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction

from sandbox.client import SandboxClient
from tests.e2e.crashing import calendars
from tests.e2e.crashing.picture import faults, picture
from tests.e2e.crashing.scenarios import Firm, Scenario
from tests.e2e.crashing.workers import Life, first_worker, load, look_again, next_worker

# Children first; what the hub writes while it works.
TABLES_OF_STAFF = ("syncapp_undo", "syncapp_task", "syncapp_conflict", "syncapp_scanrun", "syncapp_cursor")
TABLES = ("syncapp_journalentry", "syncapp_attempt", "syncapp_inboxitem", "syncapp_record", "syncapp_reference")
TABLES_TOO = ("syncapp_orphan", "syncapp_lock", "syncapp_system", "syncapp_worker", "django_q_ormq")


class Stage:
    """`moments`: those that the change's run without a crash has."""

    warm: ClassVar[bool] = False

    def __init__(self, sandbox: SandboxClient, scenario: Scenario) -> None:
        self._sandbox, self.scenario = sandbox, scenario
        load()
        if not Stage.warm:
            self.set()
            first_worker()  # Redis learns its scripts now, which costs effects that no later life has
            Stage.warm = True
        self.set()
        life = first_worker(comparison=scenario.comparison)
        scenario.meanwhile(Firm(sandbox))
        assert not life.failed, "the run without a crash failed"
        assert not first_worker().failed, "the run without a crash failed"
        assert not (wrong := faults(sandbox, scenario.ends)), f"the run without a crash: {wrong}"
        self.moments = life.moments
        self._undisturbed = picture(sandbox)
        if scenario.looks_again:
            assert not (wrong := self._written_again()), f"the run without a crash: {wrong}"

    def set(self) -> None:
        """An empty hub and an empty sandbox, then the scenario's start, in agreement, and its change."""
        self._empty()
        firm = Firm(self._sandbox)
        self.scenario.start(firm)
        assert not first_worker().failed, "the start of the scenario failed"
        if self.scenario.in_two_steps:
            self.scenario.before(firm)
            assert not first_worker().failed, "what came before the change failed"
        self.scenario.change(firm)

    def judge(self, where: str, lives: Sequence[Life]) -> list[str]:
        """Let the next worker end what the dead ones began; what is wrong then, with the place of the death."""
        wrong = [f"worker {number} was not killed" for number, life in enumerate(lives, 1) if not life.killed]
        self.scenario.meanwhile(Firm(self._sandbox))
        if next_worker(comparison=self.scenario.comparison).failed:
            wrong.append("the next worker did not come to an end")
        wrong += faults(self._sandbox, self.scenario.ends)
        if self.scenario.one_end:
            wrong += self._differences()
        if self.scenario.looks_again and (len(lives) > 1 or not self.scenario.one_end):
            wrong += self._written_again()  # after one death all is as without it, so that was looked at
        return [f"{where}: {fault}" for fault in wrong]

    def _differences(self) -> list[str]:
        seen, undisturbed = Counter(picture(self._sandbox)), Counter(self._undisturbed)
        missing = [f"missing: {line}" for line in (undisturbed - seen).elements()]
        return [*missing, *(f"instead: {line}" for line in (seen - undisturbed).elements())]

    def _written_again(self) -> list[str]:
        before = self._writes()
        if look_again().failed:
            return ["one more look did not come to an end"]
        return [f"one more look wrote: {route}" for route in (self._writes() - before).elements()]

    def _writes(self) -> Counter[str]:
        rows = [row for row in self._sandbox.counts() if row["method"] not in ("GET", "HEAD")]
        return Counter({f"{row['method']} {row['route']}": row["count"] for row in rows if "Token" not in row["route"]})

    def _empty(self) -> None:
        self._sandbox.reset()
        self._sandbox.settings(xai_indexing_seconds=0)
        with transaction.atomic(), connection.cursor() as cursor:
            for table in (*TABLES_OF_STAFF, *calendars.TABLES, *TABLES, *TABLES_TOO):
                cursor.execute(f"DELETE FROM {table}")
        if settings.CONFIG.redis_url:
            from django_redis import get_redis_connection

            get_redis_connection("default").flushdb()
        caches["advoware"].clear()  # an empty sandbox knows no token
