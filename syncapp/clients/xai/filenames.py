"""The names under which files go to xAI. Pure.

A name carries our marker, because it is the only property of an upload that can be searched for: after a lost answer
the next run looks for the marker before it uploads again.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 255  # xAI: characters; counted in UTF-8 bytes here, which is never more permissive
LONGEST_ENDING = 16  # bytes; what is longer is no ending but a name with a dot
MARKER = re.compile(r"[A-Za-z0-9_-]{0,100}")
_FORBIDDEN = re.compile(r"[\s\x22;\\/:*?<>|]+")  # xAI forbids quotes, `;` and backslashes; the others trouble downloads
_BETWEEN = "--"


def safe_filename(name: str, marker: str = "", kind: str = "") -> str:
    """``name`` made acceptable, its ending kept, ``--marker`` before the ending. ValueError for an unusable marker.

    ``kind``: the ending that it shall have (".pdf"), in its place if the name has it already, else behind the name.
    Same name, marker and kind give the same result, so a repeated upload is recognised.
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
    if kind and f".{ending.lower()}" != kind:
        stem = cleaned
    ending = kind.removeprefix(".") or ending
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
