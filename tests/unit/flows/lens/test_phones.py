"""How people write phone numbers, German offices above all, and what each is read as, with the reason."""

from __future__ import annotations

import pytest

from syncapp.flows.lens.core import EMPTY, CantHold, Unreadable, Why
from syncapp.flows.lens.phones import Phone

FREE = Phone(extension="Durchwahl")
CRM = Phone()
CRM_EXT = Phone(extension="ext.")

READ = [
    # As DIN 5008 and its forerunners group them: only what one would dial counts.
    ("030 1234567", "+49301234567"),
    ("0 30 / 12 34 56-0", "+49301234560"),
    ("0 30 / 12 34 56 - 0", "+49301234560"),
    ("(0 30) 12 34 56", "+4930123456"),
    ("(05 11) 1 23 04 67", "+495111230467"),
    ("(0511)/123467", "+49511123467"),
    ("05 11/1 23 45-67", "+495111234567"),
    ("030-1234567", "+49301234567"),
    ("030.123.4567", "+49301234567"),
    ("030/123 45 67", "+49301234567"),
    ("0170/12 34 567", "+491701234567"),
    ("0351 4 04 05 06", "+493514040506"),  # a zero within is no second number
    ("03 0 1 2 3 4 5 6 7", "+49301234567"),
    ("0800 1234567", "+498001234567"),
    ("0180 2 123456", "+491802123456"),
    # The extension behind a hyphen is part of the number (DIN 5008).
    ("030 123456-12", "+493012345612"),
    ("030 123456-0", "+49301234560"),
    ("030\u2013123456", "+4930123456"),
    # With the country, and the zero that is not dialled then.
    ("+49 (0)30 123456", "+4930123456"),
    ("+49 (0) 30 123456", "+4930123456"),
    ("+49(30)123456", "+4930123456"),
    ("(+49) 30 123456", "+4930123456"),
    ("+49 030 123456", "+4930123456"),
    ("0049 (0)30 123456", "+4930123456"),
    ("0049 30 123456", "+4930123456"),
    # Foreign ones.
    ("+43 1 5337990", "+4315337990"),
    ("0043 1 5337990", "+4315337990"),
    ("+1 (212) 555-2368", "+12125552368"),
    ("+33 1 42 68 53 00", "+33142685300"),
    # A number and a remark: what kind of line, who answers, when.
    ("030 1234567 privat", "+49301234567"),
    ("030/1234567 (Zentrale)", "+49301234567"),
    ("Tel.: 030 1234567", "+49301234567"),
    ("Telefonnr. 030 1234567", "+49301234567"),
    ("Fax: 030 1234567", "+49301234567"),
    ("030 1234567 (Fax)", "+49301234567"),
    ("Tel/Fax 030 1234567", "+49301234567"),
    ("0170-1234567 Frau Müller", "+491701234567"),
    ("Frau Müller 0170-1234567", "+491701234567"),
    ("Mobil 0171-1234567 (Sohn)", "+491711234567"),
    ("030 1234567, nur vormittags", "+49301234567"),
    ("030 1234567.", "+49301234567"),
    ("(030 1234567)", "+49301234567"),
    # An extension that is named as such is dialled later (RFC 3966).
    ("030 123456 Durchwahl 12", "+4930123456;ext=12"),
    ("030 123456, DW: 12", "+4930123456;ext=12"),
    ("+4930123456 ext. 12", "+4930123456;ext=12"),
    # In E.164 a program wrote it: possible is enough, as for EspoCRM.
    ("+49123456789", "+49123456789"),
    ("+4930123", "+4930123"),
    # Copied with signs that nobody sees, and with digits of another alphabet.
    ("\u202a+49 30 123456\u202c", "+4930123456"),
    ("030\u00a01234567\u200b", "+49301234567"),
    ("٠٣٠ ١٢٣٤٥٦٧", "+49301234567"),
]
NOT_GUESSED = [
    "Kundennr. 0815 4711",  # a number of another kind
    "0815 4711 Kundennummer",
    "Az. 0123/45",
    "0123/45",  # the stroke is not behind an area code
    "0815/4711",
    "10 C 123/24",
    "Geb. 01.02.1980",
    "01.02.1980",
    "24.12.2026 10:00",
    "IBAN DE89 3704 0044 0532 0130 00",
    "DE89 3704 0044 0532 0130 00",
    "Vertragskonto 0815 4711",
    "Nr. 0815 4711",  # of what?
    "Müller 0170 1234567",  # an unknown word before it: a name, or the name of another kind of number
    "110",  # no area code that could be told
    "1234567",
    "12",
    "-12",
    "49 30 1234567",
    "0123456789",  # nobody has this one
    "12345 Berlin",
    "keine",
    "unbekannt",
    "?",
    "-",
    "./.",
    "siehe Akte 2020/115",
    "0171 1234567 o. 030 123",  # two numbers, the second one cut off
    "0171 1234567 oder 030 1234567",
    "0171 1234567 / 030 1234567",
    "0171 1234567/030 1234567",
    "030 1234567 030 1234567",
    "030 1234567 oder 7654321",
    "030/1234567/0171 7654321",
    "030 1234567/8",  # or ...8 instead
    "030 123456-10/-11",
    "030 123456-10/11",
    "030 1234567 8-12 Uhr",  # where does it end?
    "030 1234567 2. Stock",
    "O30 1234567",  # a letter
    "0170A1234567",
    "+4930123456x12",
    "0800 KANZLEI",  # letters are not a keypad
    "http://0301234567.example",
]


