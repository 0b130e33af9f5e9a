"""Parties whose worker dies: what `tests/e2e/test_crashes.py` has found, in one process and in no time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from syncapp.engine.recovery.sweep import sweep
from syncapp.events import running
from syncapp.models import JournalEntry, JournalState, Record, Status
from tests.integration.flows.test_agreement import dying
from tests.parties import Parties
from tests.world import configured

pytestmark = pytest.mark.django_db


def run(parties: Parties, pk: str) -> None:
    record = parties.record(pk)
    running.run_now(record.pk, record.step, even_early=True)


def sweep_up() -> None:
    Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
    sweep()


def test_a_write_that_was_broken_off_is_settled_although_a_person_must_choose(parties: Parties) -> None:
    with configured(PARTY_CONFLICTS={"name": "person"}):
        pk, number = parties.pair()
        parties.edit_crm(pk, lastName="Roth")
        parties.edit_advoware(number, name="Weiss", rechtsform="GbR")
        parties.event(pk, full=True)
        with dying(2, answered=True):  # two reads, then the write to the CRM
            run(parties, pk)
        entries = JournalEntry.objects.filter(state=JournalState.INTENDED)
        assert entries.exists()
        sweep_up()
        assert parties.sync(pk).status == Status.CONFLICT
    assert not entries.exists()
