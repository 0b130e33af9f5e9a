"""What `/metrics` says of calendars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from syncapp.api.gauges import Gauge, counted, single
from syncapp.models import CalendarEmployee, CalendarLink, LinkState, PushChannel

# Channels are renewed a day before they end: one that ends within hours was not.
SPANS = (("hour", timedelta(hours=1)), ("12h", timedelta(hours=12)), ("day", timedelta(days=1)))


def gauges() -> Iterator[Gauge]:
    now = timezone.now()
    links = CalendarLink.objects.exclude(state=LinkState.AGREED).values_list("state").annotate(Count("pk"))
    samples = tuple(counted(links.order_by("state"), "state"))
    yield Gauge("hub_calendar_open_appointments", "Appointments that are not in sync, by state", samples)
    followed = CalendarEmployee.objects.filter(enabled=True).exclude(calendar_id="").count()
    yield single("hub_calendars", "Calendars that are kept in sync", followed)
    yield Gauge("hub_push_channels", "Open push channels by the time in which they end", tuple(_channels(now)))


def _channels(now: datetime) -> Iterator[tuple[dict[str, str], float]]:
    """Each channel once, in the shortest span that holds its end."""
    begin, counts = now, dict[str, Count]()
    for name, span in SPANS:
        counts[name] = Count("pk", filter=Q(expires_at__gt=begin, expires_at__lte=now + span))
        begin = now + span
    counts["later"] = Count("pk", filter=Q(expires_at__gt=begin))
    found = PushChannel.objects.aggregate(**counts)
    return (({"ends": name}, float(found[name])) for name in counts)
