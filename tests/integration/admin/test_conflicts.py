"""Conflicts: choose field by field, see what will be written, write it; nothing counts that was not seen."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.admin.people.conflict_views import FieldView
from syncapp.admin.people.differing import differing
from syncapp.models import Conflict, ConflictState, Record, StaffAction, Status, SystemName
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_records import press


@pytest.fixture
def party(db: None) -> Record:
    made = rows.party(Status.CONFLICT)
    rows.conflict(made)
    rows.conflict(made, "vorname", agreed="", here="Hans", there="")
    return made


def form(record: Record, **choices: str) -> dict[str, str]:
    """What the page would send: every shown value's digest, and a choice for the fields named."""
    data = {}
    for row in Conflict.objects.filter(record=record, state=ConflictState.OPEN):
        data[f"seen-{row.pk}"] = FieldView(row).seen
        if row.field in choices:
            data[f"choice-{row.pk}"] = choices[row.field]
    return data


def post(client: Client, name: str, record: Record, data: dict[str, str]) -> str:
    return client.post(reverse(f"admin:hub_{name}", args=[record.pk]), data, follow=True).content.decode()


def test_the_list_counts_fields_and_explains_itself_when_empty(staff: Client, party: Record) -> None:
    page = staff.get(reverse("admin:hub_conflicts"))
    assert [(row.pk, row.fields) for row in page.context["records"]] == [(party.pk, 2)]
    Conflict.objects.all().delete()
    assert "Nothing is in conflict" in staff.get(reverse("admin:hub_conflicts")).content.decode()


def test_three_values_side_by_side_and_nothing_chosen_yet(staff: Client, party: Record) -> None:
    page = staff.get(reverse("admin:hub_conflict", args=[party.pk])).content.decode()
    assert "Müller Bau GmbH" in page
    assert "<mark>Hochbau</mark>" in page
    assert "<mark>Tiefbau</mark>" in page
    assert "First name" in page
    assert " checked" not in page


def test_the_record_and_the_list_of_records_lead_there(staff: Client, party: Record) -> None:
    link = reverse("admin:hub_conflict", args=[party.pk])
    assert link in staff.get(reverse("admin:syncapp_record_change", args=[party.pk])).content.decode()
    assert link in staff.get(reverse("admin:syncapp_record_changelist")).content.decode()


def test_what_will_be_written_is_shown_before_it_is(staff: Client, party: Record) -> None:
    page = post(staff, "check_conflict", party, form(party, name="espocrm"))
    assert "This will be written" in page
    assert "<b>Advoware</b>" in page
    assert "<b>Müller Hochbau GmbH</b>" in page
    assert "<s>Müller Tiefbau GmbH</s>" in page
    assert "1 field stays open" in page
    assert not Conflict.objects.exclude(state=ConflictState.OPEN).exists()
    assert not StaffAction.objects.exists()


def test_the_decision_is_kept_and_the_record_runs(staff: Client, party: Record) -> None:
    page = post(staff, "decide_conflict", party, form(party, name="espocrm"))
    assert "1 field was decided." in page
    decided, left = Conflict.objects.order_by("pk")
    assert (decided.state, decided.choice, str(decided.decided_by)) == (
        ConflictState.DECIDED,
        SystemName.ESPOCRM,
        "erika",
    )
    assert left.state == ConflictState.OPEN
    party.refresh_from_db()
    assert (party.status, party.requested) == (Status.WAITING, 2)
    action = StaffAction.objects.get()
    assert (action.action, action.target_id, action.count) == ("decide_conflict", str(party.pk), 1)
    assert "Müller" not in action.detail


def test_all_of_one_side_is_chosen_at_once_but_nothing_is_written(staff: Client, party: Record) -> None:
    page = post(staff, "check_conflict", party, form(party) | {"all": "advoware"})
    assert page.count(" checked") == 2
    assert not Conflict.objects.exclude(state=ConflictState.OPEN).exists()


