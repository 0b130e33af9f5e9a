"""Sessions end: after half an hour without a click, after a working day, and when somebody ends them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from syncapp.admin.kit import sessions
from syncapp.models import SecondFactor, StaffAction
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.world import configured

NOW = datetime.fromisoformat("2026-11-28T10:00:00+00:00")
MINUTE = timedelta(minutes=1)
BY_ITSELF = {"X-Hub-By-Itself": "1", "X-Hub-Part": "1"}
PAGE = "/admin/hub/sessions/"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def is_in(client: Client, **headers: str) -> bool:
    return client.get("/admin/hub/workers/", headers=headers).status_code == 200


def again(name: str, address: str = "127.0.0.1") -> Client:
    """The same person in another browser, through the page."""
    client = Client(headers={"accept-language": "en"}, REMOTE_ADDR=address)
    answer = client.post("/admin/login/", {"username": name, "password": rows.PASSWORD})
    assert answer.status_code == 302
    return client


def test_without_a_click_it_ends_after_half_an_hour(staff: Client, clock: Any) -> None:
    for _click in range(4):
        clock.shift(29 * MINUTE)
        assert is_in(staff)
    clock.shift(31 * MINUTE)
    assert not is_in(staff)
    clock.shift(-10 * MINUTE)
    assert not is_in(staff), "it is gone, whatever the clock says"


@pytest.mark.parametrize("minutes", [5, 30, 600])
def test_the_setting_says_how_long(minutes: int, login: Login, clock: Any) -> None:
    with configured(SESSION_IDLE_MINUTES=minutes):
        client = login("erika", rows.STAFF)
        clock.shift((minutes - 1) * MINUTE)
        assert is_in(client)
        clock.shift((minutes + 1) * MINUTE)
        assert not is_in(client)


def test_what_a_page_asks_for_by_itself_keeps_nobody_in(staff: Client, clock: Any) -> None:
    for _poll in range(29):
        clock.shift(MINUTE)
        assert is_in(staff, **BY_ITSELF)
    clock.shift(2 * MINUTE)
    assert not is_in(staff, **BY_ITSELF)
    assert not is_in(staff)


def test_after_a_working_day_it_ends_whatever_is_done(staff: Client, clock: Any) -> None:
    for _click in range(12 * 4 - 1):
        clock.shift(15 * MINUTE)
        assert is_in(staff)
    clock.shift(15 * MINUTE)
    assert not is_in(staff)


def test_a_new_password_does_not_make_the_day_longer(staff: Client, clock: Any) -> None:
    for _click in range(47):
        clock.shift(15 * MINUTE)
        assert is_in(staff)
    new = "another long and harmless one"
    words = {"old_password": rows.PASSWORD, "new_password1": new, "new_password2": new}
    assert staff.post("/admin/password_change/", words).status_code == 302
    assert is_in(staff)
    clock.shift(16 * MINUTE)
    assert not is_in(staff)


def test_that_somebody_is_there_is_written_once_a_minute(staff: Client, clock: Any) -> None:
    ends = {Session.objects.get().expire_date}
    for _click in range(60):
        clock.shift(timedelta(seconds=5))
        assert is_in(staff)
        ends.add(Session.objects.get().expire_date)
    assert 4 <= len(ends) <= 6


@pytest.mark.parametrize("shift", [timedelta(hours=26), timedelta(hours=3), timedelta(days=400)], ids=str)
def test_one_of_a_clock_that_was_ahead_has_ended(shift: timedelta, login: Login, clock: Any) -> None:
    """It would neither end by its idle time nor by its day for as long as that."""
    clock.shift(shift)
    one, other = login("erika", rows.STAFF), login("karl", rows.CARE)
    clock.shift(-shift)
    assert not is_in(one)
    assert [each.user.username for each in sessions.open_sessions()] == []
    clock.shift(MINUTE)
    assert not is_in(other)
    assert is_in(again("erika"))


def test_one_that_was_ended_in_the_middle_of_a_request_stays_ended(staff: Client) -> None:
    store = sessions.SessionStore(staff.session.session_key)
    assert "_auth_user_id" in store
    sessions.end(sessions.open_sessions())
    store.idle_ends = timezone.now()
    store.seen()
    assert not Session.objects.exists()
    assert not is_in(staff)


def test_a_session_of_an_earlier_version_asks_for_the_password(staff: Client) -> None:
    store = staff.session
    del store[sessions.SINCE]
    store.save()
    assert not is_in(staff)


# The page


def test_staff_see_their_own_and_care_everybodys(login: Login, clock: Any) -> None:
    erika, karl = login("erika", rows.STAFF), login("karl", rows.CARE)
    again("erika", "192.0.2.44")
    clock.shift(5 * MINUTE)
    own = erika.get(PAGE).content.decode()
    assert own.count("this one</span>") == 1
    assert "192.0.2.44" in own
    assert "karl" not in own.partition('id="content-main"')[2]
    everybodys = karl.get(PAGE).content.decode()
    assert everybodys.count("<td>erika</td>") == 2
    for key in Session.objects.values_list("pk", flat=True):
        assert key not in own + everybodys, "whoever reads a page over somebody's shoulder gets in nowhere"


def test_ending_one_is_at_once_and_on_record(login: Login) -> None:
    erika, karl = login("erika", rows.STAFF), login("karl", rows.CARE)
    left_behind = again("erika", "192.0.2.44")
    (key,) = [each.key for each in sessions.open_sessions() if each.address == "192.0.2.44"]
    assert erika.post("/admin/hub/sessions/end/", {"key": key}).status_code == 302
    assert (is_in(left_behind), is_in(erika), is_in(karl)) == (False, True, True)
    row = StaffAction.objects.get(action="end_session")
    assert (row.user.username, row.target_id, row.count) == ("erika", str(User.objects.get(username="erika").pk), 1)


def test_of_others_only_care_ends_any(login: Login) -> None:
    erika, karl = login("erika", rows.STAFF), login("karl", rows.CARE)
    of_karl, of_erika = (
        next(each.key for each in sessions.open_sessions() if each.user.username == name) for name in ("karl", "erika")
    )
    erika.post("/admin/hub/sessions/end/", {"key": of_karl})
    assert is_in(karl)
    assert erika.post("/admin/hub/sessions/end-all/").status_code == 403
    karl.post("/admin/hub/sessions/end/", {"key": of_erika})
    assert not is_in(erika)


def test_all_but_this_one(login: Login) -> None:
    erika, karl = login("erika", rows.STAFF), login("karl", rows.CARE)
    others = [again("erika"), again("erika")]
    erika.post("/admin/hub/sessions/end-mine/")
    assert [is_in(each) for each in (erika, karl, *others)] == [True, True, False, False]
    others = [again("erika"), again("karl")]
    karl.post("/admin/hub/sessions/end-all/")
    assert [is_in(each) for each in (erika, karl, *others)] == [False, True, False, False]
    told = StaffAction.objects.filter(action="end_session").values_list("user__username", "count")
    assert sorted(told) == [("erika", 2), ("karl", 1), ("karl", 2)]


def test_one_that_has_ended_meanwhile_is_said(care: Client) -> None:
    said = care.post("/admin/hub/sessions/end/", {"key": "0" * 64}, follow=True).content.decode()
    assert "has ended already" in said


def test_a_factor_that_is_taken_away_ends_the_sessions_of_who_had_it(login: Login) -> None:
    root, thief = login("root", is_superuser=True), login("erika", rows.STAFF)
    erika = User.objects.get(username="erika")
    SecondFactor.objects.create(user=erika, confirmed=True)
    chosen = {"action": "forget_second_factor", "_selected_action": [erika.pk]}
    assert root.post("/admin/auth/user/", chosen).status_code == 302
    assert not is_in(thief)
    assert is_in(root)
