"""A party that is a parent of documents too: two steps write to one entity of the CRM, each its own fields, and neither
undoes, fails or calls up the other, however they meet.

EspoCRM refuses the second of two writes that began with one version (409); whose write that is looks again in the same
run. What both write would not fit into one: a party has its number long before it has a document.
"""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.clients.espocrm import EspoClient
from syncapp.events import running
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.collections.flow import COLLECTION_SYNC
from syncapp.models import Attempt, JournalEntry, Outcome, Record, Status
from tests.parties import PARTY, Parties
from tests.world import configured

pytestmark = pytest.mark.django_db
AS_PARENTS = {"COLLECTION_ENTITIES": (PARTY,), "XAI_EMPTY_COLLECTIONS": True}


def run(step: str, pk: str) -> None:
    running.run_now(Record.objects.get(step=step, entity_id=pk).pk, step, even_early=True)


@pytest.mark.parametrize("versions", [True, False], ids=["with versions", "without versions"])
@pytest.mark.parametrize("first", [PARTY_SYNC, COLLECTION_SYNC])
def test_two_steps_of_one_entity_that_meet_at_their_write_do_not_fight(
    parties: Parties, monkeypatch: pytest.MonkeyPatch, first: str, versions: bool
) -> None:
    """Both have read when the other one writes: it does so, whole, in the midst of the first one's write."""
    other = ({PARTY_SYNC, COLLECTION_SYNC} - {first}).pop()
    parties.world.sandbox.settings(espocrm_optimistic_locking=[PARTY] if versions else [])
    update, met = EspoClient.update, []

    def meeting(self: EspoClient, *args: Any, **kwargs: Any) -> Any:
        if not met:
            met.append(other)
            run(other, pk)
        return update(self, *args, **kwargs)

    monkeypatch.setattr(EspoClient, "update", meeting)
    with configured(**AS_PARENTS):
        pk = parties.in_crm(status="active")
        parties.event(pk)
        run(first, pk)
        assert met == [other]
        shown, records = parties.crm(pk), Record.objects.filter(entity_id=pk)
        assert (bool(shown["betnr"]), bool(shown["xaiCollectionId"]), shown["syncStatus"]) == (True, True, "clean")
        assert {record.status for record in records} == {Status.IN_SYNC}
        assert set(Attempt.objects.values_list("outcome", flat=True)) == {Outcome.IN_SYNC}
        written = JournalEntry.objects.filter(system="espocrm", target_id=pk, state="done")
        fields = [name for entry in written for name in entry.changes if name != "modifiedAt"]
        assert len(written) == 2
        assert len(fields) == len(set(fields))

        before = parties.world.mark()  # what both wrote is an event for both
        parties.event(pk, full=True)
        parties.world.drive()
        assert parties.world.writes(before) == []
