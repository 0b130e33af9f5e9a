"""Cells of a record's row, which the page also gets anew, one by one, while a retry is on its way."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from syncapp.admin.kit.columns import badge
from syncapp.models import Record, Status
from syncapp.templatetags.hub import tone
from syncapp.words.reason_words import reason_in_words


def state_badge(record: Record) -> SafeString:
    return badge(tone(record.status), record.get_status_display())


def why_words(record: Record) -> SafeString:
    words = format_html('<span class="hub-why">{}</span>', reason_in_words(record.reason, record.system) or "–")
    if record.status != Status.CONFLICT:
        return words
    choose = reverse("admin:hub_conflict", args=[record.pk])
    return format_html('{} <a href="{}">{}</a>', words, choose, _("Choose"))


def again_button(record: Record) -> SafeString:
    """A retry can't mend a conflict; its own link stands beside the reason. No form: the list is one already."""
    if record.status != Status.FAILED:
        return SafeString()
    return format_html(
        '<button type="button" class="hub-button hub-plain" data-retry="{}" data-state="{}">{}</button>',
        reverse("admin:hub_retry", args=[record.pk]),
        reverse("admin:hub_record_state", args=[record.pk]),
        _("Retry"),
    )
