"""Health for load balancers, containers and people: is the process alive, and can the hub do its work?"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bitbylaw.version import VERSION
from syncapp.api import state

OK, AWAY, READS_ONLY = "ok", "away", "can be read, takes no writes"


class OpenView(APIView):
    """For everybody: it tells numbers and states, never a text, an address or an error."""

    authentication_classes = ()
    permission_classes = ()


class LiveView(OpenView):
    def get(self, _request: Request) -> Response:
        """Touches neither database nor Redis: an outage of theirs must not restart the web server."""
        return Response({"status": "alive", "version": VERSION})


class ReadyView(OpenView):
    def get(self, _request: Request) -> Response:
        """503 when the database is away or takes no writes, or when no worker has proved lately that it works.

        Outside systems that are away are shown and don't count: their records wait by themselves, restarting the hub
        would not help, and taking it out of service would lose webhooks. So is what runs lack on this machine (disk,
        memory, open files), and a Redis that is away or full: the database carries its part, slower.
        """
        answer = _look()
        ready = answer.pop("ready")
        return Response(
            {"status": "ready" if ready else "not ready", "version": VERSION, **answer}, status=200 if ready else 503
        )


def _look() -> dict[str, Any]:
    answer: dict[str, Any] = {"ready": False}
    redis = state.redis_takes_writes()
    if redis is not None:
        answer["redis"] = OK if redis else AWAY
    try:
        now = timezone.now()
        backlog, workers, lacks = state.backlog(), state.workers(), state.machine_lacks()
        ahead = state.clock_ahead().total_seconds()
        answer["systems"] = {told.pop("name"): told for told in map(asdict, state.systems())}
    except (DatabaseError, InterfaceError):
        return {**answer, "database": AWAY}
    try:
        state.prove_a_write()
    except (DatabaseError, InterfaceError):
        return {**answer, "database": READS_ONLY}
    return {
        **answer,
        "database": OK,
        "clock": f"the newest entries are {ahead:.0f} s in the future" if ahead else OK,
        "machine": ", ".join(lacks) or OK,
        "queue": {
            "tasks": backlog.queued,
            "due_records": backlog.due,
            "oldest_due_seconds": _seconds(now, backlog.oldest),
        },
        "workers": {
            "working": workers.working,
            "silent": workers.silent,
            "last_proof_of_work": workers.last_proof,
            "last_proof_seconds": _seconds(now, workers.last_proof),
        },
        "ready": workers.working > 0,
    }


def _seconds(now: datetime, moment: datetime | None) -> float | None:
    return round((now - moment).total_seconds(), 1) if moment else None
