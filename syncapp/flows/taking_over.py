"""How flows take over what a hub before this one has left: what each declares, and what is found about each entity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from django.conf import settings

from syncapp.clients.espocrm import EspoParent
from syncapp.clients.google import GoogleClient
from syncapp.engine.outside import connections
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.planning import Plan, Settled, Skipped
from syncapp.engine.runs.taking_over import Makes, ReadsOnly
from syncapp.flows.listed import ListedAdvoware, ListedCrm, ListedXai
from syncapp.flows.parents import collection_types
from syncapp.models import Cause, Verdict

__all__ = ["Cause", "Finding", "Item", "Sides", "TakesOver", "Verdict", "as_is", "named", "parents_in"]


@dataclass(frozen=True, slots=True)
class Finding:
    """About one entity, or about something at another system that none names (then without `entity_id`).

    `what`: what would be done, as the kinds of actions, tasks and reasons that `words.adoption_words` knows.
    """

    step: str
    entity_type: str
    entity_id: str
    verdict: Verdict
    what: tuple[str, ...] = ()
    remote_id: str = ""


def as_is(plan: Plan) -> Plan | None:
    """The plan of what stands in agreement already: nothing of it touches another system, and it comes to an end."""
    quiet = not plan.held_back and not any(action.outside for action in plan.actions)
    ended = isinstance(plan.ending, Settled | Skipped)
    return plan if quiet and ended and not plan.tasks and not plan.conflicts else None


def parents_in(crm: ListedCrm) -> list[EspoParent]:
    kinds = sorted(collection_types(crm, settings.CONFIG.COLLECTION_ENTITIES, settings.CONFIG.LINK_ENTITIES))
    return [parent for kind in kinds for parent in crm.parents_listed(kind).values()]


def named(parents: Iterable[EspoParent]) -> Counter[str]:
    """Collections, by how many parents name them."""
    return Counter(parent.collection_id for parent in parents if parent.collection_id)


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Item:
    """One entity. `make`: its run. `keeps`: what of its plan is carried out when it is taken over. `noted`: what is
    proved, to be remembered whatever else is to be done. `causes`: see `Cause`. `tells`: what is found, where one run
    is about many things."""

    target: Target
    make: Makes
    keeps: Callable[[Plan], Plan | None] = as_is
    noted: Callable[[], None] = _nothing
    causes: tuple[Cause, ...] = ()
    unplaced: bool = False
    tells: Callable[[Any, Plan], Iterable[Finding]] | None = None
    remote_id: str = ""


class TakesOver(Protocol):
    """What the class that a flow declares (`events.spec.Adoption`) brings."""

    def __init__(self, sides: Sides) -> None: ...

    def items(self) -> Iterator[Item]: ...

    def strays(self) -> Iterator[Finding]:
        """What nobody names; asked for after the items."""


@dataclass
class Sides:
    """The four systems, as lists that are read once. `trusts_md5`: this CRM hashes files itself."""

    trusts_md5: bool = False
    watch: ReadsOnly = field(default_factory=ReadsOnly)

    @cached_property
    def crm(self) -> ListedCrm:
        return connections.espocrm_by(ListedCrm, self.watch)

    @cached_property
    def xai(self) -> ListedXai:
        return connections.xai_by(ListedXai, self.watch)

    @cached_property
    def advoware(self) -> ListedAdvoware:
        return connections.advoware_by(ListedAdvoware, self.watch)

    @cached_property
    def google(self) -> GoogleClient:
        return connections.google(self.watch)
