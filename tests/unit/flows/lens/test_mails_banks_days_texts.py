"""Canonical forms of everything but phone numbers. No database, no HTTP."""

from __future__ import annotations

import pytest

from syncapp.clients.espocrm.takes import Takes
from syncapp.flows.lens.banks import Bic, Iban
from syncapp.flows.lens.bounds import Bounded
from syncapp.flows.lens.core import EMPTY, CantHold, Unreadable, Why
from syncapp.flows.lens.days import Choice, Day
from syncapp.flows.lens.mails import Mail, key, php_takes
from syncapp.flows.lens.texts import Over, Text
from tests.unit.flows.lens.cases import SALUTATIONS

DE = "DE89370400440532013000"
ADVOWARE = Text(multiline=True, limit=30, charset="latin-1")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("a@x.example", "a@x.example"),
        ("mailto:a@x.example", "a@x.example"),
        ("MAILTO:a@x.example?subject=Klage", "a@x.example"),
        ("<a@x.example>", "a@x.example"),
        ("Jörn <j@x.example>", "j@x.example"),
        ('"Roth, Jörn" <j@x.example>', "j@x.example"),
        ("a@x.example (privat)", "a@x.example"),
        ("E-Mail: a@x.example", "a@x.example"),
        ("a@x.example.", "a@x.example"),
        ("a\u200b@x.example\u00ad", "a@x.example"),
        ("A.B+c@Sub.X.Example", "A.B+c@sub.x.example"),
        ("a@müller.example", "a@xn--mller-kva.example"),
        ("a@mu\u0308ller.example", "a@xn--mller-kva.example"),
        ("a@xn--mller-kva.example", "a@xn--mller-kva.example"),
        ("jörn@x.example", "jörn@x.example"),
        ("o'neill@x.example", "o'neill@x.example"),
    ],
)
def test_a_mail_address(written: str, address: str) -> None:
    assert Mail().get(written) == address


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("A@X.example", "a@x.EXAMPLE", True), ("JÖRN@x.example", "jörn@x.example", True),
     ("groß@x.example", "gross@x.example", False)],
)  # fmt: skip
def test_capitals_make_no_other_address_and_an_eszett_does(one: str, other: str, same: bool) -> None:
    assert (key(one) == key(other)) is Mail().same(one, other) is same


@pytest.mark.parametrize(
    "written",
    ["a@x", "a@x.example; b@x.example", "a@x.example, b@x.example", "a at x.example", "@x.example", "a@@x.example",
     ".a@x.example", "a..b@x.example", "a.@x.example", "a@-x.example", "a@x_y.example", "a@1.2.3.4", "keine",
     "a@b@c.example"],
)  # fmt: skip
def test_no_mail_address_or_several(written: str) -> None:
    assert Mail().get(written) == Unreadable(written)


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("a@x.example", True),
        ("a.b+c{}~@x-y.example", True),
        ("a" * 64 + "@x.example", True),
        ("a" * 65 + "@x.example", False),
        ("a@" + "x" * 63 + ".example", True),
        ("a@" + "x" * 64 + ".example", False),
        ("a@" + ".".join(["x" * 61] * 4) + ".info", True),  # 254 signs
        ("a@" + ".".join(["x" * 61] * 4) + ".infos", False),
        ("a@x--y.example", True),
        ("jörn@x.example", False),
        ("a@müller.example", False),
        ("a@x", False),
        ("a@x.1e", False),
        ("a@x.e1", True),
        (".a@x.example", False),
        ("a b@x.example", False),
        ("a@x.example\n", False),
    ],
)
def test_what_php_takes(address: str, taken: bool) -> None:
    assert php_takes(address) is taken


def test_mail_towards_the_sides() -> None:
    assert Mail(php=True).put(None, "jörn@x.example") == CantHold(Why.INVALID, "jörn@x.example")
    assert Mail().put("Jörn <j@x.example>", "k@x.example") == "Jörn <k@x.example>"
    assert Mail().put("Almut@x.example", "almut@x.example") == "Almut@x.example"
    assert Mail().put("<a@x.example>", EMPTY) == ""
    assert Mail().put("Jörn <j@x.example>", EMPTY) == CantHold(Why.REMARK, "Jörn <j@x.example>")


