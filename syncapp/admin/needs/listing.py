"""What the list shows: filters of an address, and one page out of all kinds, the most pressing and oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.addresses import plain, said
from syncapp.admin.kit.export import AT_ONCE
from syncapp.admin.kit.filter_words import GIVEN_UP, MINE, NOBODYS, OPEN, RESTING
from syncapp.admin.kit.filters import moment_of
from syncapp.admin.kit.needs import Key, Kind, Need, Rows, kinds
from syncapp.admin.kit.paging import counted
from syncapp.admin.records.neighbours import with_what_they_hold
from syncapp.models import Handling, NeedKind

PER_PAGE = 50
MOST_FOUND, LONGEST_KEY = 20, 80  # in an address
COUNT_UP_TO = 10_000  # of a kind; who needs more than this needs a filter


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters: a kind, a person, a search, since when, and whether what rests or was given up is meant."""

    kind: str = ""
    person: str = ""
    word: str = ""
    since: datetime | None = None
    state: str = OPEN
    about: tuple[Key, ...] = ()

    @classmethod
    def of(cls, query: QueryDict) -> Wanted:
        person = query.get("person", "")
        return cls(
            query.get("kind", ""),
            person if person in (MINE, NOBODYS) or (person.isdecimal() and len(person) < 19) else "",
            plain(query.get("q", "")).strip()[:200],
            moment_of(said(query, "since")),
            query.get("state", OPEN),
            keys_of(query.get("of", "")),
        )

    def rows(self, kind: Kind, user: Any) -> Rows:
        if self.state == RESTING:
            found = kind.rows().filter(kind.resting())
        elif self.state == GIVEN_UP:
            found = kind.rows().filter(kind.given_up())
        else:
            found = kind.open()
        if self.person:
            who = {MINE: user.pk, NOBODYS: None}.get(self.person, self.person)
            found = found.filter(kind.of(int(who) if who else None))
        if self.since:
            found = found.filter(**{f"{kind.since_column}__gte": self.since})
        if self.about:
            found = kind.about(found, with_what_they_hold(self.about))
        return kind.found(found, self.word) if self.word else found

    def kinds(self, user: Any) -> list[Kind]:
        return [kind for kind in kinds(user) if self.kind in ("", kind.name.value)]


def keys_of(text: str) -> tuple[Key, ...]:
    """What a search found, as an address bears it: ids, never the words that were searched for."""
    parts = (part.partition("/") for part in text.replace("\0", "")[: MOST_FOUND * LONGEST_KEY].split(","))
    return tuple((kind, ident) for kind, slash, ident in parts if slash and ident)[:MOST_FOUND]


def address_of(keys: Iterable[Key]) -> str:
    usable = (f"{kind}/{ident}" for kind, ident in keys if "," not in ident and len(ident) < LONGEST_KEY)
    return ",".join(list(usable)[:MOST_FOUND])


@dataclass(frozen=True, slots=True)
class Listed:
    """One page. `counts`: of each kind, as far as they were counted."""

    needs: list[Need]
    counts: list[tuple[Kind, int]]
    total: int
    capped: bool
    page: int
    pages: int


def listed(wanted: Wanted, user: Any, number: int) -> Listed:
    counts = [(kind, counted(wanted.rows(kind, user), COUNT_UP_TO)) for kind in wanted.kinds(user)]
    total = sum(count for _kind, count in counts)
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(number, 1), pages)
    start, end = (number - 1) * PER_PAGE, number * PER_PAGE
    found: list[Need] = []
    for kind, count in counts:
        if start < count and end > 0:
            rows = kind.oldest_first(wanted.rows(kind, user))
            found += kind.needs(rows[max(start, 0) : min(end, count)], user.has_perm)
        start, end = start - count, end - count
    return Listed(found, counts, total, any(count >= COUNT_UP_TO for _kind, count in counts), number, pages)


HEADS = (
    gettext_lazy("kind"),
    gettext_lazy("what"),
    gettext_lazy("what happened, what to do"),
    gettext_lazy("since"),
    gettext_lazy("assigned to"),
    gettext_lazy("put off until"),
    gettext_lazy("given up because"),
    gettext_lazy("note"),
)


def rows(wanted: Wanted, user: Any) -> Iterator[tuple[object, ...]]:
    """All that the filters leave, for a file."""
    for kind in wanted.kinds(user):
        pks = list(kind.oldest_first(wanted.rows(kind, user)).values_list("pk", flat=True))
        for start in range(0, len(pks), AT_ONCE):
            some = kind.oldest_first(kind.rows().filter(pk__in=pks[start : start + AT_ONCE]))
            yield from (_row(need) for need in kind.needs(some, user.has_perm))


def _row(need: Need) -> tuple[object, ...]:
    told = (NeedKind(need.kind).label, need.what, need.why, need.since)
    noted = need.handling or Handling()
    return (*told, noted.assignee or "", noted.snoozed_until or "", noted.given_up, noted.note)


def colleagues() -> list[tuple[int, str]]:
    """Whom something can be given: those who may log in here."""
    people = User.objects.filter(is_active=True, is_staff=True).order_by("username")
    return [(person.pk, person.get_full_name() or person.username) for person in people]
