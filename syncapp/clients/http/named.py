"""Which of the attributes that we sent a refusal is about.

Systems say so in texts of their own, which may quote values, names of clients among them. So nothing of a text is taken
but a name that we sent ourselves: where ASP.NET lists faults by field (RFC 9457's ``errors``, ``modelState``), or where
a sentence quotes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from syncapp.clients.http.parse import json_if_it_is

_BY_FIELD = ("errors", "modelstate")
_TEXTS = ("message", "detail", "title", "error", "param", "exceptionmessage")
_QUOTED = re.compile(r"""["'`„“‚‘](?P<name>[A-Za-z_][A-Za-z0-9_]{0,99})["'`“”‘’]""")


def attributes(body: bytes) -> frozenset[str]:
    """The names on the upper level of a JSON object."""
    value = json_if_it_is(body)
    return frozenset(value) if isinstance(value, dict) else frozenset()


def named_attribute(body: bytes, sent: frozenset[str]) -> str | None:
    """As it was sent; systems write it in whatever case they like."""
    ours = {name.lower(): name for name in sent}
    found = (ours.get(name.rpartition(".")[2].lower()) for name in _names(json_if_it_is(body), body))
    return next(filter(None, found), None)


def _names(value: object, body: bytes) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield from _quoted(body.decode(errors="replace"))
        return
    for key, content in value.items():
        if key.lower() in _BY_FIELD and isinstance(content, Mapping):
            yield from map(str, content)
        elif key.lower() in _TEXTS and isinstance(content, Mapping):
            yield from _names(content, b"")
        elif key.lower() in _TEXTS and isinstance(content, str):
            yield from (content, *_quoted(content))


def _quoted(text: str) -> Iterator[str]:
    return (found["name"] for found in _QUOTED.finditer(text))
