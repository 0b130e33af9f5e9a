"""The morning's message: what was done since yesterday, what is open, the oldest first. Counts, no client's data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.models import (
    Attempt,
    JournalEntry,
    JournalState,
    KnownTrouble,
    Notice,
    Orphan,
    OrphanState,
    Outcome,
    StaffAction,
    Task,
    TaskState,
)
from syncapp.notify import words
from syncapp.notify.recipients import Recipient
from syncapp.notify.words import Message

EVENT = "digest"
TOO_LATE_HOURS = 6  # a hub that was off in the morning tells until noon; later the next day is near enough
DAY = timedelta(days=1)
MOST = 30  # causes; who has more needs the page


def make_due(to: Sequence[Recipient], now: datetime) -> None:
    """One for each who wants it and each day, whoever asks and however often."""
    local, hour = timezone.localtime(now), settings.CONFIG.ALERT_DIGEST_HOUR
    if not hour <= local.hour < hour + TOO_LATE_HOURS:
        return
    for each in to:
        if each.digest:
            key = f"{each.key}|{EVENT}|{local:%Y-%m-%d}"
            Notice.objects.get_or_create(
                key=key, defaults={"user": each.user, "event": EVENT, "made_at": now, "due_at": now}
            )


def message(*, again: bool) -> Message:
    now = timezone.now()
    told = [_("Done in the last 24 hours"), *_listed(_done(now)), "", _("Open, the oldest first"), *_listed(_open(now))]
    subject = _("The morning of %(day)s") % {"day": date_format(timezone.localtime(now), "SHORT_DATE_FORMAT")}
    return words.whole(subject, "\n".join(told), again=again)


def _listed(lines: Iterator[str]) -> list[str]:
    return [f"- {line}" for line in lines] or ["- " + _("nothing")]


def _done(now: datetime) -> Iterator[str]:
    runs = Attempt.objects.filter(started_at__gte=now - DAY).order_by()
    counts = dict(runs.values_list("outcome").annotate(Count("pk")))
    if settled := counts.get(Outcome.IN_SYNC, 0):
        yield ngettext("%(n)d run ended in agreement", "%(n)d runs ended in agreement", settled) % {"n": settled}
    writes = JournalEntry.objects.filter(begun_at__gte=now - DAY, state=JournalState.DONE).count()
    if writes:
        yield ngettext("%(n)d write in other systems", "%(n)d writes in other systems", writes) % {"n": writes}
    if failed := counts.get(Outcome.FAILED, 0):
        yield ngettext("%(n)d run failed", "%(n)d runs failed", failed) % {"n": failed}
    if acts := StaffAction.objects.filter(at__gte=now - DAY).count():
        yield ngettext("%(n)d action of staff", "%(n)d actions of staff", acts) % {"n": acts}
    for trouble in KnownTrouble.objects.filter(gone_at__gte=now - DAY).order_by("gone_at")[:MOST]:
        yield words.ended(trouble)


def _open(now: datetime) -> Iterator[str]:
    rows = KnownTrouble.objects.filter(gone_at=None).order_by("first_seen", "pk")
    for trouble in rows[:MOST]:
        yield f"{words.title(trouble)}, {_since(trouble.first_seen, now)}\n  {words.address(trouble)}"
    if (more := rows.count() - MOST) > 0:
        yield ngettext("%(n)d more cause", "%(n)d more causes", more) % {"n": more}
    tasks = Task.objects.filter(state=TaskState.OPEN)
    oldest = tasks.order_by("opened_at").values_list("opened_at", flat=True).first()
    if oldest is not None:
        count = tasks.count()
        told = ngettext("%(n)d open task, %(since)s", "%(n)d open tasks, the oldest %(since)s", count)
        page = words.at(f"{reverse('admin:syncapp_task_changelist')}?state={TaskState.OPEN}")
        yield f"{told % {'n': count, 'since': _since(oldest, now)}}\n  {page}"
    if orphans := Orphan.objects.filter(state=OrphanState.OPEN).count():
        page = words.at(f"{reverse('admin:syncapp_orphan_changelist')}?state={OrphanState.OPEN}")
        told = ngettext("%(n)d orphan", "%(n)d orphans", orphans)
        yield f"{told % {'n': orphans}}\n  {page}"


def _since(moment: datetime, now: datetime) -> str:
    days = (now - moment).days
    if days < 1:
        return _("since %(time)s") % {"time": f"{timezone.localtime(moment):%H:%M}"}
    return ngettext("for %(days)d day", "for %(days)d days", days) % {"days": days}
