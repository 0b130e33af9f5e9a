"""Drop-down filters of the lists. Each compares a column that has an index, or few rows."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from syncapp.admin.kit.base import Choice
from syncapp.admin.kit.numbers import NOT_IN_SYNC, with_task
from syncapp.admin.kit.search import entity_types
from syncapp.events import registry
from syncapp.flows.limits import Resource
from syncapp.models import NEEDS_A_PERSON, Status, SystemName
from syncapp.templatetags.hub import TASK_OPEN, step_name
from syncapp.words.entity_words import kind_in_words
from syncapp.words.journal_words import writes
from syncapp.words.reason_words import reasons
from syncapp.words.webhook_words import ANYTHING

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Lookups = list[tuple[Any, Any]]


class StatusFilter(Choice):
    title = _("state")
    parameter_name = "status"
    options = (("open", _("failed or in conflict")), *Status.choices, (TASK_OPEN, _("waits for a task")))
    wheres: ClassVar = {
        "open": Q(status__in=NEEDS_A_PERSON),
        Status.SKIPPED: Q(status=Status.SKIPPED) & ~with_task(),
        TASK_OPEN: with_task(),
    }


class StepFilter(Choice):
    title = _("step")
    parameter_name = "step"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(spec.name, step_name(spec.name)) for spec in registry.runnable()]


class SystemFilter(Choice):
    title = _("system")
    parameter_name = "system"
    options = (*SystemName.choices, ("none", _("none")))
    wheres: ClassVar = {"none": Q(system="")}


class ReasonFilter(Choice):
    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(code, Truncator(words).chars(70)) for code, words in reasons().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().queryset(request, queryset)
        return found.filter(NOT_IN_SYNC) if self.value() else found  # what is in sync has no reason


class SinceFilter(Choice):
    """Only those whose state began within the last hours, or since a day: "everything that failed since Monday"."""

    title = _("since")
    parameter_name = "since"
    column = "changed_at"
    options = (
        ("1", _("the last hour")),
        ("4", _("the last 4 hours")),
        ("24", _("the last 24 hours")),
        ("168", _("the last 7 days")),
        ("720", _("the last 30 days")),
    )

    day = True  # the list offers a field for a day of one's own beside the choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        moment = moment_of(self.value() or "")
        return queryset.filter(**{f"{self.column}__gte": moment}) if moment else queryset

    @property
    def own_day(self) -> str:
        return (self.value() or "") if DAY.fullmatch(self.value() or "") else ""


def moment_of(text: str) -> datetime | None:
    """ "24" (hours ago) or "2026-11-20" (the beginning of that day, where the reader is); None: neither."""
    if text.isdecimal() and text.isascii() and len(text) <= 4:
        return timezone.now() - timedelta(hours=int(text))
    try:
        return timezone.make_aware(datetime.fromisoformat(text)).astimezone(UTC) if DAY.fullmatch(text) else None
    except (ValueError, OverflowError):  # no such day, or none that the database's calendar has
        return None


class WebhookFilter(Choice):
    title = _("webhook")
    parameter_name = "path"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        kinds = [(word, kind_in_words(kind)) for word, kind in settings.CONFIG.WEBHOOK_ENTITIES.items()]
        return [*kinds, (ANYTHING, gettext("links"))]


class TaskKindFilter(Choice):
    title = _("what")
    parameter_name = "kind"


class AnySystemFilter(Choice):
    title = _("system")
    parameter_name = "system"


class EntityTypeFilter(Choice):
    title = _("entity type")
    parameter_name = "type"
    column = "record__entity_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        words = {name: kind_in_words(name) for name in entity_types()}
        twice = {kind for kind, count in Counter(words.values()).items() if count > 1}
        there = {name for name, kind in words.items() if kind in twice and name in set(Resource)}
        own = {name: gettext("%(kind)s that only Advoware has") % {"kind": words[name]} for name in there}
        return list((words | own).items())


class WriteFilter(Choice):
    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return sorted(writes().items(), key=lambda pair: pair[1])
