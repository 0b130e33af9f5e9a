"""What `endpoint` may say: a path below the API's base and nothing that leads elsewhere. Pure.

Refused rather than mended: who writes `..` or a second host into a path is not asking for what we would make of it.
The result is text without escapes; the client writes it into the URL, each sign but letters, digits and `/` escaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from syncapp.models import ProxyRefusal
from syncapp.proxy.refusals import Refused

PARAMETER = "endpoint"
BASE = "api/v1/"  # may be written or left out
LONGEST = 1000  # characters; the longest path known has 60
MOST_PARAMETERS = 200
NOT_UTF8 = "The parameters are not UTF-8."
# \ and : and @ could begin another host, ? and # end the path, a % that is left over would be decoded a second time.
FORBIDDEN = frozenset("\\:@?#%")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_DOTS = re.compile(r"[.\s]*(;.*)?")  # some servers drop trailing dots and blanks, or what follows a semicolon
_UNDECODED = "\ufffd"

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` begins with `api/v1/`; `query` is what is passed on, in its order."""

    path: str
    query: Query


def requested(raw_query: bytes) -> Endpoint:
    """Reads the query of the call. Raises `Refused`."""
    try:
        parameters = _parameters(raw_query.decode())
    except UnicodeDecodeError:
        raise _bad(NOT_UTF8) from None
    named = [value for name, value in parameters if name == PARAMETER]
    if not any(named):
        raise Refused(ProxyRefusal.NO_ENDPOINT)
    if len(named) > 1:
        raise _bad("The endpoint is given more than once.")
    path, mark, inner = named[0].partition("?")
    further = tuple((name, value) for name, value in parameters if name != PARAMETER)
    return Endpoint(clean_path(path), (_inner_query(inner) if mark else ()) + further)


def clean_path(text: str) -> str:
    """The path as it may be asked for. Raises `Refused`."""
    if len(text) > LONGEST:
        raise _bad(f"The endpoint is longer than {LONGEST} characters.")
    if "%" in _ESCAPE.sub("", text):
        raise _bad("The endpoint has a % that begins no escape.")
    decoded = unquote(text)
    # Some servers take look-alikes for the sign itself (a full-width slash, two dots in one sign).
    for form in (decoded, unicodedata.normalize("NFKC", decoded)):
        if form.count("/") != text.count("/"):
            raise _bad("The endpoint has an escaped slash, or a sign that looks like one.")
        _check(form)
    return BASE + decoded.removeprefix("/").removeprefix(BASE)


def below(path: str, prefixes: Iterable[str]) -> bool:
    """Whether the path is one of these or below one; whole segments count. No prefixes: everything is."""
    wanted = _segments(path)
    allowed = [_segments(prefix) for prefix in prefixes]
    return not allowed or any(wanted[: len(prefix)] == prefix for prefix in allowed)


def _segments(path: str) -> list[str]:
    return path.strip("/").removeprefix(BASE).split("/")


def _check(path: str) -> None:
    if FORBIDDEN & set(path):
        raise _bad("The endpoint has one of the signs \\ : @ ? # % (perhaps escaped).")
    if _UNDECODED in path or not path.isprintable():
        raise _bad("The endpoint has signs that can't be printed, such as line breaks, or is not UTF-8.")
    segments = path.removeprefix("/").removeprefix(BASE).split("/")
    if "" in segments:
        raise _bad("The endpoint is not a path below the API's base, or has an empty part (//, or / at its end).")
    if any(_DOTS.fullmatch(segment) for segment in segments):
        raise _bad("The endpoint has a part that consists of dots only.")


def _inner_query(text: str) -> Query:
    """What was written behind a `?` inside of `endpoint`: parameters like the others."""
    if "#" in text or "?" in text or not text.isprintable():
        raise _bad("What follows the ? in the endpoint are no parameters.")
    parameters = _parameters(text)
    if any(name == PARAMETER for name, _value in parameters):
        raise _bad("The endpoint is given more than once.")
    return parameters


def _parameters(raw: str) -> Query:
    try:
        return tuple(parse_qsl(raw, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict"))
    except UnicodeDecodeError:
        fault = NOT_UTF8
    except ValueError:
        fault = f"There are more than {MOST_PARAMETERS} parameters."
    raise _bad(fault)


def _bad(sentence: str) -> Refused:
    """The sentence says to the caller what is wrong, without quoting anything."""
    return Refused(ProxyRefusal.BAD_PATH, sentence)
