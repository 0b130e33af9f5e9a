"""Small words of the pages: times, reasons and steps as people say them, tones of states.

Imports nothing of `syncapp.admin`: Django loads this module while the admin is still being imported.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.template.defaultfilters import date as formatted
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django_q.models import Schedule

from bitbylaw.version import VERSION
from syncapp.clients.espocrm.fields import MODIFIED_AT
from syncapp.events import registry
from syncapp.models import InboxMessage, Reason, Record, Status, TaskKind
from syncapp.words import appointment_words
from syncapp.words.entity_words import kind_in_words
from syncapp.words.fault_words import fault_in_words, system_in_words, system_of, trouble_in_words
from syncapp.words.field_words import field_in_words, standing_in_words, value_in_words
from syncapp.words.journal_words import detail_in_words, write_in_words
from syncapp.words.plan_words import in_words
from syncapp.words.reason_words import reason_in_words
from syncapp.words.target_words import target_in_words
from syncapp.words.timing_words import lasting, timing_in_words
from syncapp.words.webhook_words import quarantine_in_words, rejected_in_words, webhook_in_words
from syncapp.words.worker_words import restart_in_words

TASK_OPEN = "task"  # beside the states: a record that only waits for a person's task

register = template.Library()
register.filter("reason_words", reason_in_words)
register.filter("kind_words", kind_in_words)
register.filter("target_words", target_in_words)
register.filter("system_words", system_in_words)
register.filter("quarantine_words", quarantine_in_words)
register.filter("rejected_words", rejected_in_words)
register.filter("restart_words", restart_in_words)
register.filter("detail_words", detail_in_words)
register.filter("fault_words", fault_in_words)
register.filter("system_of", system_of)
register.filter("trouble_words", trouble_in_words)
register.filter("action_words", in_words)
register.filter("write_words", write_in_words)
register.filter("field_words", field_in_words)
register.filter("lasting", lasting)

_STATES_OF_TONE = {
    "good": ("good", "in_sync", "done", "up", "stored", "reprocessed", "applied", "agreed"),
    "calm": ("waiting", "postponed", "observed", "intended", "new"),
    "busy": ("running", "requested", "decided"),
    "warn": (TASK_OPEN, "off", "open", "quarantined", "stopped", "conflict", "lost", "held", "by_hand"),
    "bad": ("failed", "refused", "down", "ended", "late"),
}
TONES = {state: tone for tone, states in _STATES_OF_TONE.items() for state in states}


@register.simple_tag
def program_version() -> str:
    return VERSION


@register.filter
def tone(state: str) -> str:
    """good, calm, busy, warn, bad or quiet: which colour a state has."""
    return TONES.get(state, "quiet")


@register.filter
def when(moment: datetime | None) -> str | SafeString:
    """How long ago, or, beyond a day, the date; the exact time on hovering; a dash for never."""
    if not moment:
        return "–"
    near = abs(timezone.now() - moment) < timedelta(days=1)
    return _time(moment, naturaltime(moment) if near else _exact(moment).rpartition(":")[0], _exact(moment))


@register.filter
def due(moment: datetime | None) -> str | SafeString:
    """When something comes that starts by itself: what should have begun already comes next, not "3 minutes ago"."""
    if moment and moment <= timezone.now():
        return _time(moment, gettext("due now"), _exact(moment))
    return when(moment)


@register.filter
def exactly(moment: datetime | None) -> str | SafeString:
    return _time(moment, _exact(moment), naturaltime(moment)) if moment else "–"


@register.filter
def clock(moment: datetime) -> SafeString:
    """Hours and minutes only, where the day is plain."""
    return _time(moment, formatted(timezone.localtime(moment), "H:i"), _exact(moment))


def _time(moment: datetime, words: str, on_hovering: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), on_hovering, words)


def _exact(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{formatted(local, 'SHORT_DATE_FORMAT')} {local:%H:%M:%S}"


@register.filter
def step_name(name: str) -> str:
    """A name that fits into a column; the register's descriptions are sentences."""
    return next((str(spec.title) for spec in registry.steps() if spec.name == name and spec.title), name)


