"""Everything that one trace id is on, in the order in which it happened: for the page and for `manage.py trace`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from syncapp.admin.kit.recording import action_words, target_id_in_words, who_in_words
from syncapp.models import (
    Attempt,
    InboxItem,
    InboxMessage,
    JournalEntry,
    ProxyCall,
    ScanRun,
    StaffAction,
    SystemName,
)
from syncapp.templatetags.hub import scan_words, step_name, tone, webhook_words
from syncapp.words.entity_words import kind_in_words
from syncapp.words.fault_words import trouble_in_words
from syncapp.words.journal_words import write_in_words
from syncapp.words.reason_words import reason_in_words
from syncapp.words.target_words import target_in_words

MOST = 200  # rows of each kind
CALLS = 60  # of one run; a calendar's may make hundreds
SCAN = "scan-"  # the trace of what a comparison asks for


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: what, from when to when (a moment: both the same), and where there is more about it."""

    key: str  # the anchor on the page
    words: str
    begins: datetime
    ends: datetime
    tone: str = "quiet"
    detail: str = ""
    url: str = ""
    depth: int = 0
    entity: tuple[str, str] = ("", "")
    waits: bool = False  # nothing was done meanwhile

    @property
    def milliseconds(self) -> float:
        return (self.ends - self.begins) / timedelta(milliseconds=1)


@dataclass(slots=True)
class Story:
    trace_id: str
    received: list[InboxMessage]
    items: list[InboxItem]
    attempts: list[Attempt]
    writes: list[JournalEntry]
    events: list[Event] = field(default_factory=list)


def everything(_permission: str) -> bool:
    return True


def story(trace_id: str, may: Callable[[str], bool] = everything) -> Story:
    """`may`: whether the reader has a permission; without it calls of the proxy and what staff did are left out."""
    messages = list(InboxMessage.objects.filter(trace_id=trace_id).defer("body").order_by("id")[:MOST])
    items = list(InboxItem.objects.filter(message__in=messages).select_related("record").order_by("id")[:MOST])
    attempts = list(Attempt.objects.filter(trace_id=trace_id).select_related("record").order_by("id")[:MOST])
    attempts += _that_served(items, {attempt.record_id for attempt in attempts})
    writes = list(JournalEntry.objects.filter(attempt__in=attempts).select_related("record").order_by("id")[:MOST])
    told = Story(trace_id, messages, items, attempts, writes)
    told.events = [
        *_received(told),
        *(_by_staff(trace_id) if may("syncapp.view_staffaction") else ()),
        *(_through_the_proxy(trace_id) if may("syncapp.view_proxycall") else ()),
        *_compared(trace_id),
        *(event for attempt in sorted(attempts, key=_begin) for event in _run(attempt, writes)),
    ]
    return told


def _that_served(items: list[InboxItem], known: set[int]) -> list[Attempt]:
    """A run serves all requests that came before it, and bears the trace of the last of them."""
    found: dict[int, Attempt] = {}
    for item in items[:20]:
        if item.record_id is None or item.record_id in known or item.request_number is None:
            continue
        runs = Attempt.objects.filter(record=item.record_id, request_number__gte=item.request_number)
        if attempt := runs.select_related("record").order_by("id").first():
            found[attempt.pk] = attempt
    return list(found.values())


def _begin(attempt: Attempt) -> datetime:
    return attempt.started_at


def _received(told: Story) -> Iterator[Event]:
    for message in told.received:
        at = message.received_at
        url = reverse("admin:syncapp_inboxmessage_change", args=[message.pk])
        words = _("Webhook %(name)s") % {"name": webhook_words(message)}
        yield Event(f"webhook-{message.pk}", words, at, at, tone(message.state), message.get_state_display(), url)
        for item in told.items:
            if item.message_id == message.pk:
                url = reverse("admin:syncapp_record_change", args=[item.record_id]) if item.record_id else ""
                words = _("asked for a sync") if item.record_id else _("recorded only: no flow for it yet")
                of = (item.entity_type, item.entity_id)
                yield Event(f"request-{item.pk}", words, at, at, "calm", "", url, 1, of)


def _by_staff(trace_id: str) -> Iterator[Event]:
    for row in StaffAction.objects.filter(trace_id=trace_id).select_related("user").order_by("id")[:MOST]:
        detail = f"{target_in_words(row.target_type)} {target_id_in_words(row)}".strip()
        yield Event(f"staff-{row.pk}", f"{who_in_words(row)}: {action_words(row)}", row.at, row.at, "calm", detail)


