"""Received webhooks: what came, what became of each item, and the quarantine. A body is never shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syncapp.admin.kit.base import ReadOnlyAdmin, StateFilter
from syncapp.admin.kit.columns import buttons, column
from syncapp.admin.kit.filters import WebhookFilter
from syncapp.admin.kit.needs import press
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import REPROCESS, back, button
from syncapp.events import bodies, intake
from syncapp.models import InboxMessage, InboxState
from syncapp.templatetags.hub import webhook_words, when
from syncapp.words.webhook_words import quarantine_in_words

ITEMS = 200


def again_button(message: InboxMessage) -> SafeString:
    """What ends a quarantine; nothing for what was read."""
    if message.state != InboxState.QUARANTINED:
        return SafeString("–")
    return press(reverse("admin:hub_reprocess", args=[message.pk]), _("Process again"))


@admin.register(InboxMessage)
class InboxAdmin(ReadOnlyAdmin[InboxMessage]):
    empty_words = gettext_lazy(
        "What EspoCRM and Google report to the hub is listed here, seconds after somebody changed something "
        "there. If nothing comes, the webhooks have not been set up yet."
    )
    row_page = "message"
    again_needs = REPROCESS
    list_display = ("what", "state_label", "received", "items_total", "items_new", "rejects", "trace", "again")
    list_filter = (StateFilter, WebhookFilter)
    search_fields = ("trace_id",)
    searched_column = "trace_id"
    search_help_text = gettext_lazy("Trace")

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxMessage]:
        rows: QuerySet[InboxMessage] = super().get_queryset(request)
        return rows.defer("body")

    def list_context(self, request: HttpRequest) -> dict[str, Any]:
        quarantined = request.GET.get("state") == InboxState.QUARANTINED
        return {"list_title": _("Quarantine") if quarantined else _("Received webhooks")}

    def row_context(self, request: HttpRequest, row: InboxMessage) -> dict[str, Any]:
        items = row.items.select_related("record").order_by("position")[:ITEMS]
        return {
            "title": webhook_words(row),
            "message": row,
            "items": items,
            "items_left": max(0, row.items.count() - ITEMS),
            "has_body": InboxMessage.objects.filter(pk=row.pk, body__isnull=False).exists(),
            "quarantined": row.state == InboxState.QUARANTINED,
        }

    @admin.display(description=gettext_lazy("webhook"))
    def what(self, message: InboxMessage) -> SafeString:
        return format_html('<a href="{}/change/"><b>{}</b></a>', message.pk, webhook_words(message))

    received = column(gettext_lazy("received"), lambda message: when(message.received_at), "pk")
    rejects = column(gettext_lazy("rejected"), lambda message: len(message.rejected or []))

    @admin.display(description=gettext_lazy("trace"))
    def trace(self, message: InboxMessage) -> SafeString:
        address = reverse("admin:hub_trace", args=[message.trace_id])
        return format_html('<a class="hub-id" href="{}">{}</a>', address, message.trace_id)

    again = buttons(again_button)


@button("reprocess", "webhook/<int:pk>/reprocess/", REPROCESS)
def reprocess(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(InboxMessage, pk=pk)
    with recorded(request, "reprocess", "InboxMessage", pk, message.trace_id) as row:
        if message.state != InboxState.QUARANTINED:
            messages.info(request, _("This webhook isn't in quarantine any more."))
        elif message.body is None:
            messages.error(request, _("The body of this webhook was tidied away already; the scan finds the change."))
        else:
            try:
                row.count = intake.reprocess(message)
            except bodies.Unreadable as exc:
                row.detail = str(exc)[:300]
                messages.error(request, _("It still can't be read: %(why)s") % {"why": quarantine_in_words(str(exc))})
            else:
                done = ngettext("%(count)d item was accepted.", "%(count)d items were accepted.", row.count)
                messages.success(request, done % {"count": row.count})
    return back(request, "admin:syncapp_inboxmessage_change", pk)
