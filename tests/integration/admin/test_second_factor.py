"""The second factor: nothing is to be seen or done without it, it can be set up alone, and lost."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import get_resolver, reverse
from django_otp.oath import TOTP

from syncapp.admin.kit import second_factor, views
from syncapp.api import urls as api_urls
from syncapp.models import SecondFactor, StaffAction
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.world import configured

PAGE = "/admin/hub/second-factor/"
NOW = datetime.fromisoformat("2026-11-28T10:00:00+00:00")


def code(user: str) -> str:
    """What the app shows now."""
    device = SecondFactor.objects.get(user__username=user)
    totp = TOTP(device.bin_key)
    totp.time = datetime.now().timestamp()
    return f"{totp.token():06}"


def set_up(client: Client, name: str) -> None:
    client.get(PAGE)
    assert client.post(PAGE, {"code": code(name)}).status_code == 302


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def erika(login: Login, clock: Any) -> Client:
    """With a factor, who has logged in again and typed her password only."""
    set_up(login("erika", rows.STAFF), "erika")
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username="erika"), backend="django.contrib.auth.backends.ModelBackend")
    clock.shift(timedelta(minutes=1))
    return client


def test_without_it_nothing_is_shown_and_nothing_done(erika: Client) -> None:
    record = rows.record()
    record_page = f"/admin/syncapp/record/{record.pk}/change/"
    for path in ("/admin/", record_page, "/admin/password_change/", "/api/docs/", "/api/schema/"):
        assert erika.get(path)["Location"].startswith(PAGE), path
    assert erika.get("/admin/", headers={"X-Hub-Part": "1"}).status_code == 403
    for name, (route, _view) in views.BUTTONS.items():
        if "<" not in route and name != "second_factor_off":
            assert erika.post(reverse(f"admin:hub_{name}")).status_code == 403, name
    erika.post(reverse("admin:hub_second_factor_off"))
    assert SecondFactor.objects.filter(confirmed=True).exists()
    assert erika.get("/health/live").status_code == 200  # that is nobody's login's business


def test_every_page_that_a_login_opens_is_guarded() -> None:
    """What is reached elsewhere asks for a signature, a key or a token, or tells nothing of anybody."""
    elsewhere = {str(route.pattern).partition("/")[0] for route in get_resolver().url_patterns}
    assert {"admin", "vmh", "google", "advoware", "api", ""} == elsewhere  # api: with a key (syncapp.programs)
    assert {"health", "metrics", "api"} == {str(route.pattern).partition("/")[0] for route in api_urls.urlpatterns}


@pytest.mark.django_db
def test_whether_it_lives_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    client.force_login(rows.user("erika", rows.STAFF), backend="django.contrib.auth.backends.ModelBackend")
    with django_assert_num_queries(0):
        assert client.get("/health/live").status_code == 200


def test_the_code_lets_in_once_and_leads_where_one_was_going(erika: Client) -> None:
    wanted = erika.get("/admin/hub/causes/?x=1")["Location"]
    assert "causes" in wanted
    shown = erika.get(wanted).content.decode()
    assert "<svg" not in shown.partition('id="content-main"')[2].partition("hub-card")[2][:500]
    answer = erika.post(PAGE, {"code": code("erika"), "next": "/admin/hub/causes/?x=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/hub/causes/?x=1")
    assert erika.get("/admin/").status_code == 200
    # The same code in another browser: somebody looked over her shoulder.
    thief = Client()
    thief.force_login(User.objects.get(username="erika"), backend="django.contrib.auth.backends.ModelBackend")
    assert (
        "used before" in thief.post(PAGE, {"code": code("erika")}, headers={"accept-language": "en"}).content.decode()
    )
    assert thief.get("/admin/").status_code == 302


@pytest.mark.parametrize("wrong", ["", "12345", "1234567", "abcdef", "000 000 0", "½½½½½½", "१२३४५६", "1" * 5000])
def test_what_is_no_code_is_refused(erika: Client, wrong: str) -> None:
    assert erika.post(PAGE, {"code": wrong}).status_code == 200
    assert erika.get("/admin/").status_code == 302


def test_guessing_is_slowed_down_even_with_the_right_code(erika: Client, clock: Any) -> None:
    for _try in range(4):
        erika.post(PAGE, {"code": "000000"})
        clock.shift(timedelta(seconds=1))
    assert "wait" in erika.post(PAGE, {"code": code("erika")}).content.decode()
    assert erika.get("/admin/").status_code == 302
    clock.shift(timedelta(minutes=5))
    erika.post(PAGE, {"code": code("erika")})
    assert erika.get("/admin/").status_code == 200


def test_an_old_code_or_that_of_somebody_else_is_none(erika: Client, login: Login, clock: Any) -> None:
    old = code("erika")
    clock.shift(timedelta(minutes=3))
    erika.post(PAGE, {"code": old})
    assert erika.get("/admin/").status_code == 302
    set_up(login("karl", rows.CARE), "karl")
    clock.shift(timedelta(minutes=1))
    erika.post(PAGE, {"code": code("karl")})
    assert erika.get("/admin/").status_code == 302


def test_who_must_have_one_is_led_to_set_it_up(login: Login, clock: Any) -> None:
    with configured(SECOND_FACTOR_GROUPS=(rows.CARE,)):
        free, karl, root = login("erika", rows.STAFF), login("karl", rows.CARE), login("root", is_superuser=True)
        assert free.get("/admin/").status_code == 200
        assert root.get("/admin/").status_code == karl.get("/admin/").status_code == 302
        shown = karl.get(PAGE).content.decode()
        assert "Your group needs" in shown
        key = re.search(r'hub-id">([A-Z2-7 ]+)<', shown)
        assert key is not None
        assert shown.count("<svg") >= 1
        assert key.group(0) in karl.get(PAGE).content.decode()  # the same after a reload
        set_up(karl, "karl")
        assert karl.get("/admin/").status_code == 200
        karl.post(reverse("admin:hub_second_factor_off"))
        assert second_factor.device(User.objects.get(username="karl")) is not None


def test_who_does_without_it_twice_is_told_that_there_is_none(login: Login, clock: Any) -> None:
    client = login("erika", rows.STAFF)
    set_up(client, "erika")
    words = [client.post(reverse("admin:hub_second_factor_off"), follow=True).content.decode() for _click in range(2)]
    assert ["the password alone is enough" in each for each in words] == [True, False]
    assert "Nothing to take away." in words[1]
    assert "Your group needs" not in words[1]


def test_an_offered_one_that_was_never_shown_asks_for_nothing(login: Login) -> None:
    client = login("erika", rows.STAFF)
    client.get(PAGE)
    assert SecondFactor.objects.filter(confirmed=False).exists()
    assert client.get("/admin/").status_code == 200


def test_it_can_be_taken_away_by_oneself_and_by_who_may_do_everything(login: Login, clock: Any) -> None:
    client = login("erika", rows.STAFF)
    set_up(client, "erika")
    client.post(reverse("admin:hub_second_factor_off"))
    assert not SecondFactor.objects.exists()
    set_up(client, "erika")
    erika = User.objects.get(username="erika")
    chosen = {"action": "forget_second_factor", "_selected_action": [erika.pk]}
    page = reverse("admin:auth_user_changelist")
    assert login("karl", rows.CARE).post(page, chosen).status_code == 403
    assert SecondFactor.objects.exists()
    login("root", is_superuser=True).post(page, chosen)
    assert not SecondFactor.objects.exists()
    done = list(StaffAction.objects.order_by("pk").values_list("action", "target_id", "user__username"))
    assert done == [
        (action, str(erika.pk), who)
        for action, who in (
            ("second_factor_on", "erika"),
            ("second_factor_off", "erika"),
            ("second_factor_on", "erika"),
            ("second_factor_off", "root"),
        )
    ]


@pytest.mark.django_db
def test_passwords_have_twelve_signs() -> None:
    validate_password("kurz-und-gut")
    with pytest.raises(ValidationError):
        validate_password("kurzundgut1")


@pytest.mark.django_db
def test_who_is_not_logged_in_learns_nothing_about_factors(client: Client) -> None:
    assert "/login/" in client.get(PAGE)["Location"]
    assert client.get("/admin/login/").status_code == 200


@pytest.mark.parametrize("address", ["/admin/", "/admin/syncapp/record/", "/api/docs/"])
def test_a_prefix_of_the_whole_installation_leads_not_past_it(address: str, erika: Client) -> None:
    """Below another address, or for who says so in a header that the web server believes."""
    answer = erika.get(address, SCRIPT_NAME="/hub")
    assert answer.status_code == 302
    assert "/second-factor/" in answer["Location"]
    assert erika.post(address, SCRIPT_NAME="/hub").status_code == 403
    assert erika.get(PAGE, SCRIPT_NAME="/hub").status_code == 200
