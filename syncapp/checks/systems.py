"""Whether the settings of the outside systems are whole. Pure, but for reading the file of Google's key."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence

from bitbylaw.config import ADVOWARE_LOGIN, Config
from syncapp.checks.faults import Fault
from syncapp.events.spec import StepSpec

NEEDED_OF_GOOGLE = ("client_email", "private_key", "token_uri")
_SETTINGS = {
    "espocrm": "ESPOCRM_API_BASE_URL and ESPOCRM_API_KEY",
    "xai": "XAI_API_KEY and XAI_MANAGEMENT_KEY",
    "advoware": "ADVOWARE_API_KEY, ADVOWARE_API_SECRET, ADVOWARE_KANZLEI, ADVOWARE_USER and ADVOWARE_PASSWORD",
    "google": "GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH or GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON",
}


def switched_off(config: Config, steps: Sequence[StepSpec]) -> Iterator[Fault]:
    """Systems without settings, each with the flows that don't run because of it."""
    for system in sorted({system for spec in steps for system in spec.systems}):
        if not config.configured(system):
            flows = sorted({spec.flow for spec in steps if system in spec.systems})
            yield Fault(
                "W065",
                f"{system} is not configured; switched off because of it: {', '.join(flows)}.",
                f"Set {_SETTINGS.get(system, 'its settings')} (see .env.example).",
            )


def of_advoware(config: Config) -> Iterator[Fault]:
    lacking = config.advoware_lacks
    if 0 < len(lacking) < len(ADVOWARE_LOGIN):
        yield Fault(
            "W066",
            f"Advoware is set up only in part and therefore switched off; empty: {', '.join(lacking)}.",
            "Set these too, or none of them (see .env.example).",
        )
    if config.ADVOWARE_API_SECRET and not _is_base64(config.ADVOWARE_API_SECRET):
        yield Fault("W067", "ADVOWARE_API_SECRET is not base64: no login can be signed with it.")


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False


def of_google(config: Config) -> Iterator[Fault]:
    if config.GOOGLE_CALENDAR_SUBJECT and not config.configured("google"):
        yield Fault(
            "W068",
            "Google Calendar is set up only in part and therefore switched off: there is no service account.",
            "Set GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH or GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON (see .env.example).",
        )
    if config.configured("google") and (wrong := _wrong(config.google_account)):
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
    lacking = [name for name in NEEDED_OF_GOOGLE if not key.get(name)]
    return f"lacks {', '.join(lacking)}" if lacking else ""
