"""Which pages there are for staff: found by going through them, so that none is forgotten in a list by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

START = "/admin/"
# What a page leads to, what it asks for by itself, and what its rows do.
LINK = re.compile(r'(?:href|hx-get|data-live|data-watch|data-state)="([^"]*/[^"]*)"')
SELECT = re.compile(r'<select name="([^"]+)"(.*?)</select>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]+)"')
SEARCH = '<input type="search" name="q"'
LEFT_OUT = re.compile(r"[?&]as=csv|\.csv|/static/|/jsi18n/|/logout/|/print/")  # files, and what ends the visit

MOST_CHOICES = 12  # of one filter that are tried, evenly


def addresses(read: Callable[[str], str], searched: tuple[str, ...]) -> list[str]:
    """The menu's pages, all that they lead to (of many alike one), each choice of each filter, and `searched` in each
    list that can be searched."""
    found, shapes, ahead = {START: None}, {_shape(START)}, [START]
    while ahead:
        page = ahead.pop(0)
        text = read(page)
        found_here = list(_links(page, text))
        # The whole list is seen by who resets its filters, though nothing may lead to it.
        for link in [*found_here, *(link.partition("?")[0] for link in found_here)]:
            if _shape(link) not in shapes:
                shapes.add(_shape(link))
                found[link] = None
                ahead += [link] if "?" not in link else []  # the list of it leads no further than the whole list
        found |= dict.fromkeys(_choices(page, text, searched))
    return list(found)


def _links(page: str, text: str) -> Iterator[str]:
    for link in LINK.findall(text):
        parts = urlsplit(urljoin(page, unescape(link)))
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        if not parts.netloc and address.startswith(START) and not LEFT_OUT.search(address):
            yield address


def _choices(page: str, text: str, searched: tuple[str, ...]) -> Iterator[str]:
    body = text.partition('method="get"')[2].partition("</form>")[0]
    for name, options in SELECT.findall(body):
        values = OPTION.findall(options)
        for value in values[:: 1 + len(values) // MOST_CHOICES]:
            yield f"{page}?{urlencode({name: unescape(value)})}"
    if SEARCH in text:
        yield from (f"{page}?{urlencode({'q': word})}" for word in searched)


def _shape(address: str) -> tuple[str, ...]:
    """The same for the pages of two rows of a list, and for two choices of several filters."""
    parts = urlsplit(address)
    path = "/".join("#" if any(map(str.isdigit, part)) else part for part in parts.path.split("/"))
    given = sorted(parse_qsl(parts.query))
    return path, *(given[0] if len(given) == 1 and not given[0][1].isdigit() else (name for name, _value in given))
