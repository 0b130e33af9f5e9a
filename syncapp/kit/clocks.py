"""A clock that was ahead leaves dates that lie too far in the future. One rule for all of them: a moment later than the
longest lease, pause or interval of its kind allows was written by a wrong clock, and counts as come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=10)  # clocks of machines that work together differ by less


def latest(now: datetime, longest: timedelta = timedelta()) -> datetime:
    """The last moment that is believed of something that lasts no longer, in UTC: what clocks show is not added to, for
    in the night in which an hour comes twice that would be the wrong one."""
    return now.astimezone(UTC) + longest + TOLERANCE


def lasts(end: datetime, now: datetime, longest: timedelta) -> bool:
    """Whether something still lasts that can't last longer than `longest`."""
    return now < end <= latest(now, longest)
