"""Logs are events with fields, one JSON object a line (or readable text), on standard error.

They hold no data of clients. Our events name what happened; of an error its kind and the places that it passed are
told, never its message. What a library has to say is told by where it said it: its words may hold anything.
"""

from __future__ import annotations

import logging.config
import sys
import threading
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

from bitbylaw.journal_levels import WithLevel, read_by_the_journal
from bitbylaw.plain_structlog import structlog
from syncapp.kit import mishaps

Event = MutableMapping[str, Any]


def without_contents(_logger: Any, _level: str, event: Event) -> Event:
    """An error by its kinds and places."""
    told = event.pop("exc_info", None)
    event.pop("stack_info", None)
    exc = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(exc, BaseException):
        event["error"], event["places"] = mishaps.kinds(exc), " > ".join(mishaps.places(exc))
    return event


def of_library(_logger: Any, _level: str, event: Event) -> Event:
    """Which library said something, and where in it; with the status of a request, if it was about one."""
    record: logging.LogRecord = event["_record"]
    # The web server's templates are constant; whatever it has put together itself may quote an address with a search.
    constant = event.pop("positional_args", ()) and record.name.startswith("gunicorn")
    event["event"], event["logger"] = str(record.msg) if constant else "library", record.name
    event["at"] = f"{Path(record.pathname).name}:{record.lineno}"
    if isinstance(status := getattr(record, "status_code", None), int):
        event["status"] = status
    if more := getattr(record, "repeated", 0):
        event["repeated"] = more  # times since it was last said
    return event


def formatter(form: str) -> dict[str, Any]:
    text = structlog.dev.ConsoleRenderer(colors=False)
    renderer: Any = structlog.processors.JSONRenderer() if form == "json" else text
    if read_by_the_journal():
        renderer = WithLevel(renderer)
    before = [of_library, structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso"), without_contents]
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": before,
        "use_get_message": False,  # a library's message is not even put together
        "pass_foreign_args": True,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    }


def logging_settings(level: str, form: str) -> dict[str, Any]:
    """The `LOGGING` value: our events and those of the libraries take the same way out."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"events": formatter(form)},
        "filters": {"floods": {"()": "bitbylaw.log_floods.OnceAMinute"}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "events", "filters": ["floods"]}},
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "syncapp": {"level": level},
            "django": {"level": "WARNING", "handlers": [], "propagate": True},
            "django.server": {"level": "ERROR", "handlers": [], "propagate": True},
            "django-q": {"level": "WARNING", "handlers": [], "propagate": True},
        },
    }


def configure(settings: dict[str, Any]) -> None:
    """Django's `LOGGING_CONFIG` hook: sets up structlog beside the standard library's logging."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            without_contents,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(settings)
    logging.captureWarnings(True)  # a warning may quote a value


def tell_of_crashes() -> None:
    """What ends the process or one of its threads goes the same way out, instead of a traceback with its message."""
    sys.excepthook = _crashed
    threading.excepthook = lambda told: _crashed(told.exc_type, told.exc_value, told.exc_traceback)


def _crashed(kind: type[BaseException], exc: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, exc or kind(), trace)
    elif not issubclass(kind, SystemExit):
        structlog.get_logger("syncapp.process").critical("process.crashed", exc_info=(kind, exc, trace))
