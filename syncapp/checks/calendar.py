"""Whether the settings of the calendar fit together. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from bitbylaw.config import Config
from syncapp.checks.faults import Fault, is_loopback

LONGEST_KUERZEL = 20  # characters, as the column
LONGEST_ADDRESS = 250  # characters: with the path it must fit into its column
# Every run reads the whole window from Advoware; a series reaches into it from however long ago.
WIDE = 10 * 365  # days
NARROW = 7  # days


def faults(config: Config) -> Iterator[Fault]:
    yield from _push(config)
    yield from _window(config)
    yield from _employees(config.CALENDAR_SYNC_DEBUG_KUERZEL)


def _push(config: Config) -> Iterator[Fault]:
    url = config.CALENDAR_PUSH_URL
    if not url:
        return
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        yield Fault(
            "E070", "CALENDAR_PUSH_URL is not https: Google sends to nothing else.", "Use https, or leave it empty."
        )
    if parts.query or parts.fragment or len(url) > LONGEST_ADDRESS:
        yield Fault(
            "E071",
            "CALENDAR_PUSH_URL is no base address: it has a ? or #, or is too long.",
            "Only the hub's own address: https://hub.example.org",
        )
    if not config.configured("google"):
        yield Fault("W072", "CALENDAR_PUSH_URL is set, but Google Calendar is not configured: it has no effect.")


def _window(config: Config) -> Iterator[Fault]:
    days = config.CALENDAR_DAYS_BACK + config.CALENDAR_DAYS_AHEAD
    if days > WIDE:
        yield Fault(
            "W073",
            f"The calendar's window is {days} days wide: every run reads all of it from Advoware.",
            "Lower CALENDAR_DAYS_BACK or CALENDAR_DAYS_AHEAD.",
        )
    if config.CALENDAR_DAYS_AHEAD < NARROW:
        yield Fault(
            "W074",
            f"Appointments later than {config.CALENDAR_DAYS_AHEAD} days ahead do not come to Google Calendar.",
            "Raise CALENDAR_DAYS_AHEAD.",
        )


def _employees(names: tuple[str, ...]) -> Iterator[Fault]:
    if not names:
        return
    if wrong := [name for name in names if len(name) > LONGEST_KUERZEL or name.casefold() == "all"]:
        yield Fault(
            "W075",
            f"CALENDAR_SYNC_DEBUG_KUERZEL holds {len(wrong)} entries that are no Kürzel.",
            "Kürzel separated by commas; empty for all employees.",
        )
    yield Fault(
        "I076",
        f"Only the calendars of {len(names)} employees are synced (CALENDAR_SYNC_DEBUG_KUERZEL).",
        "Leave it empty for all.",
    )