@pytest.mark.parametrize(
    "written",
    [DE, "DE89 3704 0044 0532 0130 00", "de89-3704-0044-0532-0130-00", "IBAN: DE89 3704 0044 0532 0130 00",
     "IBAN DE89370400440532013000", "DE89\u00a03704\u200b0044 0532 0130 00", "DE89 3704 0044 0532 0130 00 Sparkasse"],
)  # fmt: skip
def test_an_iban(written: str) -> None:
    assert Iban().get(written) == DE


@pytest.mark.parametrize(
    "written",
    ["DE88370400440532013000", "532013000 BLZ 37040044", "DE89", f"{DE} / NO9386011117947", f"{DE}1", "folgt"],
)
def test_no_iban_or_two(written: str) -> None:
    assert Iban().get(written) == Unreadable(written)


@pytest.mark.parametrize(
    ("written", "bic"),
    [
        ("COBADEFF", "COBADEFFXXX"),
        ("COBADEFFXXX", "COBADEFFXXX"),
        ("cobadeff xxx", "COBADEFFXXX"),
        ("BIC: COBADEFF", "COBADEFFXXX"),
        ("COBADEFF370", "COBADEFF370"),
        ("NOTPROVIDED", EMPTY),
        ("", EMPTY),
        ("37040044", Unreadable("37040044")),  # a German bank code
        ("COBADEFF1", Unreadable("COBADEFF1")),
        ("?", Unreadable("?")),
    ],
)
def test_a_bic(written: str, bic: object) -> None:
    assert Bic().get(written) == bic


def test_a_bic_keeps_its_spelling() -> None:
    assert Bic().put("COBADEFF", "COBADEFFXXX") == "COBADEFF"
    assert Bic().put("NOTPROVIDED", EMPTY) == "NOTPROVIDED"
    assert Bic().put("NOTPROVIDED", "COBADEFFXXX") == "COBADEFFXXX"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (None, EMPTY),
        ("0001-01-01T00:00:00", EMPTY),
        ("1980-02-01", "1980-02-01"),
        ("1980-02-01T00:00:00", "1980-02-01"),
        (" 1980-02-01\u200b", "1980-02-01"),
        ("1980", Unreadable("1980")),
        ("02/1980", Unreadable("02/1980")),
        ("1980-00-00", Unreadable("1980-00-00")),
        ("1980-02-30", Unreadable("1980-02-30")),
        ("1980-02-011", Unreadable("1980-02-011")),
        ("01.02.1980", Unreadable("01.02.1980")),
    ],
)
def test_a_day(written: object, day: object) -> None:
    assert Day().get(written) == day


def test_a_day_is_written_as_its_side_writes_it() -> None:
    assert Day("T00:00:00").put(None, "1980-02-01") == "1980-02-01T00:00:00"
    assert Day("T00:00:00").put("1980-02-01", "1980-02-01") == "1980-02-01"
    assert Day("T00:00:00").put("0001-01-01T00:00:00", EMPTY) == "0001-01-01T00:00:00"
    assert Day().put("1980-02-01", EMPTY) is None
    assert Day().put("1980", "1980-02-01") == CantHold(Why.UNREADABLE, "1980")


def test_a_choice() -> None:
    lens = Bounded(Choice(SALUTATIONS), Takes(frozenset({"Herr", "Frau"})))
    assert lens.get("Herrn") == "herr"
    assert lens.get("Firma") == Unreadable("Firma")
    assert lens.put("Herrn", "herr") == "Herrn"
    assert lens.put("Mr.", "frau") == "Frau"
    assert lens.put("Mr.", "divers") == lens.put("Mr.", EMPTY) == CantHold(Why.NO_SUCH_OPTION)
    assert lens.put("Mr.", "niemand") == CantHold(Why.NO_SUCH_OPTION, "niemand")
    assert lens.put("Firma", "frau") == CantHold(Why.UNREADABLE, "Firma")