@register.filter
def step_words(name: str) -> str:
    """What a step does; its name when the register doesn't know it (any more)."""
    return next((str(spec.description) for spec in registry.steps() if spec.name == name), name)


@register.filter
def scan_words(name: str) -> str:
    return next((str(each.title) for each in registry.comparisons() if each.name == name), name)


@register.filter
def timing(schedule: Schedule) -> str:
    """How often one of the queue's schedules runs."""
    ours = schedule.cron or schedule.minutes
    return timing_in_words(schedule.cron or "", schedule.minutes or 0) if ours else schedule.get_schedule_type_display()


@register.filter
def lock_words(key: str) -> str:
    """Whose lock it is; that of a record is named by its step and its entity."""
    step, *entity = key.split(":", 2)
    if len(entity) < 2 or step not in {spec.name for spec in registry.runnable()}:
        return key
    return f"{step_name(step)}: {kind_in_words(entity[0])} {entity[1]}"


@register.filter
def webhook_words(message: InboxMessage) -> str:
    """What a webhook told, in words."""
    return webhook_in_words(message.path, message.action, message.entity_type)


@register.filter
def task_headline(kind: str) -> str:
    """What kind of task it is, in a line."""
    return str(TaskKind(kind).label) if kind in TaskKind else kind


@register.filter
def status_words(status: str) -> str:
    if status == TASK_OPEN:
        return gettext("waits for a task")
    return str(Status(status).label)


def standing(status: str, reason: str = "") -> tuple[str, str]:
    """Tone and words of a record's state: what waits for a person's task is not "nothing to do"."""
    if status == Status.SKIPPED and reason == Reason.TASK_OPEN:
        return "warn", gettext("needs a person")
    return tone(status), status_words(status)


@register.simple_tag
def state_of(record: Record) -> SafeString:
    shown = '<span class="hub-state hub-{}">{}</span>'
    return format_html(shown, *standing(record.status, record.reason))


@register.filter
def changed_fields(changes: Any) -> list[tuple[str, object, object]]:
    """[(field, before, after)] of a journal entry; what has another shape is shown as the new value.

    What was written as it stood is left out, and so is the time that a write notes of the one before it.
    """
    if not isinstance(changes, dict):
        return []
    pairs = (
        (name, *value) if isinstance(value, list) and len(value) == 2 else (name, None, value)
        for name, value in changes.items()
        if name != MODIFIED_AT
    )
    shown = ((name, _shown(name, before), _shown(name, after)) for name, before, after in pairs)
    return [(name, before, after) for name, before, after in shown if before != after]


def _shown(field: str, value: object) -> object:
    words = standing_in_words(field, value) or appointment_words.value_in_words(field, value)
    value = value if words is None else words
    if isinstance(value, list):
        value = "\n".join(str(line) for line in value)
    if isinstance(value, str):
        value = value_in_words(value)
    return "–" if value in (None, "") else value


@register.simple_tag
def entity(entity_type: str, entity_id: str) -> SafeString:
    """The kind and the id; the page's script asks for the name and puts it before them."""
    if not entity_id:
        return SafeString("–")
    kind = kind_in_words(entity_type)
    marked = '<span data-entity="{}/{}">{} <span class="hub-id">{}</span></span>'
    return format_html(marked, entity_type, entity_id, kind, entity_id)


@register.simple_tag(takes_context=True)
def where_names_are_asked(context: Any) -> SafeString:
    """For the page's script; nothing where names are switched off, or for who may not see records."""
    if not settings.CONFIG.SHOW_NAMES or not context["perms"]["syncapp"]["view_record"]:
        return SafeString()
    token = context.get("csrf_token", "")
    return format_html('<span hidden data-names="{}" data-token="{}"></span>', reverse("admin:hub_names"), token)


@register.filter
def crm_link(entity_type: str, entity_id: str) -> str:
    """The address of an entity in EspoCRM's own pages; empty when EspoCRM's address is not configured."""
    base = "" if entity_type in registry.own_types() else settings.CONFIG.ESPOCRM_UI_URL
    theirs = settings.CONFIG.espocrm_names.entity(entity_type)
    return f"{base}/#{theirs}/view/{entity_id}" if base and entity_type and entity_id else ""
