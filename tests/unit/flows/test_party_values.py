"""What counts as the same value. No database, no HTTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.flows.beteiligte import values
from syncapp.flows.beteiligte.fields import Kind, Rules
from syncapp.flows.beteiligte.sides import (
    advoware_entries,
    changed_mails,
    changed_phones,
    crm_contacts,
    for_advoware,
    for_crm,
    read_fields,
)
from syncapp.flows.beteiligte.values import Contact

RULES = Rules()
PERSON = RULES.of(company=False)


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [("", ""), ("  ", ""), (" Roth ", "Roth"), ("Roth\u00a0 \tWeiss", "Roth Weiss"), ("Mu\u0308ller", "M\u00fcller")],
)
def test_text(given_text: str, canonical: str) -> None:
    assert values.text(given_text) == canonical


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("", ""),
        ("0001-01-01T00:00:00", ""),
        ("1970-02-28", "1970-02-28"),
        ("1970-02-28T00:00:00", "1970-02-28"),
        (" 1970-02-28 ", "1970-02-28"),
        ("28.02.1970", None),
        ("1970-02-30", None),
        ("unbekannt", None),
    ],
)
def test_day(given_text: str, canonical: str | None) -> None:
    assert values.day(given_text) == canonical


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("Almut@W.Example", "almut@w.example"),
        (" a@w.example ", "a@w.example"),
        ("a.b+c@sub.w.example", "a.b+c@sub.w.example"),
        ("a@w", None),
        ("a at w.example", None),
        ("a@w.example; b@w.example", None),
        ("A <a@w.example>", None),
        ("", None),
    ],
)
def test_mail(given_text: str, canonical: str | None) -> None:
    assert values.mail(given_text) == canonical


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("0511 / 123-45", "+4951112345"),
        ("+49 (0)511 12345", "+4951112345"),
        ("0049 511 12345", "+4951112345"),
        ("+43 1 5055050", "+4315055050"),
        ("0511 12345 ext. 7", "+4951112345;ext=7"),
        ("nur über Sekretariat", None),
        ("(0511) 12345", "+4951112345"),
        ("32 16 08", None),
        ("12", None),
        ("", None),
    ],
)
def test_phone(given_text: str, canonical: str | None) -> None:
    assert values.phone(given_text, "DE") == canonical


def test_a_number_without_a_country_is_of_the_region_that_is_set() -> None:
    assert values.phone("01 5055050", "AT") == "+4315055050"


phones = st.one_of(st.text(max_size=20), st.from_regex(r"(\+49|0|0049)[1-9][0-9 /()-]{4,12}", fullmatch=True))


@given(phones)
def test_the_canonical_number_of_a_canonical_number_is_itself(raw: str) -> None:
    once = values.phone(raw, "DE")
    assert once is None or values.phone(once, "DE") == once


@given(st.one_of(st.emails(), st.text(max_size=20)))
def test_the_canonical_mail_of_a_canonical_mail_is_itself(raw: str) -> None:
    once = values.mail(raw)
    assert once is None or values.mail(once) == once


@given(st.one_of(st.text(max_size=12), st.dates().map(str), st.datetimes().map(lambda moment: moment.isoformat())))
def test_canonical_texts_and_days_stay_as_they_are(raw: str) -> None:
    assert values.text(values.text(raw)) == values.text(raw)
    once = values.day(raw)
    assert once is None or values.day(once) == once


raw_fields = st.fixed_dictionaries({each.name: st.text(max_size=12) for each in PERSON})


@given(raw_fields, st.booleans())
def test_reading_what_was_read_is_the_same(raw: dict[str, str], advoware: bool) -> None:
    once = read_fields(raw, PERSON, RULES, advoware=advoware)
    written = (for_advoware if advoware else _as_crm)(once.fields, RULES)
    names = {each.name: each.advoware if advoware else each.crm for each in PERSON}
    back = {name: str(written[there] or "") for name, there in names.items()}
    again = read_fields(back, PERSON, RULES, advoware=advoware)
    clear = set(once.fields) - once.unclear
    assert {name: again.fields[name] for name in clear} == {name: once.fields[name] for name in clear}


def _as_crm(targets: dict[str, str], rules: Rules) -> dict[str, object]:
    return for_crm(targets, rules, company=False)


@pytest.mark.parametrize(
    ("salutation", "canonical", "unclear"),
    [("Frau", "Frau", False), ("", "", False), ("An Herrn", "Herr", False), ("Dr.", "Dr.", True)],
)
def test_salutations_go_through_the_table(salutation: str, canonical: str, unclear: bool) -> None:
    rules = Rules(salutations={"Frau": "Frau", "Herr": "An Herrn"})
    read = read_fields({"anrede": salutation}, PERSON, rules, advoware=True)
    assert (read.fields["anrede"], "anrede" in read.unclear) == (canonical, unclear)
    if not unclear:
        assert for_advoware({"anrede": canonical}, rules) == {"anrede": salutation}


def test_an_unreadable_date_is_unclear_and_kept_as_it_is() -> None:
    read = read_fields({"geburtsdatum": "Mai 1970"}, PERSON, RULES, advoware=False)
    assert (read.fields["geburtsdatum"], read.unclear) == ("Mai 1970", {"geburtsdatum"})


def test_empty_dates_are_null_where_they_are_written() -> None:
    assert for_advoware({"geburtsdatum": "", "vorname": ""}, RULES) == {"geburtsdatum": None, "vorname": ""}
    assert for_crm({"geburtsdatum": "", "vorname": ""}, RULES, company=False) == {"dateOfBirth": None, "firstName": ""}


def test_contacts_of_the_crm() -> None:
    mails = [{"emailAddress": "A@w.example"}, {"emailAddress": "a@W.example"}, {"emailAddress": None}]
    rows = [("0511 10", "Office"), ("0171 20", "Mobile"), ("0511 30", "Telex"), ("?", "Home"), ("", "Fax")]
    found, unreadable = crm_contacts(mails, [{"phoneNumber": n, "type": kind} for n, kind in rows], "DE")
    assert found["a@w.example"] == Contact(Kind.MAIL, "A@w.example")
    assert {key: contact.kind for key, contact in found.items() if key[0] == "+"} == {
        "+4951110": Kind.OFFICE,
        "+4917120": Kind.MOBILE,
        "+4951130": Kind.OTHER,
    }
    assert unreadable == {"?"}


def test_entries_of_advoware() -> None:
    rows = [
        (1, 1, "0511 10"),
        (2, 4, "A@w.example"),
        (3, 4, ""),
        (4, 5, "w.example"),
        (5, 10, "Schlüssel"),
        (6, 2, "?"),
    ]
    entries, found, unreadable = advoware_entries(rows, RULES)
    assert [(entry.key, entry.empty) for entry in entries] == [
        ("+4951110", False),
        ("a@w.example", False),
        (None, True),
        (None, False),
        (None, False),
        (None, False),
    ]
    assert entries[3].kind is None  # addresses of the internet are not synced
    assert set(found) == {"+4951110", "a@w.example"}
    assert unreadable == {"?"}  # what stands under "other" may be anything


def test_lists_of_the_crm_keep_flags_and_always_have_a_primary() -> None:
    rows = [{"emailAddress": "a@w.example", "primary": True, "optOut": True}, {"emailAddress": "b@w.example"}]
    assert changed_mails(rows, [], [Contact(Kind.MAIL, "C@w.example")])[0] == rows[0]
    left = changed_mails(rows, ["a@w.example"], [])
    assert left == [{"emailAddress": "b@w.example", "primary": True}]
    assert changed_mails(rows, ["a@w.example", "b@w.example"], []) == []


def test_a_type_is_followed_and_the_other_numbers_stay() -> None:
    rows = [{"phoneNumber": "+4951110", "type": "Office", "primary": True}, {"phoneNumber": "?", "type": "Fax"}]
    after = changed_phones(rows, [], [Contact(Kind.HOME, "+4951120")], {"+4951110": Kind.MOBILE}, "DE")
    assert [(row["phoneNumber"], row["type"]) for row in after] == [
        ("+4951110", "Mobile"),
        ("?", "Fax"),
        ("+4951120", "Home"),
    ]
