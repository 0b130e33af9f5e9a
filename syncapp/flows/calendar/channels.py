"""Which push channels of an employee's calendar are to be opened and stopped. Pure.

A channel ends and can't be prolonged: the next one is opened before, then the old one is stopped. One of which nothing
is known but our intent (its answer was lost) is stopped as soon as another one names the calendar's resource: that
id is the same for all channels of a calendar.
Source: https://developers.google.com/workspace/calendar/api/guides/push
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncapp.engine.runs.planning import Action, Plan, Settled
from syncapp.kit.clocks import latest
from syncapp.kit.marking import gettext_noop

LIFE = timedelta(days=7)  # what is asked for; Google may give less
BEFORE_END = timedelta(days=1)  # so that a day of outage on either side leaves no gap


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched, and the address that is told."""

    calendar_id: str
    address: str


@dataclass(frozen=True, slots=True)
class OpenedChannel:
    """`resource_id` "": Google's answer was lost, and no message of the channel has come yet."""

    id: str
    watch: Watch
    resource_id: str
    opened_at: datetime
    ends_at: datetime

    def lasts(self, now: datetime) -> bool:
        """Whether it is too early for the next one. Of one that was opened in the future nobody knows when it ends."""
        if self.opened_at > latest(now):
            return False
        return now < self.ends_at - min(BEFORE_END, (self.ends_at - self.opened_at) / 2)


@dataclass(frozen=True, slots=True)
class PushState:
    """`wanted` None: there is to be no channel. `channels`: those that have not ended."""

    wanted: Watch | None
    channels: tuple[OpenedChannel, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class OpenChannel(Action):
    kind = "calendar.open_channel"
    words = gettext_noop("have Google tell the hub of changes to the calendar")
    watch: Watch


@dataclass(frozen=True, slots=True)
class StopChannel(Action):
    """`resource_id` "": that of the channel that is opened before."""

    kind = "calendar.stop_channel"
    words = gettext_noop("stop the channel %(channel_id)s through which Google told of changes")
    shown = ("channel_id",)
    channel_id: str
    resource_id: str


def plan(state: PushState) -> Plan:
    good = [each for each in state.channels if _good(each, state)]
    kept = max(good, key=lambda each: (each.ends_at, each.id), default=None)
    opening = OpenChannel(state.wanted) if state.wanted is not None and kept is None else None
    others = [each for each in state.channels if each is not kept]
    stops = tuple(_stops(others, state, opening))
    return Plan(Settled({}), (opening, *stops) if opening is not None else stops)


def _good(channel: OpenedChannel, state: PushState) -> bool:
    return channel.watch == state.wanted and bool(channel.resource_id) and channel.lasts(state.now)


def _stops(others: list[OpenedChannel], state: PushState, opening: OpenChannel | None) -> Iterator[StopChannel]:
    known = {each.watch.calendar_id: each.resource_id for each in state.channels if each.resource_id}
    for each in others:
        resource = each.resource_id or known.get(each.watch.calendar_id, "")
        soon_known = opening is not None and opening.watch.calendar_id == each.watch.calendar_id
        if resource or soon_known:
            yield StopChannel(each.id, resource)
