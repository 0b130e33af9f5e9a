"""What a stranger can make a library say as often as he likes is said once a minute, with a count."""

from __future__ import annotations

import logging
import time

MINUTE = 60.0
MOST_PLACES = 1000  # there are about thirty
STRANGERS = ("django.request", "django.security", "axes", "gunicorn", "django.core.servers")


class OnceAMinute(logging.Filter):
    """By the place in the library that says it, and the status of the request. Errors of the program always pass."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[object, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        refused = status < 500 if isinstance(status, int) else record.levelno == logging.WARNING
        if not record.name.startswith(STRANGERS) or not refused:
            return True
        key = (record.pathname, record.lineno, status)
        now = time.monotonic()
        at, more = self._said.get(key, (-MINUTE, 0))
        if now - at < MINUTE:
            self._said[key] = (at, more + 1)
            return False
        if len(self._said) >= MOST_PLACES:
            self._said.clear()
        self._said[key] = (now, 0)
        record.repeated = more
        return True
