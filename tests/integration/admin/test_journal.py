"""The journal: before and after of every write, and the way to take one back."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import JournalEntry, StaffAction, Status, Undo, UndoState
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_records import press

LIST = "admin:syncapp_journalentry_changelist"


def record_page(client: Client, entry: JournalEntry) -> str:
    return client.get(reverse("admin:syncapp_record_change", args=[entry.record_id])).content.decode()


def test_the_list_names_fields_and_no_values(staff: Client) -> None:
    rows.entry()
    page = staff.get(reverse(LIST)).content.decode()
    assert "party changed in Advoware" in page
    assert "Mail address, Name" in page
    assert "Müller neu" not in page


def test_the_page_of_a_write_shows_before_and_after(staff: Client) -> None:
    entry = rows.entry()
    page = staff.get(reverse("admin:syncapp_journalentry_change", args=[entry.pk])).content.decode()
    assert all(value in page for value in ("Müller alt", "Müller neu", "a@example.org", "b@example.org\nc@ex.org"))


def test_what_was_written_as_it_stood_is_not_shown(staff: Client) -> None:
    noted = {"syncStatus": ["clean", "clean"], "modifiedAt": ["2026-11-21T03:00:00+00:00", None]}
    entry = rows.entry(changes={"vorname": ["Jan", "Jens"]} | noted)
    for page in (
        staff.get(reverse("admin:syncapp_journalentry_change", args=[entry.pk])).content.decode(),
        staff.get(reverse(LIST)).content.decode(),
        record_page(staff, entry),
    ):
        assert "First name" in page
        assert "State of the sync" not in page
        assert "Changed in the CRM" not in page


@pytest.mark.parametrize(
    ("filters", "found"),
    [({"system": "espocrm"}, 1), ({"action": "update_party"}, 2), ({"state": "failed"}, 1), ({"q": "nonsense"}, 0)],
)
def test_filters_and_search(staff: Client, filters: dict[str, str], found: int) -> None:
    rows.entry()
    rows.entry(state="failed")
    rows.entry(system="espocrm", action="update_crm_party")
    assert len(staff.get(reverse(LIST), filters).context["cl"].result_list) == found


def test_search_by_the_id_of_an_entity(staff: Client) -> None:
    wanted, _other = rows.entry(), rows.entry()
    found = staff.get(reverse(LIST), {"q": wanted.record.entity_id}).context["cl"].result_list
    assert [row.pk for row in found] == [wanted.pk]


def test_values_on_the_record_are_only_for_those_who_may_see_the_journal(staff: Client, login: Login) -> None:
    entry = rows.entry()
    assert "Müller neu" in record_page(staff, entry)
    guest = login("guest")
    rows.grant("guest", "view_record", "request_undo")
    page = record_page(guest, entry)
    assert "party changed in Advoware" in page
    assert "Müller neu" not in page
    assert reverse("admin:hub_undo", args=[entry.pk]) not in page
    assert guest.get(reverse("admin:hub_undo", args=[entry.pk])).status_code == 403


def test_undo_shows_what_goes_back_where_and_asks(staff: Client) -> None:
    entry = rows.entry(changes={"name": ["Müller alt", "Müller neu"], "syncStatus": ["unclean", "clean"]})
    assert reverse("admin:hub_undo", args=[entry.pk]) in record_page(staff, entry)
    page = staff.get(reverse("admin:hub_undo", args=[entry.pk])).content.decode()
    assert "written back into Advoware" in page
    assert "<b>Müller alt</b>" in page
    assert "EspoCRM follows" in page
    assert "State of the sync" not in page
    assert not Undo.objects.exists()


def test_undo_is_asked_once_and_the_record_runs(staff: Client) -> None:
    entry = rows.entry()
    assert "being written back" in press(staff, "request_undo", entry.pk)
    assert "undone already" in press(staff, "request_undo", entry.pk)
    undo = Undo.objects.get()
    assert (undo.entry_id, undo.state, str(undo.requested_by)) == (entry.pk, UndoState.REQUESTED, "erika")
    entry.record.refresh_from_db()
    assert (entry.record.status, entry.record.requested) == (Status.WAITING, 2)
    actions = list(StaffAction.objects.order_by("pk").values_list("action", "count"))
    assert actions == [("request_undo", 1), ("request_undo", 0)]
    assert "is being written back" in record_page(staff, entry)


NOTED_ONLY = {"syncStatus": ["", "clean"]}


@pytest.mark.parametrize(
    "columns",
    [
        {"changes": NOTED_ONLY},
        {"action": "create_party"},
        {"state": "failed"},
        {"state": "lost"},
        {"changes": {}},
        {"action": "upload"},
        {"changes": {"syncStatus": ["", "clean"]}},
    ],
)
def test_what_cannot_be_undone_offers_no_undo(staff: Client, columns: dict[str, object]) -> None:
    entry = rows.entry(**columns)
    assert reverse("admin:hub_undo", args=[entry.pk]) not in record_page(staff, entry)
    assert "be undone" in staff.get(reverse("admin:hub_undo", args=[entry.pk])).content.decode()
    assert "can't be undone" in press(staff, "request_undo", entry.pk)
    assert not Undo.objects.exists()


def test_a_refusal_says_why_and_may_be_tried_again(staff: Client) -> None:
    entry, now = rows.entry(), timezone.now()
    Undo.objects.create(entry=entry, state="refused", refusal="changed_since", requested_at=now, finished_at=now)
    page = record_page(staff, entry)
    assert "has been changed since" in page
    assert reverse("admin:hub_undo", args=[entry.pk]) in page
    Undo.objects.create(entry=entry, state="done", requested_at=now, finished_at=now)
    page = record_page(staff, entry)
    assert "written back" in page
    assert reverse("admin:hub_undo", args=[entry.pk]) not in page