def _through_the_proxy(trace_id: str) -> Iterator[Event]:
    for call in ProxyCall.objects.filter(trace_id=trace_id).select_related("key").order_by("id")[:MOST]:
        words = _("Call through the Advoware proxy by %(caller)s") % {"caller": call.key or _("stranger")}
        ends = call.at + timedelta(milliseconds=call.milliseconds)
        shade = "good" if 0 < call.status < 400 else "bad" if call.status >= 500 else "warn"
        yield Event(f"proxy-{call.pk}", words, call.at, ends, shade, f"{call.method} {call.path} → {call.status}")


def _compared(trace_id: str) -> Iterator[Event]:
    number = trace_id.removeprefix(SCAN)
    if number == trace_id or not number.isdecimal() or len(number) > 18:
        return
    for scan in ScanRun.objects.filter(pk=number):
        url = reverse("admin:syncapp_scanrun_change", args=[scan.pk])
        words = _("Comparison: %(name)s") % {"name": scan_words(scan.scan)}
        ends = scan.finished_at or timezone.now()
        yield Event(f"scan-{scan.pk}", words, scan.started_at, ends, tone(scan.state), scan.get_state_display(), url)
        yield from _calls(f"scan-{scan.pk}", scan.calls, scan.started_at, scan.calls_total)


def _run(attempt: Attempt, writes: list[JournalEntry]) -> Iterator[Event]:
    record, key = attempt.record, f"attempt-{attempt.pk}"
    url = reverse("admin:syncapp_record_change", args=[record.pk])
    of = (record.entity_type, record.entity_id)
    if attempt.waiting_since is not None and attempt.waiting_since < attempt.started_at:
        since = attempt.waiting_since
        yield Event(
            f"waiting-{attempt.pk}", _("waited"), since, attempt.started_at, "quiet", "", url, 0, of, waits=True
        )
    ends = attempt.finished_at or timezone.now()
    words = _("Run %(number)s: %(step)s") % {"number": attempt.number, "step": step_name(record.step)}
    outcome = str(attempt.get_outcome_display())
    why = f"{outcome}: {reason_in_words(attempt.reason, record.system)}" if attempt.reason else outcome
    yield Event(key, words, attempt.started_at, ends, tone(attempt.outcome), why, url, 0, of)
    inside = [*_calls(key, attempt.calls, attempt.started_at), *map(_write, _of(attempt, writes))]
    yield from sorted(inside, key=lambda event: event.begins)


def _of(attempt: Attempt, writes: list[JournalEntry]) -> list[JournalEntry]:
    return [write for write in writes if write.attempt_id == attempt.pk]


def _write(entry: JournalEntry) -> Event:
    words = _("wrote in %(system)s: %(action)s") % {
        "system": entry.get_system_display(),
        "action": write_in_words(entry.action),
    }
    url = reverse("admin:syncapp_journalentry_change", args=[entry.pk])
    ends, state = entry.finished_at or entry.begun_at, str(entry.get_state_display())
    if ends - entry.begun_at > timedelta(minutes=5):
        ends = entry.begun_at  # its answer was lost, and a later run has seen what became of it
    return Event(f"write-{entry.pk}", words, entry.begun_at, ends, tone(entry.state), state, url, 1)


def _calls(key: str, calls: list[dict[str, Any]], begins: datetime, total: int = 0) -> Iterator[Event]:
    """Rows from before 1.0 don't say when: such calls follow each other."""
    for number, call in enumerate(calls[:CALLS]):
        at = parse_datetime(str(call.get("at", ""))) or begins
        ends = at + timedelta(milliseconds=call.get("ms") or 0)
        begins = ends
        status, name = call.get("status"), str(call.get("system"))
        system = str(SystemName(name).label) if name in SystemName.values else name
        shade = "bad" if status is None or status >= 400 else "busy" if call.get("write") else "good"
        came = trouble_in_words(call.get("error") or "") or status or _("no answer")
        detail = f"{call.get('path', '')} → {came}".strip()
        if shared := call.get("shared"):
            detail += _(" (one call for %(count)d records)") % {"count": shared}
        yield Event(f"{key}-call-{number}", f"{system}: {call.get('method')}", at, ends, shade, detail, "", 1)
    if (left := max(total, len(calls)) - CALLS) > 0:
        words = _("… and %(count)d more outside calls") % {"count": left}
        yield Event(f"{key}-call-more", words, begins, begins, "quiet", "", "", 1)


def entity_words(event: Event) -> str:
    kind, number = event.entity
    return f"{kind_in_words(kind)} {number}" if number else ""
