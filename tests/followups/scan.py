"""Cases whose events got lost."""

from __future__ import annotations

from syncapp.engine.outside import connections
from syncapp.events import dispatch
from syncapp.models import Urgency
from tests.followups.flow import CASE, CHECK


def look_at_all() -> None:
    found = [str(row["id"]) for row in connections.espocrm().rows(CASE, ("id",))]
    dispatch.emit(CHECK, CASE, found, urgency=Urgency.SCAN)
