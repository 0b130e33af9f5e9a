"""Fields by the names that staff know: each flow declares what it calls its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from django.template.defaultfilters import date as formatted
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_noop

from syncapp.words import appointment_words, held_words

# What the hub notes in EspoCRM about its own work, and in tasks, whichever flow it is.
NOTED: Mapping[str, str] = {
    "syncStatus": gettext_noop("State of the sync"),
    "syncErrorMessage": gettext_noop("Fault of the sync"),
    "syncRetryCount": gettext_noop("Attempts of the sync"),
    "syncNextRetry": gettext_noop("Next attempt of the sync"),
    "syncAutoResetAt": gettext_noop("Late attempt of the sync"),
    "advowareLastSync": gettext_noop("Last sync with Advoware"),
    "advowareRowId": gettext_noop("Version in Advoware"),
    "kommunikationHash": gettext_noop("Fingerprint of the contacts"),
    "modifiedAt": gettext_noop("Changed in the CRM"),
    "reason": gettext_noop("Reason"),
    "file": gettext_noop("File at xAI"),
}
# Values of those fields in which EspoCRM shows how the sync stands.
STANDING: Mapping[str, str] = {
    "clean": gettext_noop("in step"),
    "unclean": gettext_noop("in step but for what a person must do"),
    "pending_sync": gettext_noop("waits for its sync"),
    "synced": gettext_noop("in step"),
    "no_sync": gettext_noop("is not synced"),
    "failed": gettext_noop("failed"),
    "unsupported": gettext_noop("can't be made searchable"),
    "conflict": gettext_noop("conflict"),
    "deleted_in_advoware": gettext_noop("deleted in Advoware"),
    "unknown": gettext_noop("not known yet"),
    "new": gettext_noop("new"),
    "changed": gettext_noop("changed"),
}
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
SHOW_IT = ("State of the sync", "State at xAI", "State of the file")  # by what staff call the fields
REASON = "reason"  # a fact of tasks: why a side can't hold a value, as a code
# The names of the flows' fields and what staff call them, in English; whoever knows the flows puts a source here.
declared: Callable[[], Mapping[str, str]] = dict


def field_in_words(name: str) -> str:
    """The field as staff call it; one that nobody has declared is shown as the flow calls it."""
    label = NOTED.get(name) or declared().get(name)
    return gettext(label) if label else name


def standing_in_words(field: str, value: object) -> str | None:
    """None: it is no field of that kind, or no such value."""
    if not isinstance(value, str) or value not in STANDING:
        return None
    return gettext(STANDING[value]) if (NOTED.get(field) or declared().get(field)) in SHOW_IT else None


def value_in_words(value: str) -> str:
    """The value as staff would enter it: a date (flows write YYYY-MM-DD) as Germans do, for those who read German, and
    a moment, which EspoCRM writes as YYYY-MM-DD HH:MM:SS in UTC, in the firm's time, as all times on a page are."""
    if MOMENT.fullmatch(value):
        return _moment(value)
    if len(value) != len("2026-01-31") or not (get_language() or "").startswith("de"):
        return value
    try:
        return formatted(date.fromisoformat(value), "d.m.Y")
    except ValueError:
        return value


def _moment(value: str) -> str:
    try:
        local = timezone.localtime(datetime.fromisoformat(value).replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return value
    return f"{formatted(local, 'SHORT_DATE_FORMAT')} {local:%H:%M:%S}"


def of_field(field: str, value: object) -> str:
    """The value of that field in words; empty for none."""
    reason = held_words.held_in_words(str(value or "")) if field == REASON else None
    words = standing_in_words(field, value) if reason is None else reason
    words = appointment_words.value_in_words(field, value) if words is None else words
    if words is not None:
        return words
    return "" if value is None else value_in_words(str(value))
