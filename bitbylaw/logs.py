"""Logs are events with fields, one JSON object a line (or readable text), on standard error."""

from __future__ import annotations

import logging.config
from typing import Any

import structlog


def logging_settings(level: str, form: str) -> dict[str, Any]:
    """The `LOGGING` value: our events and those of the libraries take the same way out."""
    # Plain tracebacks: the pretty ones print local variables, and with them clients' data and keys.
    text = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    renderer: Any = structlog.processors.JSONRenderer() if form == "json" else text
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso")],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "events"}},
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
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(settings)
