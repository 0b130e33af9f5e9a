"""What needs a person, of whatever kind: a register that every room of the admin writes its kinds into.

A kind says which rows of its table are open, since when, how they are told, and which existing button ends them. It
does nothing of its own: the list, the banner, the filters and the notes of staff work on the register alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from syncapp.admin.kit.paging import counted
from syncapp.models import Handling, NeedKind

COUNT_UP_TO = 1000  # of a kind, for banner and badges
Rows = QuerySet[Any]
Key = tuple[str, str]  # entity type, id; or a word of ours and an id, as the cards of the search have it


@dataclass(frozen=True, slots=True)
class Need:
    """One row as it is shown. `ends`: the button or the link that ends it."""

    pk: int
    what: SafeString
    why: SafeString | str
    since: datetime
    ends: SafeString
    state: SafeString
    kind: str = ""
    handling: Handling | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.pk}"


@dataclass(frozen=True, slots=True)
class Kind:
    """`rows`: the open ones, with a column `since_column`. `told`: one of them in words, for somebody with these
    rights. `found`: those that an id means; `about`: those of what a search found. `retryable`: those of its rows that
    a retry can mend, which `retry` tries, and says how many; of the others `no_retry` says what ends them instead.
    `give_up`: what else is done to rows when they are given up.
    """

    name: NeedKind
    title: str | Promise
    permission: str
    rows: Callable[[], Rows]
    since_column: str
    told: Callable[[Any, Callable[[str], bool]], Need]
    found: Callable[[Rows, str], Rows]
    no_retry: str | Promise
    retry_permission: str = "syncapp.retry_record"
    retryable: Callable[[Rows], Rows] = lambda rows: rows.none()
    retry: Callable[[Rows, HttpRequest], int] = lambda _rows, _request: 0
    give_up_permission: str = "syncapp.discard_record"
    give_up: Callable[[Rows, str, User], object] | None = None
    about: Callable[[Rows, Collection[Key]], Rows] = lambda rows, _keys: rows.none()
    renewed_column: str = ""  # when something new happened to it; without one: `since_column`

    def open(self, now: datetime | None = None) -> Rows:
        """Those that need a person today: put off and given up ones are left out."""
        return self.rows().exclude(self.resting(now)).exclude(self.given_up())

    def resting(self, now: datetime | None = None) -> Exists:
        return Exists(self._notes().filter(snoozed_until__gt=timezone.localdate(now)))

    def given_up(self) -> Exists:
        renewed = OuterRef(self.renewed_column or self.since_column)
        return Exists(self._notes().filter(given_up_at__gte=renewed))

    def of(self, user_id: int | None) -> Q:
        """Those that somebody (None: nobody) has been given."""
        if user_id is None:
            return ~Q(Exists(self._notes().filter(assignee__isnull=False)))
        return Q(Exists(self._notes().filter(assignee=user_id)))

    def _notes(self) -> QuerySet[Handling]:
        return Handling.objects.filter(kind=self.name, row=OuterRef("pk"))

    def oldest_first(self, rows: Rows) -> Rows:
        return rows.order_by(self.since_column, "pk")

    def needs(self, rows: Iterable[Any], may: Callable[[str], bool]) -> list[Need]:
        found = list(rows)
        notes = Handling.objects.filter(kind=self.name, row__in=[row.pk for row in found])
        noted = {note.row: note for note in notes.select_related("assignee", "changed_by")}
        return [replace(self.told(row, may), kind=self.name.value, handling=noted.get(row.pk)) for row in found]


def of_entities(keys: Collection[Key], before: str = "") -> Q:
    """Those whose entity, or that of what they belong to (`before`), is one of these."""
    condition = Q(pk__in=())  # with `pk=None` the database would read every row
    for entity_type, entity_id in keys:
        condition |= Q(**{f"{before}entity_type": entity_type, f"{before}entity_id": entity_id})
    return condition


FORM = "needs-form"  # of the list: the buttons of its rows belong to it, and so does its token


def link(address: str, words: str | Promise) -> SafeString:
    return format_html('<a class="hub-button hub-plain" data-ends href="{}">{}</a>', address, words)


def press(address: str, words: str | Promise) -> SafeString:
    """A button of a row that posts; what else the form holds is no concern of the buttons of other pages."""
    button = '<button class="hub-button hub-plain" data-ends form="{}" formaction="{}">{}</button>'
    return format_html(button, FORM, address, words)


_kinds: dict[NeedKind, Kind] = {}


def declare(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kinds(user: Any = None) -> list[Kind]:
    """The most pressing first; of a user those that they may see."""
    found = [_kinds[name] for name in NeedKind if name in _kinds]
    return [kind for kind in found if user is None or user.has_perm(kind.permission)]


def totals(request: HttpRequest) -> dict[NeedKind, int]:
    """How many of each kind need a person today, counted once for a page and never to the end."""
    known: dict[NeedKind, int] | None = getattr(request, "_hub_needs", None)
    if known is None:
        known = {kind.name: counted(kind.open(), COUNT_UP_TO) for kind in kinds(request.user)}
        request._hub_needs = known  # type: ignore[attr-defined]
    return known
