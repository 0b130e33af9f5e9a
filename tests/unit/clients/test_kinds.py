"""Of which kind a file is: by its bytes, whatever it is called."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.clients.xai import has_marker, safe_filename
from syncapp.clients.xai.kinds import CantIndex, NotIndexed, ending_for, hopeless, in_utf8, text_of

MAIL = """Return-Path: <a@w.example>
Received: from mx.example by w.example; Thu, 12 Mar 2026 09:00:00 +0100
From: Almut Wendland <a@w.example>
Subject: =?utf-8?q?K=C3=BCndigung?=
 der Wohnung

Sehr geehrte Damen und Herren
"""


THE_DAY = (2026, 3, 12, 9, 0, 0)


def packed(files: Mapping[str, str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, THE_DAY), text, compression)  # a test's name holds these bytes
    return out.getvalue()


def ole(*streams: str) -> bytes:
    directory = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for name in ("Root Entry", *streams))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2 << 20) + directory


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
DOCX = packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"})
ODF = "application/vnd.oasis.opendocument."


def kind(name: str, raw: bytes, content_type: str = "") -> str:
    try:
        return ending_for(name, content_type, io.BytesIO(raw))
    except CantIndex as exc:
        return exc.why


@pytest.mark.parametrize(
    ("name", "raw", "ending"),
    [
        ("Klage.pdf", PDF, ".pdf"),
        ("KLAGE.PDF", PDF, ".pdf"),
        ("Klage vom 12.03.2026", PDF, ".pdf"),
        ("Anlage K1.1", PDF, ".pdf"),
        ("ohne Namen", b"\r\n\r\n" + PDF, ".pdf"),
        ("Foto.jpg", PDF, ".pdf"),
        ("Klage", b"{\\rtf1\\ansi", ".rtf"),
        ("Klage.doc", b"{\\rtf1\\ansi", ".rtf"),
        ("Vertrag", DOCX, ".docx"),
        ("Vertrag.zip", DOCX, ".docx"),
        ("Tabelle 1.2", packed({"xl/workbook.xml": ""}), ".xlsx"),
        ("Vortrag", packed({"ppt/presentation.xml": ""}), ".pptx"),
        ("Brief", packed({"mimetype": ODF + "text", "content.xml": ""}), ".odt"),
        ("Buch", packed({"mimetype": "application/epub+zip"}, zipfile.ZIP_STORED), ".epub"),
        ("Anlagen", packed({"Anlage 1.pdf": "..."}), ".zip"),
        ("leer", packed({}), ".zip"),
        ("beschädigt.docx", DOCX[:40], ".zip"),
        ("Altvertrag", ole("WordDocument"), ".doc"),
        ("Altvertrag.doc", ole("WordDocument", "Workbook"), ".doc"),
        ("Tabelle", ole("Workbook"), ".xls"),
        ("Nachricht 1.3", ole("__substg1.0_0037001F", "WordDocument"), ".msg"),
        ("Vermerk", "Müller, § 4".encode(), ".txt"),
        ("Vermerk 3.2", "Müller".encode("cp1252"), ".txt"),
        ("liste.CSV", b"a;b", ".csv"),
        ("Vermerk.md", b"# Vermerk", ".md"),
        ("Seite", b"\xef\xbb\xbf<!DOCTYPE html><p>", ".html"),
        ("Seite.doc", b"<html><body>", ".html"),
        ("Rechnung", b'<?xml version="1.0"?><Invoice/>', ".xml"),
        ("Vermerk.txt", "Müller".encode("utf-16"), ".txt"),
        ("Zitat", b"From: unknown author\n\nText", ".txt"),
        ("klage.pdf", b"nur Text", ".txt"),
    ],
)
def test_what_can_be_indexed(name: str, raw: bytes, ending: str) -> None:
    assert kind(name, raw) == ending


@pytest.mark.parametrize(
    ("name", "raw", "content_type", "why"),
    [
        ("Foto.pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "application/pdf", NotIndexed.KIND),
        ("Foto", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "text/plain", NotIndexed.KIND),
        ("Programm.txt", b"MZ\x90\0\x03", "text/plain", NotIndexed.KIND),
        ("Zeichnung.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "", NotIndexed.KIND),
        ("Zeichnung", b"<?xml version='1.0'?><svg/>", "", NotIndexed.KIND),
        ("Tabelle.ods", packed({"mimetype": ODF + "spreadsheet"}), "", NotIndexed.KIND),
        ("Vortrag.ppt", ole("PowerPoint Document"), "", NotIndexed.KIND),
        ("verschlüsselt.docx", ole("EncryptedPackage"), "", NotIndexed.KIND),
        ("Nachricht.eml", MAIL.encode(), "", NotIndexed.MAIL),
        ("Nachricht", MAIL.encode(), "", NotIndexed.MAIL),
        ("Nachricht.txt", MAIL.replace("\r\n", "\n").encode(), "", NotIndexed.MAIL),
        ("Nachricht", b"Guten Tag", "message/rfc822; name=x", NotIndexed.MAIL),
    ],
)
def test_what_can_not(name: str, raw: bytes, content_type: str, why: NotIndexed) -> None:
    assert kind(name, raw, content_type) == why


@pytest.mark.parametrize(
    ("content_type", "ending"), [("text/csv; charset=utf-8", ".csv"), ("text/html", ".html"), ("x/y", ".txt")]
)
def test_the_content_type_tells_texts_apart(content_type: str, ending: str) -> None:
    assert kind("ohne Endung", b"a;b", content_type) == ending


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_every_usual_encoding(encoding: str) -> None:
    text = "Grüße, § 4 – „Müller“ €\r\n\tEnde\f"
    assert text_of(io.BytesIO(text.encode(encoding))) == text


@pytest.mark.parametrize("name", ["Diktat.mp3", "Film.MP4", "a.b.wav"])
def test_sound_and_film_are_not_even_fetched(name: str) -> None:
    assert hopeless(name)
    assert not hopeless(name + ".pdf")


@given(st.text(max_size=60), st.sampled_from([".pdf", ".txt", ".docx"]))
def test_the_name_at_xai_ends_as_the_kind_says_and_bears_the_mark(name: str, ending: str) -> None:
    made = safe_filename(name, "65f0-abc", ending)
    assert made.endswith("--65f0-abc" + ending)
    assert has_marker(made, "65f0-abc")
    assert safe_filename(made, "", ending) == made


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Klage vom 12.03.2026", "Klage vom 12.03.2026--m.pdf"),
        ("Anlage K1.1", "Anlage K1.1--m.pdf"),
        ("KLAGE.PDF", "KLAGE--m.pdf"),
        ("Klage.docx", "Klage.docx--m.pdf"),
    ],
)
def test_an_ending_is_added_and_small(name: str, made: str) -> None:
    assert safe_filename(name, "m", ".pdf") == made


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_have_an_answer(raw: bytes, name: str) -> None:
    assert kind(name, raw)


DAMAGED = packed({"mimetype": "application/epub+zip" * 20, "word/document.xml": "<w:document/>"})


@pytest.mark.parametrize("change", [0x01, 0x02, 0x80, 0xFF])
def test_a_zip_with_any_one_damaged_byte_has_a_kind(change: int) -> None:
    for at in range(4, len(DAMAGED)):
        damaged = DAMAGED[:at] + bytes([DAMAGED[at] ^ change]) + DAMAGED[at + 1 :]
        assert kind("Anlage", damaged) in {".zip", ".docx", ".epub", NotIndexed.KIND}


def test_a_zip_that_ends_too_early_is_a_zip() -> None:
    assert {kind("Anlage", DAMAGED[:length]) for length in range(4, len(DAMAGED))} == {".zip"}


XML, HTML = '<?xml version="1.0" encoding="{}"?><a>Müller – 5 €</a>', "<html><meta charset={}><p>Łódź</p>"
HTTP = "<meta http-equiv='Content-Type' content='text/html; charset={}'>Größe"


@pytest.mark.parametrize(
    ("ending", "text", "encoding"),
    [
        (".xml", XML, "windows-1252"),
        (".xml", XML, "UTF-8"),
        (".html", HTML, "iso-8859-2"),
        (".htm", HTTP, "ISO-8859-1"),
        (".xml", "\ufeff" + XML, "UTF-8"),
    ],
)
def test_a_text_is_read_as_it_says_and_says_what_it_became(ending: str, text: str, encoding: str) -> None:
    sent = in_utf8(ending, io.BytesIO(text.format(encoding).encode(encoding)))
    assert sent == text.lstrip("\ufeff").format("UTF-8").encode()


@pytest.mark.parametrize("named", ["ISO-8859-1", "utf-16", "koi8-r", "rot13", "zlib", "idna", "undefined", "x" * 40])
def test_one_that_says_something_wrong_of_itself_is_read_as_it_is(named: str) -> None:
    sent = in_utf8(".xml", io.BytesIO(XML.format(named).encode()))
    assert sent == XML.format("UTF-8").encode()


@pytest.mark.parametrize(
    "text", [XML.format("utf-8"), HTML.format("utf-8"), HTML.format('"UTF8"'), HTTP.format("Utf-8")]
)
def test_what_says_utf8_already_goes_there_as_it_is(text: str) -> None:
    assert in_utf8(".html", io.BytesIO(text.encode())) == text.encode()


def test_what_a_text_tells_of_encodings_stays_in_other_texts_and_further_down() -> None:
    said = XML.format("latin-1")
    assert in_utf8(".txt", io.BytesIO(said.encode())) == said.encode()
    below = "<a>" + "x" * 5000 + said
    assert in_utf8(".xml", io.BytesIO(below.encode())) == below.encode()
    assert in_utf8(".pdf", io.BytesIO(PDF)) is None


@given(st.binary(max_size=400), st.sampled_from([".xml", ".html"]))
def test_whatever_is_in_it_it_becomes_utf8_or_is_refused(raw: bytes, ending: str) -> None:
    try:
        sent = in_utf8(ending, io.BytesIO(b"<?xml version='1.0' encoding='iso-8859-5'?>" + raw))
    except CantIndex:
        return
    assert sent is not None
    assert b"iso-8859-5" not in sent[:40]
    sent.decode()
