"""What a real EspoCRM's list tells of many records, against what it tells of each."""

from __future__ import annotations

import pytest

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.engine.outside import connections
from syncapp.models import Record, Status
from tests.real.crm import RealCrm
from tests.real.test_documents import CASE, linked

pytestmark = pytest.mark.django_db
MANY = 6
PARTY = "CBeteiligte"


@pytest.mark.parametrize(("kind", "select"), [("CDokumente", FIELDS.document_select), (CASE, FIELDS.parent_select)])
def test_a_list_by_ids_tells_what_each_record_tells(real: RealCrm, kind: str, select: tuple[str, ...]) -> None:
    pairs = [linked(real) for _ in range(2)]
    wanted = [pair[0 if kind == "CDokumente" else 1] for pair in pairs]
    crm = connections.espocrm()
    rows = {row["id"]: row for row in crm.by_ids(kind, [*wanted, "0" * 17], select)}
    assert set(rows) == set(wanted)
    for pk in wanted:
        whole = crm.get(kind, pk)
        assert {name: rows[pk].get(name) for name in select} == {name: whole.get(name) for name in select}


@pytest.mark.parametrize("length", [17, 36])
def test_a_full_page_of_ids_fits_into_an_address(real: RealCrm, length: int) -> None:
    (document, _), others = linked(real), [f"{number:0{length}x}" for number in range(199)]
    rows = connections.espocrm().by_ids("CDokumente", [*others, document], FIELDS.document_select)
    assert [row["id"] for row in rows] == [document]


def test_a_list_without_a_selection_has_every_field_but_contacts(real: RealCrm) -> None:
    pk = real.create(PARTY, firstName="Almut", lastName="Wendland", phoneNumber="+49 30 1234567")
    crm = connections.espocrm()
    (row,), whole = crm.by_ids(PARTY, [pk]), crm.get(PARTY, pk)
    missing = {name for name in whole if name not in row}
    assert {"phoneNumberData", "emailAddressData"} <= missing
    flat = {name for name in missing if not name.endswith(("Data", "Ids", "Names", "Types", "Columns"))}
    assert flat <= {"isFollowed", "isStarred"}, flat
    (row,) = crm.by_ids(PARTY, [pk], ("phoneNumber", "phoneNumberData", "emailAddressData"))
    assert row["phoneNumber"] == whole["phoneNumber"]
    assert not {"phoneNumberData", "emailAddressData"} & row.keys()
    assert {name: row[name] for name in row if name in whole} == {name: whole[name] for name in row if name in whole}


def test_a_link_that_is_a_field_too_stands_in_each_record_and_in_lists_where_it_is_selected(real: RealCrm) -> None:
    """By ids and names, whoever may read what is linked."""
    (document, case), bare, crm = linked(real), real.document(), connections.espocrm()
    link = real.link_to(CASE)
    assert f"{link}Ids" not in crm.get("CDokumente", document)
    with real.as_field(CASE):
        wanted = {document: [case], bare: []}
        assert {pk: crm.get("CDokumente", pk)[f"{link}Ids"] for pk in wanted} == wanted
        assert {pk: crm.update("CDokumente", pk, {"description": "neu"})[f"{link}Ids"] for pk in wanted} == wanted
        for ending in ("Ids", "Names"):
            rows = list(crm.by_ids("CDokumente", [*wanted], (f"{link}{ending}",)))
            assert {row["id"]: row[f"{link}Ids"] for row in rows} == wanted
            assert {row["id"]: list(row[f"{link}Names"]) for row in rows} == wanted
        for select in ((), (link,)):
            assert not any(f"{link}Ids" in row for row in crm.by_ids("CDokumente", [*wanted], select))
        with real.without("CRaeumungsklage"):
            assert crm.get("CDokumente", document)[f"{link}Ids"] == [case]


def test_a_text_that_is_selected_is_cut(real: RealCrm) -> None:
    pk = real.create(PARTY, firstName="Almut", lastName="Wendland", description="ä" * 10_001)
    crm = connections.espocrm()
    (whole,), (row,) = crm.by_ids(PARTY, [pk]), crm.by_ids(PARTY, [pk], ("description",))
    assert (len(whole["description"]), len(row["description"])) == (10_001, 10_000)


def test_many_that_are_unchanged_are_settled_by_one_list(real: RealCrm) -> None:
    documents = [linked(real)[0] for _ in range(MANY)]
    real.edit("CDokumente", documents[0], dokumentId=real.upload("neu.txt", b"Nachtrag"))
    for document in documents:
        real.world.event(document)
    looked = real.world.glance()
    assert len(looked.settled & _keys(documents[1:])) == MANY - 1
    assert looked.left & _keys(documents) == _keys(documents[:1])
    real.world.drive()
    assert set(Record.objects.filter(entity_id__in=documents).values_list("status", flat=True)) == {Status.IN_SYNC}


def test_cases_are_settled_by_one_list(real: RealCrm) -> None:
    cases = [linked(real)[1] for _ in range(MANY)]
    for case in cases:
        real.told(CASE, case)
    real.edit(CASE, cases[0], name="Anders ./. Beispiel")
    for case in cases:
        real.world.event(case, CASE)
    looked = real.world.glance()
    steps = Record.objects.filter(entity_id__in=cases, step="collection_sync")
    assert looked.settled & set(steps.values_list("pk", flat=True)) == set(
        steps.exclude(entity_id=cases[0]).values_list("pk", flat=True)
    )


def _keys(documents: list[str]) -> set[int]:
    return set(Record.objects.filter(entity_id__in=documents).values_list("pk", flat=True))