def test_what_the_metadata_of_a_field_says_holds() -> None:
    spec = {"type": "varchar", "maxLength": 5, "pattern": "$noBadCharacters", "required": True}
    lens = Bounded(Text(), Takes.from_api(spec))
    assert lens.put("a", "abcde") == "abcde"
    assert lens.put("a", "abcdef") == CantHold(Why.TOO_LONG, "5")
    assert lens.put("a", "a=b") == CantHold(Why.INVALID)
    assert lens.put("a", EMPTY) == CantHold(Why.NEEDED)
    assert lens.put("abcdefgh", "abcdefgh") == "abcdefgh", "what stands there stays, whatever the metadata says"
    assert Bounded(Text(), Takes.from_api({"type": "varchar"})).put("", "x" * 256) == CantHold(Why.TOO_LONG, "255")


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "text"},
        {"type": "enum", "options": ["a"], "optionsReference": "Account.industry"},
        {"type": "enum", "options": ["a"], "optionsPath": "app.x"},
        {"type": "enum", "options": None},
        {"type": "multiEnum", "options": ["a"]},
        {"type": "enum", "pattern": "(?P>x)"},
        {"type": "text", "pattern": "$digits", "maxLength": "5"},
    ],
)
def test_what_can_not_be_told_forbids_nothing(spec: dict[str, object]) -> None:
    assert Bounded(Text(), Takes.from_api(spec)).put("", "x" * 300) == "x" * 300


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Mu\u0308ller", "Müller"),
        (" Roth\u00a0 \tWeiss ", "Roth Weiss"),
        ("Ro\u200bth\u00ad", "Roth"),
        ("👩\u200d⚖️", "👩\u200d⚖️"),  # joined to one sign
        ("a\r\nb", "a b"),
        ("\u200b", EMPTY),
        (None, EMPTY),
    ],
)
def test_a_text(written: object, text: object) -> None:
    assert Text().get(written) == text


def test_what_a_side_cannot_hold_of_a_text() -> None:
    assert ADVOWARE.same("Łukasz", "?ukasz")
    assert not ADVOWARE.same("Łukasz", "Lukasz")
    assert not ADVOWARE.same("Müller", "M?ller")  # Latin-1 has that sign, so somebody wrote the question mark
    assert ADVOWARE.same("x" * 40, "x" * 30)
    assert not ADVOWARE.same("x" * 40, "x" * 29)
    assert not ADVOWARE.same("x" * 40 + "y", "x" * 40)  # it does hold more, so this is a difference
    assert Text().kept("x" * 300, "x" * 255)  # a limit that nobody knew of
    assert not Text().kept("x" * 300, "x" * 254 + "y")
    assert Text(limit=255, over=Over.REFUSED).put("", "x" * 256) == CantHold(Why.TOO_LONG, "255")
    assert Text(refused="<>").put("", "A<b>") == CantHold(Why.SIGNS, "<>")
    assert Text(nothing="(ohne Betreff)").put("Termin", EMPTY) == "(ohne Betreff)"


@pytest.mark.parametrize(
    ("full", "before", "after", "lifted"),
    [
        ("Łukasz Roth", "?ukasz Roth", "?ukasz Weiss", "Łukasz Weiss"),
        ("Łukasz Roth", "?ukasz Roth", "Lukasz Roth", "Lukasz Roth"),
        ("Eins zwei drei", "Eins zwei", "Eins zwo", "Eins zwo drei"),
        ("Eins zwei drei", "Eins zwei", "Eins", "Eins drei"),
        ("Eins zwei drei", "Eins zwei", "Neu! Eins", "Neu! Eins zwei drei"),  # pushed out at the end, not deleted
    ],
)
def test_an_edit_is_made_in_the_fuller_text(full: str, before: str, after: str, lifted: str) -> None:
    assert Text().lifted(full, before, after) == lifted
