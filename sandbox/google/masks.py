"""Partial answers: `fields=items(id,etag),nextPageToken` (https://developers.google.com/workspace/calendar/api/guides/performance)."""

from __future__ import annotations

import re
from typing import Any

from sandbox.google.errors import GoogleError

Mask = dict[str, Any]  # name -> the mask below it, empty: everything
TOKEN = re.compile(r"[A-Za-z0-9_*]+|[(),/]")


def masked(data: dict[str, Any], text: str) -> dict[str, Any]:
    """What a mask lets through, all without one. GoogleError 400 for what is no mask."""
    if not text:
        return data
    tokens = TOKEN.findall(text)
    if "".join(tokens) != text.replace(" ", ""):
        raise GoogleError("invalid", "Invalid field selection", parameter="fields")
    mask: Mask = {}
    if _read(tokens, 0, mask) != len(tokens):
        raise GoogleError("invalid", "Invalid field selection", parameter="fields")
    return dict(_through(data, mask))


def _read(tokens: list[str], place: int, into: Mask) -> int:
    """Fill a mask from a list of fields; where the list ends."""
    while place < len(tokens) and tokens[place] not in ("(", ")", ",", "/"):
        below = into.setdefault(tokens[place], {})
        place += 1
        while place + 1 < len(tokens) and tokens[place] == "/":
            below, place = below.setdefault(tokens[place + 1], {}), place + 2
        if place < len(tokens) and tokens[place] == "(":
            place = _read(tokens, place + 1, below)
            if place >= len(tokens) or tokens[place] != ")":
                return -1
            place += 1
        if place >= len(tokens) or tokens[place] != ",":
            return place
        place += 1
    return -1


def _through(data: Any, mask: Mask) -> Any:
    if not mask or "*" in mask:
        return data
    if isinstance(data, list):
        return [_through(item, mask) for item in data]
    if isinstance(data, dict):
        return {name: _through(value, mask[name]) for name, value in data.items() if name in mask}
    return data