@pytest.mark.parametrize(("written", "number"), READ)
def test_one_number_is_read(written: str, number: str) -> None:
    assert FREE.get(written) == number


@pytest.mark.parametrize("written", NOT_GUESSED)
def test_everything_else_is_unreadable(written: str) -> None:
    assert FREE.get(written) == Unreadable(written)


@pytest.mark.parametrize("written", [None, "", "  ", "\u200b\u00a0"])
def test_nothing_that_is_seen_is_nothing(written: str | None) -> None:
    assert FREE.get(written) is EMPTY


@pytest.mark.parametrize(
    ("lens", "raw", "value", "after"),
    [
        (FREE, "030 1234567 privat", "+49301234567", "030 1234567 privat"),
        (FREE, "030 1234567 privat", "+4930765432", "+4930765432 privat"),
        (FREE, "Tel.: 030/123 45 67 (Zentrale)", "+4930765432", "Tel.: +4930765432 (Zentrale)"),
        (FREE, "(030 1234567)", "+4930765432", "(+4930765432)"),
        (FREE, None, "+4930765432", "+4930765432"),
        (FREE, "030 123456 DW 3 Frau Roth", "+4930123456;ext=12", "+4930123456 Durchwahl 12 Frau Roth"),
        (FREE, "Tel.: 030 1234567", EMPTY, ""),
        (FREE, "030 1234567 Frau Müller", EMPTY, CantHold(Why.REMARK, "030 1234567 Frau Müller")),
        (FREE, "Kundennr. 0815 4711", "+4930765432", CantHold(Why.UNREADABLE, "Kundennr. 0815 4711")),
        (CRM, "+4930123456", "+4930123456;ext=12", CantHold(Why.EXTENSION, "+4930123456;ext=12")),
        (CRM_EXT, "+4930123456", "+4930123456;ext=12", "+4930123456 ext. 12"),
    ],
)
def test_a_side_keeps_its_own_remark(lens: Phone, raw: object, value: object, after: object) -> None:
    assert lens.put(raw, value) == after  # type: ignore[arg-type]


def test_a_country_without_a_zero_in_front() -> None:
    assert Phone(region="ES").get("912 345 678") == "+34912345678"
