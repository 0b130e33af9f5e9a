"""Records: the list (failures are the list of those that need a person) and the page of one record."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.admin.kit.columns import buttons, column, entity_links
from syncapp.admin.kit.filters import ReasonFilter, SinceFilter, StatusFilter, StepFilter, SystemFilter
from syncapp.admin.kit.paging import counted
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.search import found_by
from syncapp.admin.kit.views import DISCARD, RETRY, page
from syncapp.admin.records.record_page import record_context
from syncapp.admin.records.row import ending_button, retryable, state_badge, why_and_choice, why_words
from syncapp.engine.queue import retry
from syncapp.kit.tracing import trace_id_of
from syncapp.models import NEEDS_A_PERSON, Record, Status
from syncapp.templatetags.hub import step_name, when
from syncapp.words.entity_words import kind_in_words

PERSONS = {"open", *NEEDS_A_PERSON}


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin[Record]):
    empty_words = gettext_lazy(
        "Each document, party and bank account is listed here as soon as EspoCRM reports it or a comparison "
        "finds it, at the latest in the night."
    )
    row_page = "record"
    list_display = ("entity", "state", "why", "step_label", "since", "tries")
    list_filter = (StatusFilter, StepFilter, SystemFilter, ReasonFilter, SinceFilter)
    search_fields = ("entity_id",)
    search_help_text = gettext_lazy("Id or address of an entity, id at xAI, or trace")
    actions = ("retry_selected", "discard_selected")

    def list_context(self, request: HttpRequest) -> dict[str, Any]:
        failures = self.shows_failures(request)
        return {
            "list_title": _("Failures") if failures else _("All records"),
            "before_list": "syncapp/admin/parts/records_before.html",
            "failures": failures,
            "retryable": counted(self.listed(request).filter(retryable())) if failures else 0,
        }

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        may_retry = self.shows_failures(request) and self.has_retry_permission(request)
        if may_retry:
            return (*self.list_display, "again")
        return tuple("why_and_choice" if name == "why" else name for name in self.list_display)

    def shows_failures(self, request: HttpRequest) -> bool:
        return request.GET.get("status") in PERSONS

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # All records in the order of the primary key: only few are failures, so only these can be sorted by time.
        return ("-changed_at",) if self.shows_failures(request) else ("-pk",)

    def get_sortable_by(self, request: HttpRequest) -> Any:
        return super().get_sortable_by(request) if self.shows_failures(request) else ()

    def found(self, rows: QuerySet[Record], word: str) -> QuerySet[Record]:
        return found_by(rows, word)

    def listed(self, request: HttpRequest) -> QuerySet[Record]:
        """What the list of this address shows, all pages of it."""
        rows: QuerySet[Record] = self.get_changelist_instance(request).get_queryset(request)
        return rows

    def tab_title(self, row: Record) -> str:
        return f"{kind_in_words(row.entity_type)} {row.entity_id}"

    def row_context(self, request: HttpRequest, row: Record) -> dict[str, Any]:
        return record_context(request, row)

    entity = column(gettext_lazy("entity"), entity_links)
    state = column(gettext_lazy("state"), state_badge)
    why = column(gettext_lazy("what happened, what to do"), why_words)
    why_and_choice = column(gettext_lazy("what happened, what to do"), why_and_choice)
    again = buttons(ending_button)

    step_label = column(gettext_lazy("step"), lambda record: step_name(record.step), "step")
    since = column(gettext_lazy("since"), lambda record: when(record.changed_at), "changed_at")
    tries = column(gettext_lazy("attempts"), lambda record: record.attempts, "attempts")

    # Actions on a selection

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RETRY)

    def has_discard_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DISCARD)

    @admin.action(description=gettext_lazy("Retry"), permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Record]) -> None:
        chosen = queryset.count()
        with recorded(request, "retry_selected", "Record") as row:
            row.count = retry.retry(queryset.exclude(~retryable() & Q(status__in=NEEDS_A_PERSON)), trace_id_of(request))
        messages.success(request, moved_words(row.count))
        if left := chosen - row.count:
            messages.warning(request, left_words(left))

    @admin.action(description=gettext_lazy("Give up …"), permissions=["discard"])
    def discard_selected(self, request: HttpRequest, queryset: QuerySet[Record]) -> HttpResponse:
        rows = queryset.filter(~Q(status__in=[Status.IN_SYNC, Status.SKIPPED, Status.RUNNING]))
        return page(
            request,
            "discard",
            _("Give up records"),
            rows=list(rows[:200]),
            chosen=request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
        )


def moved_words(count: int) -> str:
    return ngettext("%(count)d record is tried again now.", "%(count)d records are tried again now.", count) % {
        "count": count
    }


def left_words(count: int) -> str:
    words = ngettext(
        "%(count)d record stays as it is: a retry can't mend a conflict or refused contents.",
        "%(count)d records stay as they are: a retry can't mend conflicts or refused contents.",
        count,
    )
    return words % {"count": count}


def given_up_words(count: int) -> str:
    return ngettext("%(count)d record was given up.", "%(count)d records were given up.", count) % {"count": count}


def not_given_up_words(count: int) -> str:
    words = ngettext(
        "%(count)d record was not given up: it is running, or it needs nobody any more.",
        "%(count)d records were not given up: they are running, or they need nobody any more.",
        count,
    )
    return words % {"count": count}
