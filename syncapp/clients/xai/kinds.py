"""Which files xAI can index. Pure; a kind that is missing here is an outcome for staff, not a failure.

Source: https://docs.x.ai/developers/files/collections: text in UTF-8, office documents, pdf, epub, msg, zip; no
pictures, sound, film.
"""

from __future__ import annotations

from pathlib import PurePosixPath

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


def supported_type(filename: str, content_type: str = "") -> bool:
    """The name's ending decides; without one the content type does. A picture that is called .pdf stays a picture."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith(_NEVER):
        return False
    ending = PurePosixPath(filename.strip().lower()).suffix
    if ending:
        return ending in _TEXT or ending in _OFFICE
    return kind.startswith("text/") or kind in _TYPES
