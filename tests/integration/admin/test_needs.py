"""One list of everything that needs a person: each kind is in it, counted, told in words, and has its button."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Schedule

from syncapp.admin.kit import needs
from syncapp.engine.runs import switches
from syncapp.models import (
    Conflict,
    Handling,
    NeedKind,
    Notice,
    Orphan,
    OrphanState,
    Reason,
    Record,
    ScanRun,
    StaffAction,
    Status,
    System,
    Task,
)
from syncapp.upkeep import erasure, handled, persons, pruning
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

LIST = "admin:hub_needs"
OF_CARE = {NeedKind.NOTICE}  # who looks after the hub mends these


def one_of_each() -> dict[str, Any]:
    made = rows.everything()
    Record.objects.exclude(pk=made["record"].pk).filter(status=Status.FAILED).delete()
    Record.objects.exclude(pk=made["conflict"].pk).filter(status=Status.CONFLICT).delete()
    rows.link(made["employee"], state="failed", reason="rejected")
    return made


def page(client: Client, query: str = "", language: str = "en") -> Any:
    return client.get(f"{reverse(LIST)}{query}", headers={"accept-language": language})


def listed(client: Client, query: str = "") -> list[str]:
    return [need.key for need in page(client, query).context["listed"].needs]


def press(client: Client, name: str, *chosen: str, **data: Any) -> str:
    answer = client.post(reverse(f"admin:hub_{name}"), {"chosen": list(chosen), **data}, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def test_each_kind_says_what_it_is_and_the_upkeep_knows_it() -> None:
    assert [kind.name for kind in needs.kinds()] == list(NeedKind)
    assert set(handled.OPEN) == set(NeedKind)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("group", [rows.CARE, rows.STAFF])
def test_each_kind_is_listed_with_words_and_the_button_that_ends_it(language: str, group: str, login: Login) -> None:
    one_of_each()
    shown = page(login("karl", group), language=language).context["listed"]
    seen = [kind for kind in NeedKind if group == rows.CARE or kind not in OF_CARE]
    assert [NeedKind(need.kind) for need in shown.needs] == seen  # the most pressing first, one of each
    for need in shown.needs:
        assert all((str(need.what), str(need.why), need.since)), need.kind
        assert re.search(r"href=|formaction=|data-retry=", str(need.ends)), need.kind


@pytest.mark.parametrize("kind", NeedKind)
def test_what_is_listed_is_counted_and_the_banner_leads_to_it(kind: NeedKind, care: Client) -> None:
    one_of_each()
    start = care.get("/admin/")
    assert start.context["needs"] == len(NeedKind)
    assert f"{reverse(LIST)}?kind={kind}" in start.content.decode()
    (only,) = listed(care, f"?kind={kind}")
    assert only.startswith(f"{kind}:")


@pytest.mark.parametrize("kind", NeedKind)
def test_who_may_not_see_a_kind_meets_nothing_of_it(kind: NeedKind, login: Login) -> None:
    one_of_each()
    permission = next(each.permission for each in needs.kinds() if each.name == kind)
    client = login("erika")
    assert page(client).status_code == 403
    rows.grant("erika", permission.partition(".")[2])
    sees = {key.partition(":")[0] for key in listed(client)}
    assert kind in sees
    assert sees == {each.name for each in needs.kinds() if each.permission == permission}


def test_the_oldest_comes_first_on_every_page(staff: Client) -> None:
    now = timezone.now()
    made = [rows.record(changed_at=now - timedelta(minutes=n)) for n in range(120)]
    rows.orphan()
    first, second, third = (listed(staff, f"?page={number}") for number in (1, 2, 3))
    assert [*first, *second, *third[:-1]] == [f"failure:{row.pk}" for row in reversed(made)]
    assert third[-1].startswith("orphan:")
    assert listed(staff, "?page=99999") == third  # there is no such page


def test_a_task_that_only_leads_to_the_questions_is_no_second_row(staff: Client) -> None:
    employee = rows.employee()
    record = rows.record(
        Status.SKIPPED, step="calendar_employee", entity_type="Mitarbeiter", entity_id="SB", reason="task_open"
    )
    rows.task(record, kind="appointments_alike")
    assert [key.partition(":")[0] for key in listed(staff)] == ["task"]  # nothing else would lead there
    rows.question(employee, rows.free_event(employee))
    assert [key.partition(":")[0] for key in listed(staff)] == ["question"]


@pytest.mark.parametrize("query", ["?q={}", "?q=https://crm.example/%23CDokumente/view/{}"])
def test_a_search_finds_by_id(query: str, staff: Client) -> None:
    wanted, _other = rows.record(), rows.record()
    assert listed(staff, query.format(wanted.entity_id)) == [f"failure:{wanted.pk}"]


@pytest.mark.parametrize("word", ["'", "%", "0", "9" * 40, "²", "\x00", "ä" * 300])
def test_whatever_is_typed_the_list_answers(word: str, staff: Client) -> None:
    one_of_each()
    for name in ("q", "kind", "person", "since", "state", "page"):
        assert staff.get(reverse(LIST), {name: word}).status_code == 200, name


def test_since_takes_a_day_of_ones_own_here_and_in_the_list_of_failures(staff: Client) -> None:
    now = timezone.now()
    rows.record(changed_at=now - timedelta(days=9))
    new = rows.record(changed_at=now - timedelta(days=2))
    day = timezone.localdate(now - timedelta(days=3)).isoformat()
    assert listed(staff, f"?since={day}") == listed(staff, "?since=72") == [f"failure:{new.pk}"]
    failures = staff.get(f"{reverse('admin:syncapp_record_changelist')}?status=open&since={day}")
    assert list(failures.context["cl"].result_list) == [new]
    assert f'value="{day}"' in failures.content.decode()
    for nonsense in ("2026-13-45", "0000-00-00", "2026-11-2", "-5"):
        assert len(listed(staff, f"?since={nonsense}")) == 2, nonsense


# What staff say about it


@pytest.mark.parametrize("kind", NeedKind)
def test_of_every_kind_it_is_given_to_somebody_noted_put_off_and_given_up(kind: NeedKind, login: Login) -> None:
    one_of_each()
    care, anna = login("karl", rows.CARE), rows.user("anna", rows.STAFF)
    (key,) = listed(care, f"?kind={kind}")
    start = care.get("/admin/").context["needs"]

    assert "given to anna" in press(care, "assign_needs", key, to=anna.pk)
    assert listed(care, f"?kind={kind}&person={anna.pk}") == [key]
    assert listed(care, f"?kind={kind}&person=me") == listed(care, f"?kind={kind}&person=nobody") == []

    assert "noted" in press(care, "note_needs", key, note="the client\nis on holiday")
    assert "the client is on holiday" in page(care, f"?kind={kind}").content.decode()

    until = timezone.localdate() + timedelta(days=3)
    assert "put off until" in press(care, "snooze_needs", key, until=until.isoformat())
    assert listed(care, f"?kind={kind}") == []
    assert listed(care, f"?kind={kind}&state=resting") == [key]  # and stays countable
    assert care.get("/admin/").context["needs"] == start - 1
    Handling.objects.update(snoozed_until=timezone.localdate())
    assert listed(care, f"?kind={kind}") == [key]  # the day has come

    assert "say why" in press(care, "give_up_needs", key, note=" ")
    assert "1 was given up." in press(care, "give_up_needs", key, note="an old draft")
    assert listed(care, f"?kind={kind}") == []
    note = Handling.objects.get()
    assert (note.kind, note.assignee, note.given_up, str(note.changed_by)) == (kind, anna, "an old draft", "karl")
    done = ["assign_needs", "note_needs", "snooze_needs", "give_up_needs"]
    on_record = StaffAction.objects.filter(count=1).order_by("pk")
    assert list(on_record.values_list("action", flat=True)) == done
    assert {str(row.user) for row in on_record} == {"karl"}
    pk = key.partition(":")[2]
    assert {(row.target_type, row.target_id) for row in on_record} == {(on_record[0].target_type, pk)}


def test_what_is_given_up_comes_back_when_something_new_happens(staff: Client) -> None:
    failed, waits = rows.record(), rows.message("quarantined")
    keys = [f"failure:{failed.pk}", f"quarantine:{waits.pk}"]
    press(staff, "give_up_needs", *keys, note="old")
    failed.refresh_from_db()
    assert (failed.status, failed.reason, failed.detail) == (Status.SKIPPED, Reason.DISCARDED, "old (erika)")
    assert listed(staff) == []
    assert listed(staff, "?state=given_up") == [keys[1]]  # the failure is none any more
    later = timezone.now() + timedelta(minutes=1)
    Record.objects.filter(pk=failed.pk).update(status=Status.FAILED, reason="rejected", changed_at=later)
    assert listed(staff) == [keys[0]]


def test_why_something_is_given_up_is_not_on_the_record_of_staff(staff: Client) -> None:
    """Which is kept for ever; the reason may name a client, goes when nobody is needed any more, and can be erased."""
    failed, others = rows.party(Status.FAILED), (rows.record(), rows.record())
    press(staff, "give_up_needs", f"failure:{failed.pk}", note="Geheimrätin")
    staff.post(reverse("admin:hub_discard", args=[others[0].pk]), {"note": "Geheimrätin"})
    staff.post(reverse("admin:hub_discard_chosen"), {"note": "Geheimrätin", "chosen": [others[1].pk]})
    assert [row.count for row in StaffAction.objects.all()] == [1, 1, 1]
    assert "Geheimrätin" not in str(list(StaffAction.objects.values()))
    assert Record.objects.filter(detail__startswith="Geheimrätin").count() == 3
    (person,) = persons.by_id(failed.entity_id)
    erasure.erase(person)
    assert "Geheimrätin" not in str([*Record.objects.filter(pk=failed.pk).values(), *Handling.objects.values()])


def test_an_orphan_that_is_given_up_is_kept_and_only_by_who_may(care: Client, staff: Client) -> None:
    orphan = rows.orphan()
    assert "may not give up" in press(staff, "give_up_needs", f"orphan:{orphan.pk}", note="why not")
    assert Orphan.objects.get().state == OrphanState.OPEN
    assert not Handling.objects.exists()
    assert "1 was given up" in press(care, "give_up_needs", f"orphan:{orphan.pk}", note="the court wants it")
    assert Orphan.objects.get().state == OrphanState.KEPT


@pytest.mark.parametrize("until", ["yesterday", "2020-01-01", "9999-12-31", "TODAY"])
def test_it_is_put_off_to_a_day_that_comes(until: str, staff: Client) -> None:
    failed = rows.record()
    until = timezone.localdate().isoformat() if until == "TODAY" else until
    assert "still to come" in press(staff, "snooze_needs", f"failure:{failed.pk}", until=until)
    assert listed(staff) == [f"failure:{failed.pk}"]


def test_nobody_is_given_what_they_could_not_open(staff: Client) -> None:
    failed, stranger = rows.record(), User.objects.create_user("stranger")
    assert "no such colleague" in press(staff, "assign_needs", f"failure:{failed.pk}", to=stranger.pk)
    assert not Handling.objects.exists()


def test_what_is_chosen_but_gone_or_nobodys_to_see_is_left_alone(login: Login) -> None:
    made = one_of_each()
    client = login("erika")
    rows.grant("erika", "view_record", "retry_record")
    keys = [f"orphan:{made['orphan'].pk}", "failure:999999", "failure:x", "nonsense:1", "failure", ""]
    assert "Nothing was chosen" in press(client, "note_needs", *keys, note="x")
    assert not Handling.objects.exists()


# Several at once


def test_first_the_number_and_a_sample_then_what_moved_and_what_did_not(staff: Client) -> None:
    for _ in range(60):
        rows.record()
    refused = [rows.record(reason="indexing_failed") for _ in range(2)]
    conflict = rows.party(Status.CONFLICT)
    rows.conflict(conflict)
    asked = staff.post(reverse("admin:hub_handle"), {"all": "yes", "query": ""})
    text = asked.content.decode()
    assert asked.context["count"] == 63
    assert (asked.context["retryable"], len(asked.context["sample"]), asked.context["more"]) == (60, 10, 53)
    assert "In a conflict a person chooses" in text
    assert not StaffAction.objects.exists()

    said = press(staff, "retry_needs", all="yes", query="")
    assert "60 are tried again now." in said
    assert "3 did not move." in said
    assert "In a conflict a person chooses" in said
    assert Record.objects.filter(status=Status.WAITING).count() == 60
    assert set(Record.objects.exclude(status=Status.WAITING)) == {*refused, conflict}
    assert StaffAction.objects.get().count == 60


def test_the_button_of_a_row_is_about_that_row_whatever_is_ticked(staff: Client) -> None:
    wanted, *others = (rows.record() for _ in range(3))
    ticked = {"all": "yes", "query": "", "chosen": [f"failure:{each.pk}" for each in others]}
    asked = staff.post(reverse("admin:hub_handle"), {**ticked, "only": f"failure:{wanted.pk}"})
    assert (asked.context["count"], asked.context["keys"]) == (1, [f"failure:{wanted.pk}"])


def test_all_that_match_is_no_more_than_that(staff: Client) -> None:
    old = timezone.now() - timedelta(days=5)
    spared, orphan = rows.record(changed_at=old), rows.orphan()
    for _ in range(55):
        rows.record()
    assert "55: noted." in press(staff, "note_needs", all="yes", query="kind=failure&since=24", note="x")
    assert not Handling.objects.filter(row__in=[spared.pk, orphan.pk]).exclude(kind=NeedKind.FAILURE).exists()
    assert not Handling.objects.filter(kind=NeedKind.FAILURE, row=spared.pk).exists()


def test_refused_contents_have_a_link_instead_and_no_retry_of_all_counts_them(staff: Client) -> None:
    mendable = rows.record()
    refused = rows.record(reason="file_mismatch")
    conflict = rows.party(Status.CONFLICT)
    text = page(staff).content.decode()
    assert f"record/{mendable.pk}/retry" in text
    assert f"record/{refused.pk}/retry" not in text
    failures = staff.get(f"{reverse('admin:syncapp_record_changelist')}?status=open")
    assert failures.context["retryable"] == 1
    answer = staff.post(f"{reverse('admin:hub_retry_matching')}?status=open", {"sure": "yes"}, follow=True)
    assert "1 record is tried again now." in answer.content.decode()
    assert set(Record.objects.filter(requested=1)) == {refused, conflict}


def test_of_a_comparison_that_stops_again_and_again_the_last_one_asks(care: Client) -> None:
    """One every 15 minutes: after a week-end there would be pages of the same, which stay after the yes to one."""
    now = timezone.now()

    def run(state: str, name: str = "parties") -> str:
        return f"comparison:{ScanRun.objects.create(scan=name, state=state, started_at=now).pk}"

    other = run("stopped", "everything")
    run("stopped")
    run("stopped")
    last = run("stopped")
    run("failed")  # it says nothing of what the others would do
    run("running")
    assert listed(care, "?kind=comparison") == [other, last]
    run("done")
    assert listed(care, "?kind=comparison") == [other]


# Held back


def test_what_is_held_back_stays_listed_with_who_did_it_and_when(care: Client) -> None:
    for _ in range(3):
        rows.record(Status.WAITING, reason=Reason.PAUSED)
    rows.record(Status.WAITING, reason=Reason.OBSERVED, step="beteiligte_sync", entity_type="CBeteiligte")
    rows.record(Status.WAITING, reason=Reason.PAUSED, system="xai")
    rows.record(Status.WAITING, reason=Reason.WRITING_OFF, waits_for="advoware")
    System.objects.create(name="xai")
    job = Schedule.objects.create(name="hub:sweep", func="x", schedule_type="I", minutes=1)
    for name, of in (("pause_step", "document_sync"), ("observe_step", "beteiligte_sync"), ("pause_system", "xai")):
        care.post(reverse(f"admin:hub_{name}", args=[of]))
    care.post(reverse("admin:hub_schedule_off", args=[job.pk]))
    shown = page(care).context["held"]
    assert {(each.words, each.waiting) for each in shown} >= {("paused", 3), ("paused", 1), ("observes only", 1)}
    assert ("switched off", 1) in {(each.words, each.waiting) for each in shown if each.by_settings}
    assert [str(each.by.user) for each in shown if each.by] == ["karl"] * len([each for each in shown if each.by])
    assert care.get("/admin/").context["held_back"] == 6


def test_what_was_done_by_a_command_is_told_in_words(care: Client) -> None:
    switches.set_paused("document_sync", True)
    done = {"action": "pause_step", "target_type": "Step", "target_id": "document_sync", "trace_id": "trace-by-hand"}
    StaffAction.objects.create(**done, via="command", count=1)
    held = page(care, language="de").content.decode().partition('id="held-back"')[2]
    assert "per Befehl, <time" in held
    trace = care.get(reverse("admin:hub_trace", args=["trace-by-hand"]), headers={"accept-language": "de"})
    assert "per Befehl: Schritt pausiert" in trace.content.decode()


def test_a_failure_that_is_tried_while_its_step_is_paused_is_held_back_and_not_gone(care: Client) -> None:
    failed = rows.record()
    switches.set_paused("document_sync", True)
    press(care, "retry_needs", f"failure:{failed.pk}")
    Record.objects.filter(pk=failed.pk).update(reason=Reason.PAUSED)  # as the next run of it leaves it
    assert listed(care) == []
    (held,) = page(care).context["held"]
    assert held.waiting == 1
    assert care.get(held.url).context["cl"].result_list[0] == failed


# What becomes of the notes


def test_a_note_goes_with_what_it_is_about(care: Client) -> None:
    made = one_of_each()
    press(care, "note_needs", all="yes", query="", note="x")
    assert Handling.objects.count() == len(NeedKind)
    pruning.prune()
    assert Handling.objects.count() == len(NeedKind)
    Record.objects.filter(pk=made["record"].pk).update(
        status=Status.IN_SYNC, reason="", system="", served=1, due_at=None
    )
    Conflict.objects.all().delete()
    Record.objects.filter(pk=made["conflict"].pk).update(status=Status.SKIPPED, reason="no_parent")
    Task.objects.all().delete()
    ScanRun.objects.all().delete()
    Orphan.objects.update(state=OrphanState.GONE)
    Notice.objects.update(state="sent", fault="")
    pruning.prune()
    assert set(Handling.objects.values_list("kind", flat=True)) == {"quarantine", "appointment", "question"}


def test_a_note_about_a_person_is_disclosed_and_erased_with_her(staff: Client) -> None:
    her, other = rows.party(Status.FAILED), rows.record()
    task = rows.task(her)
    press(staff, "note_needs", f"failure:{her.pk}", f"task:{task.pk}", f"failure:{other.pk}", note="called twice")
    (person,) = persons.by_id(her.entity_id)
    assert persons.held(person)[Handling].count() == 2
    erasure.erase(person)
    assert list(Handling.objects.values_list("row", flat=True)) == [other.pk]
