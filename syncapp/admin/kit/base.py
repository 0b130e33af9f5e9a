"""Lists in the admin: read-only, cheap at a million rows, with filters that are always in sight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import messages
from django.contrib.admin import ShowFacets, SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from syncapp.admin.kit import export
from syncapp.admin.kit.addresses import offered
from syncapp.admin.kit.columns import badge, column
from syncapp.admin.kit.needs import FORM
from syncapp.admin.kit.paging import CappedPaginator, List
from syncapp.admin.kit.views import page
from syncapp.templatetags.hub import tone

M = TypeVar("M", bound=Model)


class ReadOnlyAdmin(ModelAdmin, Generic[M]):
    """Nothing is added, changed or deleted here; what staff may do are buttons, each with its own permission."""

    model: type[M]
    list_title: ClassVar[str | Promise]
    empty_words: ClassVar[str | Promise] = ""  # as long as there is nothing: what will be listed, and when
    again_needs: ClassVar[str] = ""  # the right without which the column of buttons, `again`, is not there
    row_page: ClassVar[str] = ""  # template of the page of one row; empty: rows have none

    change_list_template = "syncapp/admin/list.html"
    paginator = CappedPaginator
    list_display_links = None  # the columns bring their own links
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_filter: ClassVar[Any] = ()  # of `Choice`s
    list_filter_sheet = False
    list_disable_select_all = True
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    actions: Any = None
    search_help_text: ClassVar[Any] = ""
    searched_column: ClassVar[str] = ""  # compared with the whole term; an index serves it

    state_label = column(gettext_lazy("state"), lambda row: badge(tone(row.state), row.get_state_display()))

    def _never(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_add_permission = has_change_permission = has_delete_permission = _never

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if export.wanted(request):
            if not self.has_view_permission(request):
                raise PermissionDenied
            return export.export(request, self)
        title = getattr(self, "list_title", capfirst(self.opts.verbose_name_plural))
        given = {"list_title": title, "empty_words": self.empty_words, **self.list_context(request)}
        context = {"here": request.get_full_path(), "row_form": FORM, **given}
        return super().changelist_view(request, context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return List

    def get_list_display(self, request: HttpRequest) -> Any:
        may = not self.again_needs or request.user.has_perm(self.again_needs)
        return [name for name in self.list_display if may or name != "again"]

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """The columns that have an order (`column`); no others, for an order without an index sorts a million rows."""
        shown = self.get_list_display(request)
        return [name for name in shown if getattr(getattr(self, str(name), None), "admin_order_field", None)]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        request.GET = offered(request.GET, (each.parameter_name for each in self.list_filter))  # type: ignore[assignment]
        return super().get_changelist_instance(request)

    def list_context(self, request: HttpRequest) -> dict[str, Any]:
        """What stands around the table: `lead` above it, `nothing` and `nothing_words` in its place, `before_list`."""
        return {}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of one row; who comes for a row that is gone is sent to the list with a word about it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id) if self.row_page else None
        if row is None:
            messages.warning(request, _("This doesn't exist any more; it may have been tidied away."))
            return HttpResponseRedirect(resolve_url(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        context = self.row_context(request, row)
        heading = context.pop("title", None) or str(row)
        return page(request, self.row_page, self.tab_title(row), heading=heading, **context)

    def tab_title(self, row: M) -> str:
        """What the browser keeps in its history: kind and id, never a name."""
        return f"{capfirst(self.opts.verbose_name)} {row.pk}"

    def row_context(self, request: HttpRequest, row: M) -> dict[str, Any]:
        return {}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        word = search_term.strip()
        return self.found(queryset, word) if word else queryset, False

    def found(self, rows: QuerySet[M], word: str) -> QuerySet[M]:
        """What a search finds; `word` is never empty."""
        return rows.filter(**{self.searched_column: word}) if self.searched_column else rows

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Django's own log knows nothing of what staff do here; the page of staff actions does.
        return HttpResponseRedirect(resolve_url("admin:syncapp_staffaction_changelist"))


class Choice(SimpleListFilter):
    """A filter shown as a drop-down list above the table; without `options` it offers those of the model's column.

    `column` (else the parameter; None: there is none) is compared with the value chosen, unless `wheres` says what the
    value stands for.
    """

    column: ClassVar[str | None] = ""
    options: ClassVar[Iterable[tuple[Any, Any]]] = ()
    wheres: ClassVar[Mapping[str, Q]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[Any, Any]]:
        return self.options or model_admin.opts.get_field(self.parameter_name).choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (chosen := self.value()):
            return queryset
        if chosen in self.wheres:
            return queryset.filter(self.wheres[chosen])
        return queryset if self.column is None else queryset.filter(**{self.column or str(self.parameter_name): chosen})

    def has_output(self) -> bool:
        return True


class StateFilter(Choice):
    title = gettext_lazy("state")
    parameter_name = "state"
