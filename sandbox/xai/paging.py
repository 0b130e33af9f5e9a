"""Lists of xAI: limit, order and the token for the next page, which comes even with the last page."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from werkzeug.wrappers import Request

from sandbox.xai.errors import XaiError

T = TypeVar("T")
MAX_LIMIT = 100
ORDERS = {"": False, "asc": False, "desc": True, "ORDERING_ASCENDING": False, "ORDERING_DESCENDING": True}
TERM = re.compile(r'^(?P<key>\w+)\s*[:=]\s*"?(?P<value>[^"]*)"?$')


def page(
    request: Request, rows: Iterable[T], sorts: dict[str, Callable[[T], Any]], default_sort: str
) -> tuple[list[T], str]:
    """One page and the token for the next; XaiError 400 for a limit, order, sort or token that does not exist."""
    limit = request.args.get("limit", str(MAX_LIMIT))
    if not limit.isdigit() or not 1 <= int(limit) <= MAX_LIMIT:
        raise XaiError(400, f"limit must be between 1 and {MAX_LIMIT}")
    order, sort_by = request.args.get("order", ""), request.args.get("sort_by", default_sort)
    if order not in ORDERS or sort_by not in sorts:
        raise XaiError(400, f"unknown order {order!r} or sort_by {sort_by!r}")
    offset = _offset(request.args.get("pagination_token", ""))
    found = sorted(rows, key=sorts[sort_by], reverse=ORDERS[order])[offset : offset + int(limit)]
    return found, base64.urlsafe_b64encode(f"offset:{offset + len(found)}".encode()).decode()


def _offset(token: str) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        word, number = "", ""
    if word != "offset" or not number.isdigit():
        raise XaiError(400, "invalid pagination_token")
    return int(number)


def fits(filter_text: str, values: dict[str, str]) -> bool:
    """`key:"value"` terms joined by AND; each is a partial match. A text without a key means the name."""
    for term in filter(None, re.split(r"\s+AND\s+", filter_text)):
        found = TERM.match(term.strip())
        key, wanted = (found["key"], found["value"]) if found else ("name", term.strip().strip('"'))
        if key not in values:
            raise XaiError(400, f"cannot filter by {key}")
        if wanted.lower() not in values[key].lower():
            return False
    return True
