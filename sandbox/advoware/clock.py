"""Advoware's times: local, without a zone. No time is the first day of the calendar."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
NULL_DATE = "0001-01-01T00:00:00"
TICK = timedelta(milliseconds=1)


def text_of(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


class Clock:
    """Local time; two changes never carry the same, so that every change can be seen by its time alone."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.last: datetime | None = None

    def now(self) -> str:
        with self.lock:
            moment = datetime.now(BERLIN).replace(tzinfo=None)
            moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
            # Further back than a moment is the end of summer time, and stays.
            if self.last and self.last - timedelta(seconds=1) < moment <= self.last:
                moment = self.last + TICK
            self.last = moment
        return text_of(moment)
