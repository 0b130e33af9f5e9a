"""What the body of `POST /advoware/calendar/sync` may say. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

ALL = "ALL"
LONGEST_KUERZEL = 20  # characters, as the column
KEYS = frozenset({"kuerzel", "full_content"})


class UnreadableRequest(Exception):
    """The message says to the caller what is wrong, without quoting anything."""


@dataclass(frozen=True, slots=True)
class CalendarRequest:
    """`full_content` None: leave it as it is."""

    kuerzel: str = ALL
    full_content: bool | None = None

    @property
    def of_all(self) -> bool:
        return self.kuerzel.casefold() == ALL.casefold()


def read(body: bytes) -> CalendarRequest:
    """An empty body asks for everybody. Raises `UnreadableRequest`."""
    if not body.strip():
        return CalendarRequest()
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableRequest("The body is not JSON.") from None
    if not isinstance(given, dict):
        raise UnreadableRequest("The body must be a JSON object.")
    if set(given) - KEYS:
        raise UnreadableRequest("The body may have the keys kuerzel and full_content only.")
    kuerzel, full = given.get("kuerzel", ALL), given.get("full_content")
    if not isinstance(kuerzel, str) or not 0 < len(kuerzel.strip()) <= LONGEST_KUERZEL:
        raise UnreadableRequest(f"kuerzel must be a text of 1 to {LONGEST_KUERZEL} characters, or ALL.")
    if "full_content" in given and not isinstance(full, bool):
        raise UnreadableRequest("full_content must be true or false.")
    return CalendarRequest(kuerzel.strip(), full)
