"""Names in the list of what needs a person: found by what people call a thing, and in no address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.admin.search import page
from syncapp.models import Reference, StaffAction, Status, System, SystemState
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.world import World

pytestmark = pytest.mark.usefixtures("nothing_known")

LIST, SEARCH = reverse("admin:hub_needs"), reverse("admin:hub_search_needs")


def ask(client: Client, words: str, query: str = "") -> Any:
    return client.post(SEARCH, {"words": words, "query": query}, follow=True)


def found(answer: Any) -> list[str]:
    return [need.key for need in answer.context["listed"].needs]


def address(answer: Any) -> str:
    return str(answer.redirect_chain[-1][0])


def party(world: World, first: str, last: str, **columns: Any) -> str:
    return world.sandbox.create("CBeteiligte", {"firstName": first, "lastName": last, **columns})


def test_a_name_finds_its_failure_conflict_and_task_and_stands_in_no_address(world: World, erika: Client) -> None:
    wendland, other = party(world, "Jörn", "Wendland"), party(world, "Ute", "Meier")
    conflict = rows.party(Status.CONFLICT, entity_id=wendland)
    rows.conflict(conflict)
    task = rows.task(rows.record(Status.SKIPPED, entity_type="CBeteiligte", entity_id=wendland, reason="task_open"))
    rows.party(Status.FAILED, entity_id=other, reason="rejected")
    answer = ask(erika, "wendland")
    assert found(answer) == [f"conflict:{conflict.pk}", f"task:{task.pk}"]
    assert "endland" not in address(answer)
    assert address(answer) == f"{LIST}?of=CBeteiligte/{wendland}"
    assert f"CBeteiligte/{wendland}" in answer.content.decode()  # whose name the page asks for
    action = StaffAction.objects.get(action="search")
    assert "endland" not in "".join(map(str, (action.detail, action.target_type, action.target_id)))


def test_what_a_party_holds_is_found_by_its_name(world: World, erika: Client) -> None:
    wendland = party(world, "Jörn", "Wendland")
    inside, outside = rows.record(Status.FAILED), rows.record(Status.FAILED)
    known: dict[str, str] = {"system": "xai", "container_id": ""}
    Reference.objects.create(
        **known, kind="collection", entity_type="CBeteiligte", entity_id=wendland, remote_id="collection_1"
    )
    Reference.objects.create(
        **known | {"container_id": "collection_1"},
        kind="membership",
        entity_type=inside.entity_type,
        entity_id=inside.entity_id,
        remote_id="file_7",
    )
    assert found(ask(erika, "Wendland")) == [f"failure:{inside.pk}"]
    assert outside.pk != inside.pk


def test_other_filters_stay_and_all_that_match_is_no_more_than_that(world: World, erika: Client) -> None:
    wendland = party(world, "Jörn", "Wendland")
    rows.conflict(rows.party(Status.CONFLICT, entity_id=wendland))
    failure = rows.party(Status.FAILED, entity_id=wendland, step="collection_sync", reason="rejected")
    rows.record(Status.FAILED)
    answer = ask(erika, "Wendland", "kind=failure&q=gone&of=CBeteiligte/0")
    assert found(answer) == [f"failure:{failure.pk}"]
    assert address(answer) == f"{LIST}?kind=failure&of=CBeteiligte/{wendland}"
    query = address(answer).partition("?")[2]
    chosen = erika.post(reverse("admin:hub_handle"), {"all": "yes", "query": query})
    assert chosen.context["count"] == 1


def test_an_id_stays_an_id(world: World, erika: Client) -> None:
    wanted, _other = rows.record(), rows.record()
    answer = ask(erika, wanted.entity_id)
    assert found(answer) == [f"failure:{wanted.pk}"]
    assert address(answer) == f"{LIST}?q={wanted.entity_id}"
    assert not StaffAction.objects.filter(action="search").exists()


def test_an_appointment_is_found_by_what_it_is_about(world: World, erika: Client) -> None:
    employee = rows.employee()
    link = rows.link(employee, text="Ortstermin", state="failed", reason="rejected")
    rows.link(employee, state="failed", reason="rejected")
    assert found(ask(erika, "Ortstermin")) == [f"appointment:{link.pk}"]
    assert len(found(ask(erika, employee.name or employee.pk))) == 2


def test_nothing_found_says_so_and_nothing_to_do_says_so_too(world: World, erika: Client) -> None:
    rows.record(Status.FAILED)
    assert "Nothing of that was found" in ask(erika, "Nobody").content.decode()
    party(world, "Jörn", "Wendland")
    assert "Nothing of it needs a person" in ask(erika, "Wendland").content.decode()
    assert len(found(ask(erika, " "))) == 1  # an empty search takes the search back


def test_a_system_that_is_away_is_named_and_a_crowd_waits(world: World, erika: Client, monkeypatch: Any) -> None:
    now = timezone.now()
    System.objects.create(name="espocrm", state=SystemState.DOWN, since=now, next_probe_at=now + timedelta(hours=1))
    assert "EspoCRM does not answer at the moment." in ask(erika, "Wendland").content.decode()
    monkeypatch.setattr(page._seats, "acquire", lambda **_: False)
    assert "Several others are searching" in ask(erika, "Wendland").content.decode()


@pytest.mark.parametrize("text", ["/", "a/b,", "," * 50, "CBeteiligte/" + "x" * 5000, "\x00/\x00", "appointment/²"])
def test_whatever_stands_in_an_address_the_list_answers(text: str, erika: Client) -> None:
    rows.everything()
    assert erika.get(LIST, {"of": text}).status_code == 200


def test_who_may_not_see_records_may_not_search(world: World, login: Login) -> None:
    login("otto")
    rows.grant("otto", "view_task")
    otto = Client()
    otto.force_login(rows.User.objects.get(username="otto"), backend="django.contrib.auth.backends.ModelBackend")
    assert otto.post(SEARCH, {"words": "Wendland"}).status_code == 403
    assert SEARCH not in otto.get(LIST).content.decode()