def test_choosing_differently_keeps_what_was_chosen(staff: Client, party: Record) -> None:
    page = post(staff, "check_conflict", party, form(party, name="espocrm") | {"back": "1"})
    assert page.count(" checked") == 1
    assert "Choose EspoCRM everywhere" in page


def test_without_a_choice_nothing_is_written(staff: Client, party: Record) -> None:
    assert "at least one field" in post(staff, "check_conflict", party, form(party))
    assert "nothing is written" in post(staff, "decide_conflict", party, {})
    assert not Conflict.objects.exclude(state=ConflictState.OPEN).exists()


@pytest.mark.parametrize("name", ["check_conflict", "decide_conflict"])
def test_a_value_that_changed_meanwhile_is_shown_anew(name: str, staff: Client, party: Record) -> None:
    shown = form(party, name="espocrm")
    Conflict.objects.filter(field="name").update(there="Müller Gleisbau GmbH")
    page = post(staff, name, party, shown)
    assert "a value was changed meanwhile" in page
    assert "Gleisbau" in page
    assert not Conflict.objects.exclude(state=ConflictState.OPEN).exists()
    party.refresh_from_db()
    assert party.status == Status.CONFLICT


def test_a_choice_without_the_values_that_were_seen_does_not_count(staff: Client, party: Record) -> None:
    data = {name: value for name, value in form(party, name="espocrm").items() if name.startswith("choice-")}
    assert "meanwhile" in post(staff, "decide_conflict", party, data)
    assert not Conflict.objects.exclude(state=ConflictState.OPEN).exists()


def test_a_conflict_of_another_record_is_not_decided(staff: Client, party: Record) -> None:
    other = rows.party(Status.CONFLICT)
    rows.conflict(other)
    post(staff, "decide_conflict", party, form(other, name="espocrm"))
    assert not Conflict.objects.exclude(state=ConflictState.OPEN).exists()


def test_nonsense_in_the_form_is_no_choice(staff: Client, party: Record) -> None:
    data = {"choice-x": "espocrm", "choice-1": "xai", f"choice-{'9' * 30}": "espocrm", "seen-": "?"}
    assert "nothing is written" in post(staff, "decide_conflict", party, data)


def test_who_may_only_look_chooses_nothing(login: Login, party: Record) -> None:
    guest = login("guest")
    rows.grant("guest", "view_conflict")
    page = guest.get(reverse("admin:hub_conflict", args=[party.pk])).content.decode()
    assert "Tiefbau" in page
    assert 'type="radio"' not in page
    assert guest.post(reverse("admin:hub_decide_conflict", args=[party.pk]), form(party)).status_code == 403


def test_values_are_only_for_those_who_may_see_conflicts(login: Login, party: Record) -> None:
    guest = login("guest")
    rows.grant("guest", "view_record", "decide_conflict")
    assert guest.get(reverse("admin:hub_conflict", args=[party.pk])).status_code == 403
    assert guest.post(reverse("admin:hub_check_conflict", args=[party.pk]), form(party)).status_code == 403


def test_after_the_last_decision_the_page_says_so(staff: Client, party: Record) -> None:
    press(staff, "decide_conflict", party.pk, **form(party, name="espocrm", vorname="advoware"))
    page = staff.get(reverse("admin:hub_conflict", args=[party.pk])).content.decode()
    assert "nothing to choose here any more" in page
    assert "decided, being written" in page


@pytest.mark.parametrize(
    ("one", "other", "marked"),
    [
        ("Anna-Maria Berg", "Anna Maria Berg", (["-"], [" "])),
        ("", "x", ([], ["x"])),
        ("a\nb", "a\nc", (["b"], ["c"])),
        ("x" * 3000, "y", (["x" * 3000], ["y"])),
    ],
)
def test_differences_are_marked(one: str, other: str, marked: tuple[list[str], list[str]]) -> None:
    left, right = differing(one, other)
    assert ("".join(text for text, _ in left), "".join(text for text, _ in right)) == (one, other)
    assert ([text for text, differs in left if differs], [text for text, differs in right if differs]) == marked
