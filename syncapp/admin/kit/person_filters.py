"""Drop-down filters of the lists of tasks and of the journal."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from syncapp.admin.kit.base import Choice
from syncapp.admin.kit.filters import Lookups
from syncapp.admin.kit.search import searched_types
from syncapp.models import JournalState, SystemName, TaskKind, TaskState
from syncapp.words.journal_words import WRITES


class TaskStateFilter(Choice):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return list(TaskState.choices)


class TaskKindFilter(Choice):
    title = _("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return list(TaskKind.choices)


class AnySystemFilter(Choice):
    title = _("system")
    parameter_name = "system"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return list(SystemName.choices)


class EntityTypeFilter(Choice):
    title = _("entity type")
    parameter_name = "type"
    column = "record__entity_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(name, name) for name in searched_types()]


class WriteFilter(Choice):
    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return sorted(WRITES.items(), key=lambda pair: str(pair[1]))


class WriteStateFilter(Choice):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return list(JournalState.choices)
