"""Who guesses is stopped, and the owner gets in all the while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from syncapp.admin.kit import login_locks
from syncapp.upkeep import pruning
from tests.world import configured

pytestmark = pytest.mark.django_db
RIGHT = "a-long-password-of-staff"
OFFICE, STRANGER = "192.0.2.10", "198.51.100.7"


@pytest.fixture(autouse=True)
def _staff() -> None:
    for name in ("anna", "bernd"):
        User.objects.create_user(name, password=RIGHT, is_staff=True)


def login(name: str, password: str = RIGHT, address: str = OFFICE, **more: Any) -> bool:
    client = Client()
    answer = client.post("/admin/login/", {"username": name, "password": password}, REMOTE_ADDR=address, **more)
    assert answer.status_code in (200, 302, 429)
    return "_auth_user_id" in client.session


def guess(times: int, name: str = "anna", address: str = STRANGER, **more: Any) -> None:
    for number in range(times):
        assert not login(name, f"wrong-{number}", address, **more)


def test_wrong_passwords_lock_a_login_at_that_address_only() -> None:
    guess(8)
    assert not login("anna", address=STRANGER), "with the right password too"
    assert login("anna")


def test_behind_a_reverse_proxy_too() -> None:
    with configured(DJANGO_TRUST_PROXY=True):
        guess(8, address="127.0.0.1", HTTP_X_FORWARDED_FOR=f"{OFFICE}, {STRANGER}")
        assert AccessAttempt.objects.values_list("ip_address", flat=True).distinct().get() == STRANGER
        assert login("anna", address="127.0.0.1", HTTP_X_FORWARDED_FOR=OFFICE)


def test_forty_logins_from_one_address() -> None:
    for number in range(login_locks.OF_ALL_LOGINS_AT_ONE_ADDRESS):
        guess(1, f"somebody-{number}")
    assert not login("bernd", address=STRANGER)
    assert login("bernd")
    before = AccessAttempt.objects.count()
    for number in range(40):
        guess(1, f"another-{number}")
    assert AccessAttempt.objects.count() == before, "a flood fills no table"


def test_one_login_from_many_addresses() -> None:
    assert login("anna")
    for number in range(login_locks.OF_ONE_LOGIN_AT_ALL_ADDRESSES):
        guess(1, address=f"203.0.113.{number}")
    assert not login("anna", address="203.0.113.200"), "a guess that is right comes too late"
    assert login("anna"), "the owner, where she has been before"
    assert login("bernd", address="203.0.113.201")


def test_an_office_behind_one_address_stays_in_while_somebody_there_guesses() -> None:
    assert login("bernd")
    for number in range(login_locks.OF_ALL_LOGINS_AT_ONE_ADDRESS):
        guess(1, f"somebody-{number}", OFFICE)
    assert login("bernd")
    assert not login("anna"), "never seen here before"


def test_it_ends_by_itself() -> None:
    guess(8)
    for number in range(20):
        guess(1, f"somebody-{number}")
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert login("anna", address=STRANGER)


def test_what_strangers_typed_is_gone_after_a_day_and_logins_after_their_time() -> None:
    guess(3)
    assert login("anna")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        pruning.prune()
        assert (AccessAttempt.objects.count(), AccessLog.objects.count()) == (0, 1)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        pruning.prune()
        assert AccessLog.objects.count() == 0
