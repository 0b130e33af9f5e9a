"""Every page answers, in both languages, with rows and without; nothing of a client's is on any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.admin.kit import views
from syncapp.models import Record, Status
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

LISTS = (
    "record",
    "inboxmessage",
    "orphan",
    "scanrun",
    "staffaction",
    "task",
    "journalentry",
    "calendaremployee",
    "calendarlink",
)
OWN = ("index", "password_change", "hub_second_factor", "hub_sessions")  # for whoever is logged in
PAGES = [name for name, (route, _view) in views.PAGES.items() if "<" not in route and f"hub_{name}" not in OWN]


def addresses(made: dict[str, Any]) -> list[str]:
    found = [reverse(f"admin:{name}") for name in OWN]
    found += [reverse(f"admin:syncapp_{model}_changelist") for model in LISTS]
    found += [reverse(f"admin:hub_{name}") for name in PAGES]
    found += [f"{reverse('admin:syncapp_record_changelist')}?status=open&since=24&step=document_sync&system=xai"]
    if made:
        found += [
            reverse("admin:hub_trace", args=[made["record"].trace_id]),
            reverse("admin:hub_record_state", args=[made["record"].pk]),
            reverse("admin:syncapp_record_change", args=[made["record"].pk]),
            reverse("admin:syncapp_inboxmessage_change", args=[made["message"].pk]),
            reverse("admin:syncapp_inboxmessage_change", args=[made["quarantined"].pk]),
            reverse("admin:syncapp_orphan_change", args=[made["orphan"].pk]),
            reverse("admin:syncapp_scanrun_change", args=[made["scan"].pk]),
            reverse("admin:syncapp_task_change", args=[made["task"].pk]),
            reverse("admin:hub_conflict", args=[made["conflict"].pk]),
            reverse("admin:syncapp_journalentry_change", args=[made["entry"].pk]),
            reverse("admin:hub_undo", args=[made["entry"].pk]),
            reverse("admin:syncapp_calendaremployee_change", args=[made["employee"].pk]),
            reverse("admin:syncapp_calendarlink_change", args=[made["link"].pk]),
        ]
        found += [
            reverse("admin:syncapp_record_change", args=[pk]) for pk in Record.objects.values_list("pk", flat=True)
        ]
    return found


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("filled", [True, False])
def test_every_page_answers(filled: bool, language: str, login: Login) -> None:
    client = login("karl", rows.CARE, rows.PRIVACY)
    made = rows.everything() if filled else {}
    for address in addresses(made):
        answer = client.get(address, headers={"accept-language": language})
        assert answer.status_code == 200, address
        assert b"secret content" not in answer.content, address


def test_the_language_is_that_of_the_reader(staff: Client) -> None:
    assert "Nothing has been synchronised yet" in staff.get("/admin/").content.decode()
    assert "Noch nichts synchronisiert" in staff.get("/admin/", headers={"accept-language": "de"}).content.decode()


def test_who_has_no_rights_sees_a_word_about_it_and_no_page(login: Login) -> None:
    nobody = login("nobody")
    made = rows.everything()
    assert "no rights" in nobody.get("/admin/").content.decode()
    for address in addresses(made)[len(OWN) :]:
        assert nobody.get(address).status_code == 403, address


def test_who_may_only_something_else_is_led_there_and_not_sent_away(login: Login) -> None:
    page = login("dora", rows.PRIVACY).get("/admin/", headers={"accept-language": "de"}).content.decode()
    assert "noch keine Rechte" not in page
    shown = page.partition("Was Sie hier tun können")[2]
    assert f'<a href="{reverse("admin:hub_person")}">Daten einer Person</a>' in shown, "on a telephone no menu is seen"
    # As the guide for staff names it.
    assert "Nachschlagen" in page
    guide = (Path(__file__).parents[3] / "docs" / "staff.md").read_text(encoding="utf-8")
    assert "unter *Nachschlagen* die Seite *Daten einer Person*" in guide


def test_the_number_of_statements_does_not_grow_with_the_rows(
    staff: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(60):
        rows.attempt(rows.record())
    for address in ("/admin/", reverse("admin:syncapp_record_changelist"), reverse("admin:hub_causes")):
        with django_assert_max_num_queries(29):
            assert staff.get(address).status_code == 200


@pytest.mark.parametrize("action", ["add/", "1/delete/"])
def test_nothing_is_added_or_deleted_by_hand(action: str, login: Login) -> None:
    chief = login("chief", is_superuser=True)
    rows.record(pk=1)
    for model in ("record", "orphan", "inboxmessage"):
        assert chief.get(f"{reverse(f'admin:syncapp_{model}_changelist')}{action}").status_code in (302, 403)
    assert chief.get(reverse("admin:auth_user_changelist")).status_code == 200


def test_only_superusers_manage_accounts(care: Client) -> None:
    assert care.get(reverse("admin:auth_user_changelist")).status_code == 403


def test_the_queues_own_pages_are_gone(login: Login) -> None:
    chief = login("chief", is_superuser=True)
    for address in ("/admin/django_q/ormq/", "/admin/django_q/failure/", "/admin/axes/accessattempt/"):
        assert chief.get(address).status_code == 404


def test_search_takes_what_staff_have_at_hand(staff: Client) -> None:
    made = rows.everything()
    wanted: Record = made["record"]
    crm = f"https://crm.example.org/#CDokumente/view/{wanted.entity_id}"
    for term in (wanted.entity_id, crm, "file_1", wanted.trace_id):
        answer = staff.get(reverse("admin:syncapp_record_changelist"), {"q": term})
        assert [row.pk for row in answer.context["cl"].result_list] == [wanted.pk], term


def test_the_tiles_add_up(staff: Client) -> None:
    for status, count in ((Status.IN_SYNC, 3), (Status.FAILED, 2)):
        for _ in range(count):
            rows.record(status)
    tiles = {str(status): count for status, count, _url in staff.get("/admin/").context["tiles"]}
    assert tiles == {"in_sync": 3, "failed": 2, "conflict": 0, "running": 0, "waiting": 0, "skipped": 0}
