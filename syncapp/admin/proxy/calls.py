"""Other programs: who may come in, and what was asked. Keys themselves are never shown again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.admin.kit.columns import badge, column, trace_link
from syncapp.admin.proxy.filters import CalledSinceFilter, CallerFilter, MethodFilter, OutcomeFilter, ValidFilter
from syncapp.models import ProxyCall, ProxyKey, ProxyRefusal
from syncapp.proxy.paths import BASE
from syncapp.templatetags.hub import exactly, when

RECENT = 20  # calls on the page of a key


@admin.register(ProxyKey)
class ProxyKeyAdmin(ReadOnlyAdmin[ProxyKey]):
    empty_words = gettext_lazy(
        "No other program may do anything yet. Whoever cares for the hub makes a key for each of them."
    )
    list_title = gettext_lazy("Keys of other programs")
    row_page = "proxy_key"
    list_display = ("named", "state_label", "rights", "in_hub", "paths", "per_minute", "used", "made")
    list_filter = (ValidFilter,)

    def list_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"before_list": "syncapp/admin/proxy_keys_before.html"}

    def row_context(self, request: HttpRequest, row: ProxyKey) -> dict[str, Any]:
        recent = ProxyCall.objects.filter(key=row).order_by("-id")[:RECENT]
        return {
            "key": row,
            "right": proxy_right(row),
            "calls": [(call, call.path.removeprefix(BASE), *outcome(call), duration_words(call)) for call in recent],
        }

    named = column(
        gettext_lazy("caller"),
        lambda key: format_html(
            '<a href="{}/change/"><b>{}</b> <span class="hub-id">{}…</span></a>', key.pk, key.name, key.start
        ),
    )
    state_label = column(
        gettext_lazy("state"),
        lambda key: badge("quiet", _("revoked")) if key.revoked_at else badge("good", _("valid")),
    )
    rights = column(gettext_lazy("in Advoware"), lambda key: proxy_right(key))
    in_hub = column(gettext_lazy("in the hub"), lambda key: key.get_hub_display())
    paths = column(gettext_lazy("paths"), lambda key: (", ".join(key.prefixes) or _("all")) if key.uses_proxy else "–")
    used = column(
        gettext_lazy("last used"),
        lambda key: when(key.last_used_at) if key.last_used_at else _("never"),
        "last_used_at",
    )
    made = column(gettext_lazy("made"), lambda key: when(key.created_at), "created_at")


@admin.register(ProxyCall)
class ProxyCallAdmin(ReadOnlyAdmin[ProxyCall]):
    empty_words = gettext_lazy(
        "What other programs ask of Advoware through the hub is listed here. Each needs a key for it."
    )
    list_title = gettext_lazy("Calls of other programs")
    list_display = ("moment", "caller", "what", "outcome_label", "duration", "size_label", "came_from", "trace")
    list_filter = (OutcomeFilter, CallerFilter, MethodFilter, CalledSinceFilter)
    list_select_related = ("key",)

    moment = column(gettext_lazy("when"), lambda call: exactly(call.at), "pk")
    caller = column(gettext_lazy("caller"), lambda call: call.key or _("stranger"))

    @admin.display(description=gettext_lazy("what"))
    def what(self, call: ProxyCall) -> SafeString:
        path = call.path.removeprefix(BASE) or "–"
        return format_html('<b>{}</b> <span class="hub-id">{}</span>', call.method, path)

    @admin.display(description=gettext_lazy("answered with"))
    def outcome_label(self, call: ProxyCall) -> SafeString:
        tone, words = outcome(call)
        return format_html("{} {}", badge(tone, call.status or "…"), words)

    duration = column(gettext_lazy("took"), lambda call: duration_words(call))
    size_label = column(gettext_lazy("size"), lambda call: filesizeformat(call.size) if call.status else "–")
    came_from = column(
        gettext_lazy("from"),
        lambda call: format_html('<span class="hub-id hub-nowrap">{}</span>', call.address or "–"),
    )
    trace = column(gettext_lazy("trace"), lambda call: trace_link(call.trace_id))


def proxy_right(key: ProxyKey) -> str:
    if not key.uses_proxy:
        return _("nothing")
    return _("read and write") if key.may_write else _("read")


def outcome(call: ProxyCall) -> tuple[str, str]:
    """The colour of a call and, where it has no whole answer of Advoware's, why."""
    if not call.status:
        return "busy", _("not finished")
    if call.refusal:
        known = call.refusal in ProxyRefusal.values
        words = str(ProxyRefusal(call.refusal).label) if known else call.refusal
        return ("bad" if call.status >= 500 or call.refusal == ProxyRefusal.ANSWER_LOST else "warn"), words
    return ("good" if call.status < 400 else "bad" if call.status >= 500 else "warn"), ""


def duration_words(call: ProxyCall) -> str:
    if not call.status:
        return "–"
    if call.milliseconds < 1000:
        return f"{call.milliseconds}\N{NO-BREAK SPACE}ms"
    return f"{localize(round(call.milliseconds / 1000, 1))}\N{NO-BREAK SPACE}s"
