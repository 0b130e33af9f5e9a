"""Collections that a hub before this one has made for the parents of documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.planning import Plan
from syncapp.engine.runs.run import Run
from syncapp.flows.collections.flow import COLLECTION_SYNC
from syncapp.flows.collections.mapping import prefix
from syncapp.flows.collections.plan import LookAtDocuments
from syncapp.flows.collections.sync import CollectionSync
from syncapp.flows.taking_over import Cause, Finding, Item, Sides, Verdict, as_is, named, parents_in


class CollectionsTakenOver:
    def __init__(self, sides: Sides) -> None:
        self._crm, self._xai = sides.crm, sides.xai
        self._parents = parents_in(self._crm)
        self._named = named(self._parents)

    def items(self) -> Iterator[Item]:
        for parent in self._parents:
            twice = self._named[parent.collection_id] > 1
            dead = bool(parent.collection_id) and parent.collection_id not in self._xai.collections_listed
            causes = (*([Cause.NAMED_TWICE] if twice else []), *([Cause.DEAD_COLLECTION] if dead else []))
            target = Target(COLLECTION_SYNC, parent.entity_type, parent.id)
            known = parent.collection_id
            yield Item(target, self._make, _but_for_documents, causes=causes, unplaced=twice, remote_id=known)

    def strays(self) -> Iterator[Finding]:
        ours = {prefix(parent.entity_type, parent.id) for parent in self._parents}  # found by its name
        for collection in self._xai.collections_listed.values():
            if collection.id not in self._named and collection.name.partition(" ")[0] not in ours:
                yield Finding(COLLECTION_SYNC, "", "", Verdict.UNPLACED, (Cause.NOT_NAMED,), collection.id)

    def _make(self, run: Run) -> CollectionSync:
        return CollectionSync(run, self._crm, self._xai)


def _but_for_documents(plan: Plan) -> Plan | None:
    """They are looked at themselves."""
    quiet = as_is(plan)
    return quiet and replace(quiet, actions=tuple(a for a in quiet.actions if not isinstance(a, LookAtDocuments)))
