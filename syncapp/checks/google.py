"""Whether the login of Google is whole. Pure, but for reading the key's file."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bitbylaw.config import Config
from syncapp.checks.faults import Fault

NEEDED = ("client_email", "private_key", "token_uri")


def faults(config: Config) -> Iterator[Fault]:
    if config.GOOGLE_CALENDAR_SUBJECT and not config.has_google:
        yield Fault(
            "W068",
            "Google Calendar is set up only in part and therefore switched off: there is no service account.",
            "Set GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH or GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON (see .env.example).",
        )
    if config.has_google and (wrong := _wrong(config.google_account)):
        name = "JSON" if config.GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON else "PATH"
        yield Fault(
            "W069",
            f"GOOGLE_CALENDAR_SERVICE_ACCOUNT_{name} {wrong}: nobody can log in to Google Calendar.",
            "It wants the key of a service account as Google's console hands it out, a JSON file.",
        )


def _wrong(text: str) -> str:
    """What is wrong with the key, without quoting it."""
    if not text:
        return "names no file that can be read"
    try:
        key = json.loads(text)
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(key, dict):
        return "is not the key of a service account"
    lacking = [name for name in NEEDED if not key.get(name)]
    return f"lacks {', '.join(lacking)}" if lacking else ""
