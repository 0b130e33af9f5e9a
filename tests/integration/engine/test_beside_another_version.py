"""A record whose step this program does not have (yet, or any more): it waits, and holds up nobody."""

from __future__ import annotations

import pytest

from syncapp import jobs
from syncapp.models import Record, Status
from tests.integration.admin import rows

pytestmark = pytest.mark.django_db


def test_drain() -> None:
    strange = rows.record(Status.WAITING, step="step_of_tomorrow")
    jobs.drain()
