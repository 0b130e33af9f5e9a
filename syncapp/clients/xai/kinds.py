"""Of which kind a file is, told by its bytes, and whether xAI can index it. Reads, changes nothing.

Names lie: "Klage vom 12.03.2026" is a PDF, and a picture may be called .pdf. So bytes come first; the name's ending and
the content type decide only between kinds that begin alike. Source of what can be indexed:
https://docs.x.ai/developers/files/collections: text in UTF-8, office documents, pdf, epub, msg, zip.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from enum import StrEnum
from pathlib import PurePosixPath
from typing import BinaryIO

from syncapp.clients.xai.encodings import declared, saying_utf8

HEAD = 4096  # bytes; a PDF may begin within the first 1024
CHUNK = 1 << 20

_TEXT = frozenset({".txt", ".md", ".csv", ".json", ".xml", ".html", ".htm"})
_DECLARES = frozenset({".xml", ".html", ".htm"})
_LIKE = {".markdown": ".md"}  # what xAI knows by another ending; whatever else is text is so by `.txt`
_TEXT_TYPES = {"text/html": ".html", "text/csv": ".csv", "application/json": ".json", "text/markdown": ".md"}
# What an office document in a ZIP container has inside, and what it is then.
_IN_ZIP = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "ppt/presentation.xml": ".pptx"}
_MIME_IN_ZIP = {b"application/vnd.oasis.opendocument.text": ".odt", b"application/epub+zip": ".epub"}
_OTHER_MIME_IN_ZIP = b"application/vnd."  # spreadsheets and drawings of OpenDocument
# Names of streams in an OLE file, as they stand in its directory.
_IN_OLE = {"WordDocument": ".doc", "Workbook": ".xls", "Book": ".xls", "__substg1.0_": ".msg"}
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (b"PK\x03\x04", b"PK\x05\x06")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_MAIL = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n?")
_OF_MAIL = re.compile(r"^(?:Received|Message-ID|MIME-Version|Return-Path|Delivered-To):", re.I | re.M)
_PICTURES = frozenset({".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".svg", ".tif", ".tiff", ".webp"})
# Large, and nobody gives a document such an ending: not even fetched.
_SOUND_AND_FILM = frozenset(
    {".aac", ".avi", ".flac", ".m4a", ".m4v", ".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".mpg", ".ogg", ".opus", ".wav",
     ".webm", ".wma", ".wmv"}
)  # fmt: skip


class NotIndexed(StrEnum):
    """Why xAI can't make it searchable."""

    KIND = "kind"  # a picture, sound, film, a program, an old presentation
    MAIL = "mail"  # a mail as a file (.eml): its text is there, but xAI does not read this form


class CantIndex(Exception):
    def __init__(self, why: NotIndexed) -> None:
        super().__init__(why)
        self.why = why


def hopeless(name: str) -> bool:
    """Whether the name alone says that there is nothing to be searched."""
    return _ending(name) in _SOUND_AND_FILM


def ending_for(name: str, content_type: str, file: BinaryIO) -> str:
    """The ending that says of which kind the file is; raises `CantIndex`. ``file`` is seekable and read from 0 on."""
    file.seek(0)
    head = file.read(HEAD)
    if b"%PDF-" in head[:1024]:
        return ".pdf"
    if head.startswith(b"{\\rtf"):
        return ".rtf"
    if head.startswith(_OLE):
        return _in_ole(file)
    if head.startswith(_ZIP):
        return _in_zip(file)
    return _of_text(name, content_type.partition(";")[0].strip().lower(), text_of(file))


def text_of(file: BinaryIO) -> str:
    """The whole file as text: UTF-8, UTF-16 with its mark, what it says itself, else the usual one of Windows; raises
    `CantIndex`."""
    file.seek(0)
    raw = file.read()
    encodings = next(([name] for mark, name in _BOMS if raw.startswith(mark)), ["utf-8", *declared(raw), "cp1252"])
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return text
    raise CantIndex(NotIndexed.KIND)


def in_utf8(ending: str, file: BinaryIO) -> bytes | None:
    """The bytes that go to xAI for a text; None for what is none."""
    if ending not in _TEXT:
        return None
    text = text_of(file)
    return (saying_utf8(text) if ending in _DECLARES else text).encode()


def _of_text(name: str, content_type: str, text: str) -> str:
    start, ending = text[:HEAD].lstrip(), _ending(name)
    if ending == ".eml" or content_type == "message/rfc822" or _is_mail(start):
        raise CantIndex(NotIndexed.MAIL)
    if ending in _PICTURES or content_type == "image/svg+xml" or "<svg" in start[:512].lower():
        raise CantIndex(NotIndexed.KIND)
    if (known := _LIKE.get(ending, ending)) in _TEXT:
        return known
    if start[:15].lower().startswith(("<!doctype html", "<html")):
        return ".html"
    return ".xml" if start.startswith("<?xml") else _TEXT_TYPES.get(content_type, ".txt")


def _is_mail(start: str) -> bool:
    headers = _MAIL.match(start.replace("\r\n", "\n"))
    return bool(headers and _OF_MAIL.search(headers[0]) and re.search(r"^From:", headers[0], re.I | re.M))


def _in_zip(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            mime = archive.open("mimetype").read(100).strip() if "mimetype" in names else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        return ".zip"  # damaged: xAI's own words about it are the better ones
    if mime in _MIME_IN_ZIP:
        return _MIME_IN_ZIP[mime]
    if mime.startswith(_OTHER_MIME_IN_ZIP):
        raise CantIndex(NotIndexed.KIND)
    return next((ending for inside, ending in _IN_ZIP.items() if inside in names), ".zip")


def _in_ole(file: BinaryIO) -> str:
    file.seek(0)
    found, rest = set(), b""
    wanted = {name.encode("utf-16-le"): ending for name, ending in _IN_OLE.items()}
    while chunk := file.read(CHUNK):
        found |= {ending for name, ending in wanted.items() if name in rest + chunk}
        rest = chunk[-64:]
    # A mail may hold documents, a document may hold tables.
    for ending in (".msg", ".doc", ".xls"):
        if ending in found:
            return ending
    raise CantIndex(NotIndexed.KIND)


def _ending(name: str) -> str:
    return PurePosixPath(name.strip().lower()).suffix
