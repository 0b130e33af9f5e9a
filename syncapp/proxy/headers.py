"""What is kept of the headers of Advoware's answer: type, length, and the name of a file. Pure."""

from __future__ import annotations

import codecs
import re
from email.message import Message

from django.utils.http import content_disposition_header

JSON = "application/json"
BYTES = "application/octet-stream"
NAME_LENGTH = 150  # characters
_JSON = re.compile(r"(application|text)/([a-z0-9.-]+\+)?json")
_MEDIA = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}(; ?charset=[a-z0-9_-]{1,40})?")
_UNSAFE = re.compile(r"[^\w.,()\[\] -]")


def media(given: str) -> str:
    """Type and charset in small letters, if they look like it; anything else is bytes."""
    kind = given.strip().lower().replace('"', "")
    if not _MEDIA.fullmatch(kind):
        kind = kind.partition(";")[0].strip()
    return kind if _MEDIA.fullmatch(kind) else BYTES


def is_json(kind: str) -> bool:
    return bool(_JSON.fullmatch(kind.partition(";")[0]))


def charset(kind: str) -> str:
    """As Python names it; UTF-8 when none is said, or one that nobody knows or that is no text."""
    try:
        found = codecs.lookup(kind.partition("charset=")[2] or "utf-8")
        b"".decode(found.name)
    except LookupError:
        return "utf-8"
    return found.name


def disposition(given: str) -> str:
    """Always a download. Their file name, without anything that could mean a path or end the header."""
    message = Message()
    message["Content-Disposition"] = re.sub(r"[\r\n]", "", given)
    name = _UNSAFE.sub("_", message.get_filename("") or "").strip(" .")[:NAME_LENGTH]
    return content_disposition_header(True, name) or "attachment"
