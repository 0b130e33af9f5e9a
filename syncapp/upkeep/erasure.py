"""What of a person's data can go goes at once (GDPR article 17); what must stay is named, with the reason.

Values go, ids stay: that the hub wrote something, when, and on whose word is what the firm answers for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from syncapp.models import (
    Attempt,
    CalendarTombstone,
    Conflict,
    InboxItem,
    InboxMessage,
    InboxState,
    JournalEntry,
    Orphan,
    ProxyCall,
    Reason,
    Reference,
    StaffAction,
    Status,
    Task,
    TaskState,
    Undo,
)
from syncapp.upkeep import gone
from syncapp.upkeep.leftovers import Leftover, chunks
from syncapp.upkeep.persons import Person, appointments, held

QUARANTINED = InboxState.QUARANTINED
# That something was done: ids, times, outcomes.
WITHOUT_VALUES: tuple[type[Model], ...] = (Attempt, Undo, Orphan, InboxItem, StaffAction, ProxyCall)


class Because(models.TextChoices):
    """Why something stays."""

    LIVES = (
        "lives",
        _("The CRM or Advoware still has it, and this tells who changed what. Delete it there first."),
    )
    NEEDED = "needed", _("A person or a run must still do something with it.")
    APPOINTMENT = "appointment", _("The appointment still stands in Advoware or Google. Delete it there first.")
    ACCOUNT = "account", _("Ids and times without values, by which the firm can tell what was done.")


@dataclass(frozen=True, slots=True)
class Kept:
    model: type[Model]
    rows: int
    why: Because

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name_plural)


@dataclass(slots=True)
class Erased:
    """`counts`: rows that went or were emptied, by kind (a dry run: would be)."""

    counts: dict[str, int] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()


def erase(person: Person, words: str = "", *, dry_run: bool = False) -> Erased:
    """Repeatable; stopped in between, the next time does the rest. `words`: deleted appointments with all of them in
    it go too."""
    leftovers = list(_leftovers(person, words))
    erased = Erased()
    for leftover in leftovers:
        went = leftover.rows.count() if dry_run else sum(chunks(leftover))
        erased.counts[leftover.name] = erased.counts.get(leftover.name, 0) + went
    goes = [leftover.rows for leftover in leftovers if leftover.rows.model is JournalEntry]
    erased.kept = tuple(_kept(person, words, goes))
    return erased


def _leftovers(person: Person, words: str) -> Iterator[Leftover]:
    dead = gone.gone().filter(pk__in=person.records)
    yield from gone.leftovers(dead)
    alive = person.records.exclude(pk__in=dead)
    # What lies before the last agreement is in it; later writes tell a person's edits from our own.
    agreed = JournalEntry.objects.filter(record__in=alive, record__status=Status.IN_SYNC)
    yield from gone.past(alive, agreed.filter(finished_at__lte=F("record__settled_at")))
    yield Leftover.emptied(
        gettext_noop("bodies of received webhooks"), _bodies(person).exclude(state=QUARANTINED), body=None
    )
    if (deleted := appointments(words).get(CalendarTombstone)) is not None:
        yield gone.appointments(deleted)


def _bodies(person: Person) -> QuerySet[InboxMessage]:
    items = held(person)[InboxItem].values("message")
    return InboxMessage.objects.filter(pk__in=items, body__isnull=False)


def _kept(person: Person, words: str, goes: Sequence[QuerySet[Any]]) -> Iterator[Kept]:
    """`goes`: entries of the journal that go, or have gone."""
    rows, ours = held(person), person.records
    written = rows[JournalEntry].exclude(changes={})
    for going in goes:
        written = written.exclude(pk__in=going)
    alive = ours.exclude(status=Status.SKIPPED, reason=Reason.ENTITY_GONE)
    stays: list[tuple[Because, QuerySet[Any]]] = [
        (Because.LIVES, alive.exclude(agreed={})),
        (Because.LIVES, rows[Reference]),
        (Because.NEEDED, written),
        (Because.NEEDED, rows[Task].filter(state=TaskState.OPEN)),
        (Because.NEEDED, rows[Conflict].filter(closed_at=None)),
        (Because.NEEDED, _bodies(person).filter(state=QUARANTINED)),
        *((Because.ACCOUNT, rows[model]) for model in WITHOUT_VALUES),
    ]
    stays += [
        (Because.APPOINTMENT, found) for model, found in appointments(words).items() if model != CalendarTombstone
    ]
    return (Kept(kept.model, count, why) for why, kept in stays if (count := kept.count()))
