"""Failures, webhooks in quarantine and orphans, as they stand in the list of what needs a person."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.columns import badge, entity_links
from syncapp.admin.kit.needs import Kind, Need, Rows, declare, link, of_entities, press
from syncapp.admin.kit.search import found_by, last_part
from syncapp.admin.kit.views import DELETE_ORPHAN, REPROCESS, RETRY, ids
from syncapp.admin.records.row import again_button, ending_button, retryable, state_badge, why_words
from syncapp.engine.queue import retry
from syncapp.flows.comparing import orphans
from syncapp.kit.tracing import trace_id_of
from syncapp.models import InboxMessage, InboxState, NeedKind, Orphan, OrphanState, Record, Status
from syncapp.templatetags.hub import entity, step_name, webhook_words

May = Callable[[str], bool]
ORPHAN = "orphan"  # as the card of one is called


def _failure(record: Record, may: May) -> Need:
    what = format_html('{}<div class="hub-dim">{}</div>', entity_links(record), step_name(record.step))
    page = reverse("admin:syncapp_record_change", args=[record.pk])
    ends = ending_button(record) if may(RETRY) or not again_button(record) else link(page, _("Show"))
    return Need(record.pk, what, why_words(record), record.changed_at, ends, state_badge(record))


def _retry(rows: Rows, request: HttpRequest) -> int:
    return retry.retry(rows, trace_id_of(request))


def _give_up(rows: Rows, note: str, user: User) -> None:
    retry.discard(rows, f"{note} ({user})")


declare(
    Kind(
        NeedKind.FAILURE,
        gettext_lazy("failures"),
        "syncapp.view_record",
        lambda: Record.objects.filter(status=Status.FAILED),
        "changed_at",
        _failure,
        found_by,
        gettext_lazy("Only other data end these; they are mended in the CRM and then run by themselves."),
        retryable=lambda rows: rows.filter(retryable()),
        retry=_retry,
        give_up=_give_up,
        about=lambda rows, keys: rows.filter(of_entities(keys)),
    )
)


def _quarantined(message: InboxMessage, may: May) -> Need:
    page = reverse("admin:syncapp_inboxmessage_change", args=[message.pk])
    what = format_html('<a class="hub-entity" href="{}"><b>{}</b></a>', page, webhook_words(message))
    again = reverse("admin:hub_reprocess", args=[message.pk])
    return Need(
        message.pk,
        what,
        _("It came from a sender we know, but could not be read. Nothing was done with it; it is kept here."),
        message.received_at,
        press(again, _("Process again")) if may(REPROCESS) else link(page, _("Show")),
        badge("warn", NeedKind.QUARANTINE.label),
    )


declare(
    Kind(
        NeedKind.QUARANTINE,
        gettext_lazy("webhooks in quarantine"),
        "syncapp.view_inboxmessage",
        lambda: InboxMessage.objects.filter(state=InboxState.QUARANTINED).defer("body"),
        "received_at",
        _quarantined,
        lambda rows, word: rows.filter(trace_id=word),
        gettext_lazy("Webhooks in quarantine are processed again one by one."),
    )
)


def _orphan(orphan: Orphan, may: May) -> Need:
    page = reverse("admin:syncapp_orphan_change", args=[orphan.pk])
    what = format_html(
        '<a class="hub-entity" href="{}"><b>{}</b> <span class="hub-id">{}</span></a><div class="hub-dim">{} {}</div>',
        page,
        orphan.get_kind_display(),
        orphan.remote_id,
        orphan.get_system_display(),
        entity(orphan.entity_type, orphan.entity_id) if orphan.entity_id else "",
    )
    words = _("Decide") if may(DELETE_ORPHAN) else _("Show")
    return Need(
        orphan.pk,
        what,
        orphan.get_why_display(),
        orphan.found_at,
        link(page, words),
        badge("warn", NeedKind.ORPHAN.label),
    )


def _keep(rows: Rows, _note: str, _user: User) -> None:
    for orphan in rows:
        orphans.keep(orphan)


declare(
    Kind(
        NeedKind.ORPHAN,
        gettext_lazy("orphans"),
        "syncapp.view_orphan",
        lambda: Orphan.objects.filter(state=OrphanState.OPEN),
        "found_at",
        _orphan,
        lambda rows, word: rows.filter(Q(remote_id=last_part(word)) | Q(entity_id=last_part(word))),
        gettext_lazy("A person decides whether an orphan is kept or deleted."),
        give_up_permission=DELETE_ORPHAN,
        give_up=_keep,
        about=lambda rows, keys: rows.filter(
            of_entities(keys) | Q(pk__in=ids([ident for kind, ident in keys if kind == ORPHAN]))
        ),
    )
)
