"""What each side of a party says, and what is written to it. The values themselves: tests/unit/flows/lens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.clients.espocrm import EspoParty
from syncapp.flows.beteiligte.actions import AddContact
from syncapp.flows.beteiligte.contacts import Contact, of_crm
from syncapp.flows.beteiligte.crm_lists import lists_after
from syncapp.flows.beteiligte.fields import TABLE, Kind, Rules, declared
from syncapp.flows.beteiligte.placing import towards_advoware
from syncapp.flows.beteiligte.sides import changed
from syncapp.flows.lens.core import EMPTY, Raw, Unreadable
from syncapp.flows.lens.declaration import Field, Side
from tests.unit.flows.lens import laws, strategies
from tests.unit.flows.party_sides import advoware_side, crm_side

RULES = Rules()
FIELDS = declared()
# What EspoCRM's CBeteiligte and Advoware's Beteiligte have besides; see shared/reference, espocrm and advoware.
CRM_HAS = (
    *("id", "name", "salutationName", "firstName", "lastName", "firmenname", "rechtsform", "dateOfBirth", "middleName"),
    *("handelsregisterNummer", "handelsregisterArt", "registergericht", "betnr", "emailAddress", "emailAddressData"),
    *("phoneNumber", "phoneNumberData", "syncStatus", "advowareRowId", "assignedUserId", "versionNumber", "neu"),
)
ADVOWARE_HAS = (
    *("betNr", "rowId", "geaendertAm", "name", "vorname", "rechtsform", "titel", "anrede", "bAnrede", "geburtsdatum"),
    *("geburtsname", "sterbedatum", "familienstand", "handelsRegisterNummer", "registergericht", "ustidnr", "kurzname"),
    *("bemerkung", "kommunikation", "adressen", "gesperrt", "neu"),
)
raws = {
    Side.HERE: st.dictionaries(st.sampled_from(CRM_HAS), strategies.texts | strategies.days, max_size=12),
    Side.THERE: st.dictionaries(
        st.sampled_from([*ADVOWARE_HAS, *(name[0].upper() + name[1:] for name in ADVOWARE_HAS)]),
        strategies.texts | strategies.days,
        max_size=12,
    ),
}


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_laws_hold_for_every_field_of_a_party(field: Field[Raw, Raw, str], side: Side, data: st.DataObject) -> None:
    """A put changes nothing but its own field, whatever else the system has of the party."""
    lens, raw, other = field.lens(side), data.draw(raws[side]), data.draw(raws[side.other])
    said = field.lens(side.other).get(other)
    value: Any = EMPTY if isinstance(said, Unreadable) else said
    laws.get_put(lens, raw)
    laws.put_get(lens, raw, value)
    laws.put_put(lens, raw, value, lens.get(raw) if not isinstance(lens.get(raw), Unreadable) else EMPTY)
    laws.no_more_than_asked(lens, raw, value, {lens.name})  # type: ignore[attr-defined]
    assert {name.lower() for name in changed([field], side, raw, {field.name: value})} <= {lens.name.lower()}  # type: ignore[attr-defined]


def test_every_field_is_one_line_with_two_lenses() -> None:
    assert {each.name for each in FIELDS} == {each.name for each in TABLE}


@pytest.mark.parametrize(
    ("salutation", "said"),
    [("Frau", "Frau"), ("", EMPTY), ("An Herrn", "Herr"), ("Dr.", Unreadable("Dr."))],
)
def test_salutations_go_through_the_table(salutation: str, said: Any) -> None:
    rules = Rules(salutations={"Frau": "Frau", "Herr": "An Herrn"})
    there = advoware_side({"anrede": salutation}, rules=rules)
    assert there.said == {"anrede": said}
    fields = crm_side({"anrede": ""}, rules=rules).fields
    if not isinstance(said, Unreadable):
        assert changed(fields, Side.THERE, {}, {"anrede": said}) == ({"anrede": salutation} if salutation else {})


def test_a_date_is_midnight_in_advoware_and_an_empty_one_null_on_both_sides() -> None:
    born = {"geburtsdatum": "1970-02-28"}
    assert changed(crm_side().fields, Side.THERE, {}, born) == {"geburtsdatum": "1970-02-28T00:00:00"}
    assert changed(crm_side().fields, Side.HERE, {}, born) == {"dateOfBirth": "1970-02-28"}
    fields, targets = crm_side().fields, {"geburtsdatum": EMPTY, "vorname": EMPTY}
    there = {"geburtsdatum": "1970-02-28T00:00:00", "Vorname": "Ute", "titel": "Dr."}
    assert changed(fields, Side.THERE, there, targets) == {"geburtsdatum": None, "Vorname": ""}
    here = {"dateOfBirth": "1970-02-28", "firstName": "Ute", "betnr": 1}
    assert changed(fields, Side.HERE, here, targets) == {"dateOfBirth": None, "firstName": ""}


def test_the_name_of_a_company_is_a_plain_text() -> None:
    side = crm_side({"name": "Lux <Licht> GmbH"}, company=True)
    assert side.company
    assert changed(side.fields, Side.HERE, side.party.raw, {"name": "<Lux>"}) == {"firmenname": "<Lux>"}


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", " \ufeff ", "\u00a0", "", None])
def test_signs_that_nobody_sees_make_no_company_of_a_person(unseen: str | None) -> None:
    side = crm_side(firmenname=unseen)
    assert not side.company
    assert side.said["name"] == "Roth"


def test_contacts_of_the_crm() -> None:
    mails = ({"emailAddress": "A@w.example"}, {"emailAddress": "a@W.example"}, {"emailAddress": None})
    rows = [("+4951110", "Office"), ("+4917120", "Mobile"), ("+4951130", "Telex"), ("?", "Home"), ("", "Fax")]
    phones = tuple({"phoneNumber": text, "type": kind} for text, kind in rows)
    found = of_crm(EspoParty("p1", None, mails, phones, None, None, False, {}), RULES)
    assert found is not None
    assert found.contact("a@w.example") == Contact(Kind.MAIL, "A@w.example")
    assert {key: kind for key, kind in found.entries.kinds.items() if key[0] == "+"} == {
        "+4951110": Kind.OFFICE,
        "+4917120": Kind.MOBILE,
        "+4951130": Kind.OTHER,
    }
    assert found.entries.unreadable == {"?"}


def test_entries_of_advoware() -> None:
    rows = [
        (1, "0511 1234510"),
        (4, "Jörn <A@w.example>"),
        (4, ""),
        (5, "w.example"),
        (10, "Schlüssel"),
        (2, "?"),
        (4, "a@müller.example"),
        (1, "Frau Roth 0511 1234599"),
    ]
    side = advoware_side({}, rows)
    assert [(entry.key, entry.empty) for entry in side.entries] == [
        ("+495111234510", False),
        ("a@w.example", False),
        (None, True),
        (None, False),
        (None, False),
        (None, False),
        ("a@xn--mller-kva.example", False),
        ("+495111234599", False),
    ]
    assert side.entries[3].kind is None  # addresses of the internet are not synced
    assert side.contacts is not None
    assert dict(side.contacts.texts) == {
        "+495111234510": "+495111234510",
        "a@w.example": "A@w.example",
        "a@xn--mller-kva.example": "a@xn--mller-kva.example",
        "+495111234599": "+495111234599",
    }
    assert side.contacts.entries.unreadable == {"?"}  # what stands under "other" may be anything


def lists(mails: list[Any], phones: list[Any], *change: Any) -> dict[str, list[dict[str, Any]]]:
    party = EspoParty("p1", None, tuple(mails), tuple(phones), None, None, False, {})
    return lists_after(party, *change, RULES)


def test_lists_of_the_crm_keep_flags_and_always_have_a_primary() -> None:
    rows = [{"emailAddress": "a@w.example", "primary": True, "optOut": True}, {"emailAddress": "b@w.example"}]
    added = lists(rows, [{"phoneNumber": "?"}], [], [Contact(Kind.MAIL, "C@w.example")], {})
    assert set(added) == {"emailAddressData"}
    assert added["emailAddressData"][0] == rows[0]
    left = lists(rows, [], ["a@w.example"], [], {})["emailAddressData"]
    assert left == [{"emailAddress": "b@w.example", "primary": True}]
    assert lists(rows, [], ["a@w.example", "b@w.example"], [], {}) == {"emailAddressData": []}
    assert lists(rows, [], [], [], {}) == {}


def test_what_comes_for_the_primary_one_is_the_primary_one() -> None:
    """Where somebody corrects an entry in Advoware, and where one of another type comes beside it."""
    rows = [{"emailAddress": "b@w.example"}, {"emailAddress": "typo@w.example", "primary": True, "invalid": True}]
    right = Contact(Kind.MAIL, "right@w.example")
    after = lists(rows, [], ["typo@w.example"], [right], {})["emailAddressData"]
    assert after == [rows[0], {"emailAddress": "right@w.example", "lower": "right@w.example", "primary": True}]
    numbers = [{"phoneNumber": "+4951110", "type": "Office"}, {"phoneNumber": "+4917110", "type": "Mobile"}]
    numbers[1] |= {"primary": True}  # type: ignore[dict-item]
    comes = [Contact(Kind.FAX, "+4951119"), Contact(Kind.MOBILE, "+4917120")]
    after = lists([], numbers, ["+4917110"], comes, {})["phoneNumberData"]
    assert [row["phoneNumber"] for row in after if row.get("primary")] == ["+4917120"]
    after = lists([], numbers, ["+4917110"], comes[:1], {})["phoneNumberData"]
    assert [row["phoneNumber"] for row in after if row.get("primary")] == ["+4951110"]


def test_a_type_is_followed_and_the_other_numbers_stay() -> None:
    rows = [{"phoneNumber": "+4951110", "type": "Office", "primary": True}, {"phoneNumber": "?", "type": "Fax"}]
    after = lists([], rows, [], [Contact(Kind.HOME, "+4951120")], {"+4951110": Kind.MOBILE})["phoneNumberData"]
    assert [(row["phoneNumber"], row["type"]) for row in after] == [
        ("+4951110", "Mobile"),
        ("?", "Fax"),
        ("+4951120", "Home"),
    ]


def test_an_extension_is_written_as_each_system_takes_it() -> None:
    party = EspoParty("p1", None, (), (), None, None, False, {})
    extended = Contact(Kind.OFFICE, "+4930123456;ext=12")
    rules = replace(RULES, phone_extensions=True)
    (row,) = lists_after(party, [], [extended], {}, rules)["phoneNumberData"]
    assert row["phoneNumber"] == "+4930123456 ext. 12"
    (move,), refused = towards_advoware({"+4930123456;ext=12": extended}, (), (), rules)
    assert isinstance(move, AddContact)
    assert (move.value, refused) == ("+4930123456 Durchwahl 12", {})


def test_a_number_of_another_country_is_read_by_the_region_that_is_set() -> None:
    there = advoware_side({}, [(1, "01 5055050")], rules=replace(RULES, phone_region="AT"))
    assert there.contacts is not None
    assert set(there.contacts.texts) == {"+4315055050"}
