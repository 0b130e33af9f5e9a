"""Cells of a record's row, which the page also gets anew, one by one, while a retry is on its way."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.columns import badge
from syncapp.admin.kit.needs import link
from syncapp.events import registry
from syncapp.models import Record, Status
from syncapp.templatetags.hub import crm_link, due, standing
from syncapp.words.reason_words import reason_in_words

NOT_HERE = gettext_lazy("This version of the hub does not have this step; a newer one does, or its flow was taken out.")


def state_badge(record: Record) -> SafeString:
    return badge(*standing(record.status, record.reason))


def why_words(record: Record) -> SafeString:
    why = reason_in_words(record.reason, record.system) or (NOT_HERE if waits_for_another_version(record) else "–")
    words = format_html('<span class="hub-why">{}</span>', why)
    if record.status == Status.WAITING and record.due_at:
        return format_html('{} <div class="hub-dim">{}: {}</div>', words, _("next run"), due(record.due_at))
    return words


def why_and_choice(record: Record) -> SafeString:
    """The same where the row has no button that leads to the choice."""
    if record.status != Status.CONFLICT:
        return why_words(record)
    choose = reverse("admin:hub_conflict", args=[record.pk])
    return format_html('{} <a href="{}">{}</a>', why_words(record), choose, _("Choose"))


def waits_for_another_version(record: Record) -> bool:
    """The steps of a program are known when it starts; a record may be of one that it does not have."""
    return record.status == Status.WAITING and record.step not in registry.names()


def retryable() -> Q:
    """What a retry can mend: conflicts need a choice, and refused contents other ones."""
    return Q(status=Status.FAILED) & ~Q(reason__in=registry.mended_by_data())


def ending_button(record: Record) -> SafeString:
    """What ends a failure: a retry; else where it is mended; its page where the CRM has none of it."""
    if again := again_button(record):
        return again
    if record.status == Status.CONFLICT:
        return link(reverse("admin:hub_conflict", args=[record.pk]), _("Choose"))
    if there := crm_link(record.entity_type, record.entity_id):
        return link(there, _("Mend in the CRM"))
    return link(reverse("admin:syncapp_record_change", args=[record.pk]), _("Show"))


def again_button(record: Record) -> SafeString:
    """None for what a retry can't mend; that has its own link. No form: the list is one already."""
    if record.status != Status.FAILED or record.reason in registry.mended_by_data():
        return SafeString()
    return format_html(
        '<button type="button" class="hub-button hub-plain" data-retry="{}" data-state="{}" data-plan="{}">{}</button>',
        reverse("admin:hub_retry", args=[record.pk]),
        reverse("admin:hub_record_state", args=[record.pk]),
        reverse("admin:hub_preview", args=[record.pk]),
        _("Retry"),
    )
