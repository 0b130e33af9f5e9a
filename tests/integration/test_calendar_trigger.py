"""`POST /advoware/calendar/sync` and the schedule: who may ask, what is left behind, what comes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from syncapp.flows.calendar import asking
from syncapp.flows.calendar.flow import CALENDAR_ALL, CALENDAR_SYNC
from syncapp.models import CalendarEmployee, ProxyCall, ProxyKey, Record, Status, Urgency
from syncapp.proxy import quota
from tests.calendars import Calendars
from tests.world import World, configured

pytestmark = pytest.mark.django_db
DOOR = "/advoware/calendar/sync"


@pytest.fixture
def secret() -> str:
    return ProxyKey.issue("A program", may_write=True)[1]


def ask(secret: str, body: Any = None, method: str = "POST", **more: Any) -> Any:
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"X-Api-Key": secret} | more.pop("headers", {})
    kind = headers.pop("Content-Type", "application/json")
    return Client(enforce_csrf_checks=True).generic(method, DOOR, data, kind, headers=headers, **more)


def last() -> ProxyCall:
    found = ProxyCall.objects.order_by("-pk").first()
    assert found is not None
    return found


def requested() -> set[tuple[str, str, int]]:
    return set(Record.objects.filter(status=Status.WAITING).values_list("step", "entity_id", "urgency"))


def employees(*names: str, **more: Any) -> None:
    CalendarEmployee.objects.bulk_create(CalendarEmployee(kuerzel=name, **more) for name in names)


def test_one_employee_is_looked_at(world: World, secret: str) -> None:
    calendars = Calendars.ready(world)
    calendars.appointment(text="Ortstermin")
    answer = ask(secret, {"kuerzel": "SB"})
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "triggered",
        "kuerzel": "SB",
        "message": "The calendar will be looked at.",
    }
    record = calendars.record()
    assert (record.urgency, record.trace_id) == (Urgency.EVENT, answer.headers["X-Request-ID"])
    world.drive()
    assert set(calendars.events()) == {"Ortstermin"}


@pytest.mark.parametrize("body", [None, {}, {"kuerzel": "ALL"}, {"kuerzel": "all"}])
def test_everybody_is_looked_at(body: Any, world: World, secret: str) -> None:
    world.sandbox.advoware.add_employee("SB", "Sabine Brandt", "sb@kanzlei.example")
    answer = ask(secret, body)
    assert (answer.status_code, answer.json()["kuerzel"]) == (200, "ALL")
    assert requested() == {(CALENDAR_ALL, "ALL", Urgency.EVENT)}
    world.drive()
    assert Record.objects.get(step=CALENDAR_SYNC, entity_id="SB").status == Status.IN_SYNC


def test_it_is_in_the_audit_log(world: World, secret: str) -> None:
    ask(secret)
    row = last()
    assert (row.method, row.path, row.status, row.refusal) == ("POST", "calendar/sync", 200, "")
    assert row.key is not None
    assert row.size > 0


def test_full_content_is_kept_for_whom_it_was_given(world: World, secret: str) -> None:
    employees("SB", "AP", full_content=True)
    assert ask(secret, {"kuerzel": "SB", "full_content": False}).status_code == 200
    assert dict(CalendarEmployee.objects.values_list("kuerzel", "full_content")) == {"SB": False, "AP": True}
    ask(secret, {"kuerzel": "SB"})
    assert CalendarEmployee.objects.get(pk="SB").full_content is False
    ask(secret, {"full_content": False})
    assert set(CalendarEmployee.objects.values_list("full_content", flat=True)) == {False}


def test_contents_go_when_they_are_not_wanted_any_more(world: World, secret: str) -> None:
    calendars = Calendars.ready(world)
    calendars.appointment(text="Scheidung Muster", ort="Saal 3")
    calendars.sync()
    assert set(calendars.events()) == {"Scheidung Muster"}
    ask(secret, {"kuerzel": "SB", "full_content": False})
    world.drive()
    (event,) = calendars.events().values()
    assert "Muster" not in json.dumps(event)
    assert "location" not in event


def test_letters_may_be_small(world: World, secret: str) -> None:
    employees("MÜ", "mü2")
    assert ask(secret, {"kuerzel": "mü"}).json()["kuerzel"] == "MÜ"
    assert ask(secret, {"kuerzel": "MÜ2"}).json()["kuerzel"] == "mü2"


def test_somebody_whom_nobody_knows(world: World, secret: str) -> None:
    employees("AP")
    answer = ask(secret, {"kuerzel": "XX", "full_content": False})
    assert (answer.status_code, last().refusal) == (404, "unknown_employee")
    assert "Kürzel" in answer.json()["error"]
    assert requested() == set()
    assert CalendarEmployee.objects.get().full_content is True


def test_employees_that_nobody_has_asked_for_yet(world: World, secret: str) -> None:
    answer = ask(secret, {"kuerzel": "SB"})
    assert (answer.status_code, answer.json()["kuerzel"]) == (200, "ALL")
    assert requested() == {(CALENDAR_ALL, "ALL", Urgency.EVENT)}
    assert ask(secret, {"kuerzel": "SB", "full_content": True}).status_code == 200  # as the setting says anyway


def test_what_cant_be_kept_is_not_triggered(world: World, secret: str) -> None:
    for body in ({"full_content": False}, {"kuerzel": "SB", "full_content": False}):
        answer = ask(secret, body)
        assert (answer.status_code, last().refusal) == (409, "not_synced")
        assert "CALENDAR_FULL_CONTENT" in answer.json()["error"]
    assert requested() == set()


def test_a_calendar_that_is_switched_off(world: World, secret: str) -> None:
    employees("SB", enabled=False)
    answer = ask(secret, {"kuerzel": "SB", "full_content": False})
    assert (answer.status_code, requested()) == (409, set())
    assert CalendarEmployee.objects.get().full_content is True


def test_only_some_employees(world: World, secret: str) -> None:
    employees("SB", "AP")
    with configured(CALENDAR_SYNC_DEBUG_KUERZEL=("ap",)):
        assert ask(secret, {"kuerzel": "SB"}).status_code == 409
        assert ask(secret, {"kuerzel": "AP"}).status_code == 200
    assert requested() == {(CALENDAR_SYNC, "AP", Urgency.EVENT)}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"kuerzel=SB", 400),
        ([], 400),
        ({"kuerzel": 7}, 400),
        ({"full_content": "false"}, 400),
        ({"kuerzel": "SB", "more": 1}, 400),
        (b'{"kuerzel": "' + b"x" * 4096 + b'"}', 413),
    ],
)
def test_bodies_that_cant_be_used(body: Any, status: int, world: World, secret: str) -> None:
    answer = ask(secret, body)
    assert (answer.status_code, set(answer.json())) == (status, {"error"})
    assert last().refusal == ("bad_body" if status == 400 else "too_large")
    assert requested() == set()


def test_who_may_ask(world: World) -> None:
    assert ask("bbl_" + "x" * 43).status_code == 401
    assert last().path == ""
    assert (ask(ProxyKey.issue("Reader")[1]).status_code, last().refusal) == (403, "may_not_write")
    elsewhere = ProxyKey.issue("Elsewhere", may_write=True, prefixes=["advonet/Termine"])[1]
    assert (ask(elsewhere).status_code, last().refusal) == (403, "other_path")
    here = ProxyKey.issue("Here", may_write=True, prefixes=["calendar"])[1]
    assert ask(here).status_code == 200
    assert requested() == {(CALENDAR_ALL, "ALL", Urgency.EVENT)}


def test_calls_a_minute(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota.time, "time", lambda: 6_000_000.0)
    secret = ProxyKey.issue("Once", may_write=True, per_minute=1)[1]
    assert [ask(secret).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods(method: str, world: World, secret: str) -> None:
    answer = ask(secret, method=method)
    assert (answer.status_code, answer.headers["Allow"], last().refusal) == (405, "POST", "method")


def test_what_the_caller_says_of_its_body_does_not_matter(world: World, secret: str) -> None:
    employees("SB")
    form = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
    assert ask(secret, {"kuerzel": "SB"}, headers=form).json()["kuerzel"] == "SB"


@pytest.mark.parametrize(
    "lacking", [{"GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON": ""}, {"ADVOWARE_PASSWORD": ""}, {"ADVOWARE_API_KEY": ""}]
)
def test_not_configured(lacking: dict[str, str], world: World, secret: str) -> None:
    with configured(**lacking):
        assert (ask(secret).status_code, last().refusal) == (503, "not_configured")
        asking.on_schedule()
    assert requested() == set()


def test_it_works_while_writing_is_switched_off(world: World, secret: str) -> None:
    with configured(ADVOWARE_WRITE_ENABLED=False):
        assert ask(secret).status_code == 200


def test_a_storm_of_calls_is_one_request(world: World, secret: str) -> None:
    employees("SB")
    for _ in range(20):
        ask(secret, {"kuerzel": "SB"})
    assert Record.objects.get().requested == 20
    assert world.drive() == 1


def test_the_schedule_asks_for_all_without_haste(world: World) -> None:
    calendars = Calendars.ready(world)
    calendars.appointment(text="Ortstermin")
    asking.on_schedule()
    assert requested() == {(CALENDAR_ALL, "ALL", Urgency.SCAN)}
    world.drive()
    assert set(calendars.events()) == {"Ortstermin"}
    assert calendars.record().urgency == Urgency.SCAN


def test_who_has_left_the_firm_is_left_alone(world: World) -> None:
    employees("XX")
    asking.on_schedule()
    world.drive()
    assert not Record.objects.filter(entity_id="XX").exists()


def test_it_is_described(admin_client: Client) -> None:
    schema = admin_client.get("/api/schema/?format=json").json()
    door = schema["paths"][DOOR]
    assert set(door) == {"post"}
    assert {"200", "400", "401", "403", "404", "409", "413", "429", "503"} <= set(door["post"]["responses"])
