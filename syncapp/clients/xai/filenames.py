"""Which files xAI can index, and the names under which they go there. Pure.

A kind that is missing here is an outcome for staff, not a failure. Source:
https://docs.x.ai/developers/files/collections: text in UTF-8, office documents, pdf, epub, msg, zip; no pictures,
sound, film.

A name carries our marker, because it is the only property of an upload that can be searched for: after a lost answer
the next run looks for the marker before it uploads again.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 255  # xAI: characters; counted in UTF-8 bytes here, which is never more permissive
LONGEST_ENDING = 16  # bytes; what is longer is no ending but a name with a dot
MARKER = re.compile(r"[A-Za-z0-9_-]{0,100}")
_FORBIDDEN = re.compile(r"[\s\x22;\\/:*?<>|]+")  # xAI forbids quotes, `;` and backslashes; the others trouble downloads
_BETWEEN = "--"
_TEXT = frozenset({".txt", ".text", ".md", ".markdown", ".log", ".csv", ".tsv", ".json", ".xml", ".html", ".htm"})
_OFFICE = frozenset({".pdf", ".doc", ".docx", ".xls", ".xlsx", ".pptx", ".odt", ".epub", ".rtf", ".msg", ".zip"})
_TYPES = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/epub+zip",
        "application/rtf",
        "application/vnd.ms-outlook",
        "application/json",
        "application/xml",
        "application/zip",
        "application/x-zip-compressed",
    }
)
_NEVER = ("image/", "audio/", "video/")


def safe_filename(name: str, marker: str = "") -> str:
    """``name`` made acceptable, its ending kept, ``--marker`` before the ending. ValueError for an unusable marker.

    Same name and marker give the same result, so a repeated upload is recognised.
    """
    if not MARKER.fullmatch(marker):
        raise ValueError("unusable marker")
    kept = "".join(
        character if unicodedata.category(character)[0] != "C" else " "  # control, format, surrogate, unassigned
        for character in unicodedata.normalize("NFC", name)
    )
    cleaned = _FORBIDDEN.sub(" ", kept).strip(" .")
    stem, dot, ending = cleaned.rpartition(".")
    if not dot or not stem or " " in ending or len(ending.encode()) > LONGEST_ENDING:
        stem, ending = cleaned, ""
    tail = (_BETWEEN + marker if marker else "") + ("." + ending if ending else "")
    return _cut(stem.rstrip(" ."), LONGEST - len(tail.encode())) + tail


def has_marker(filename: str, marker: str) -> bool:
    """Whether ``safe_filename`` made this name with this marker."""
    if not marker:
        return False
    tail = _BETWEEN + marker
    return filename.endswith(tail) or filename.rpartition(".")[0].endswith(tail)


def _cut(stem: str, room: int) -> str:
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") or "document"


def supported_type(filename: str, content_type: str = "") -> bool:
    """The name's ending decides; without one the content type does. A picture that is called .pdf stays a picture."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith(_NEVER):
        return False
    ending = PurePosixPath(filename.strip().lower()).suffix
    if ending:
        return ending in _TEXT or ending in _OFFICE
    return kind.startswith("text/") or kind in _TYPES
