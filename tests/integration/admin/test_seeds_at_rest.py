"""Who reads the table of second factors, or a backup of it, makes no code; a new secret key costs nobody theirs."""

from __future__ import annotations

from binascii import hexlify
from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from syncapp import jobs
from syncapp.kit import sealing
from syncapp.models import SecondFactor
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

PAGE = "/admin/hub/second-factor/"
NOW = datetime.fromisoformat("2026-11-28T10:00:00+00:00")
ANOTHER_KEY = "another key of this installation " * 3


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def seed(login: Login, clock: Any) -> bytes:
    """What Erika's telephone knows, once she has set it up."""
    client = login("erika", rows.STAFF)
    client.get(PAGE)
    seed = SecondFactor.objects.get().bin_key
    assert client.post(PAGE, {"code": app(seed)}).status_code == 302
    return seed


def app(seed: bytes) -> str:
    totp = TOTP(seed)
    totp.time = datetime.now().timestamp()
    return f"{totp.token():06}"


def answer(seed: bytes, clock: Any) -> tuple[bool, str]:
    """Whether a new login gets in with what the telephone shows, and what the page says."""
    clock.shift(timedelta(minutes=1))
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username="erika"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(PAGE, {"code": app(seed)})
    return client.get("/admin/").status_code == 200, page.content.decode()


def cells() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM otp_totp_totpdevice")
        return [str(cell) for row in cursor.fetchall() for cell in row]


def test_the_table_tells_no_seed_and_codes_go_on_counting(seed: bytes, clock: Any) -> None:
    assert len(seed) == 20
    assert not any(hexlify(seed).decode() in cell or hexlify(seed).decode().upper() in cell for cell in cells())
    assert answer(seed, clock)[0]
    assert not answer(b"x" * 20, clock)[0]


def test_a_new_secret_key_costs_nobody_the_factor(seed: bytes, clock: Any, settings: Any) -> None:
    before = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = ANOTHER_KEY, [before]
    assert answer(seed, clock)[0]
    jobs.prune()  # nightly
    settings.SECRET_KEY_FALLBACKS = []
    assert answer(seed, clock)[0]
    assert SecondFactor.seal_anew() == 0


@pytest.mark.parametrize("what", ["lost key", "altered", "swapped", "in clear", "junk", "cut"])
def test_what_cant_be_opened_lets_nobody_in_and_is_said(what: str, seed: bytes, clock: Any, settings: Any) -> None:
    device = TOTPDevice.objects.get()
    other = rows.user("karl", rows.CARE)
    changed = {
        "lost key": device.key,
        "altered": device.key[:-6] + device.key[-6:].swapcase(),
        "swapped": sealing.seal_seed(seed, other.pk),
        "in clear": hexlify(seed).decode(),
        "junk": "1:ä",
        "cut": device.key[:10],
    }
    TOTPDevice.objects.update(key=changed[what])
    if what == "lost key":
        settings.SECRET_KEY = ANOTHER_KEY
    let_in, said = answer(seed, clock)
    assert not let_in
    assert "secret key was changed" in said
    SecondFactor.seal_anew()
    assert TOTPDevice.objects.get().key == changed[what]


def test_an_offered_one_that_cant_be_opened_is_another(login: Login, settings: Any) -> None:
    client = login("karl", rows.CARE)
    client.get(PAGE)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = ANOTHER_KEY, []
    client = Client()
    client.force_login(User.objects.get(username="karl"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(PAGE).status_code == 200
    seed = SecondFactor.objects.latest("pk").bin_key
    assert client.post(PAGE, {"code": app(seed)}).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_the_migration_seals_what_is_there_and_opens_it_again(seed: bytes, clock: Any) -> None:
    migration = import_module("syncapp.migrations.0035_seeds_sealed")
    editor = SimpleNamespace(connection=connection)
    karl = rows.user("karl", rows.CARE)
    odd = {"none at all": "not hex", "by hand, too long": "ab" * 40}
    pks = {TOTPDevice.objects.create(user=karl, name=name, key=key).pk: key for name, key in odd.items()}
    migration.open_again(apps, editor)
    assert hexlify(seed).decode() in cells()
    for _twice in range(2):
        migration.seal(apps, editor)
        assert hexlify(seed).decode() not in cells()
        assert answer(seed, clock)[0]
    assert {pk: TOTPDevice.objects.get(pk=pk).key for pk in pks} == pks
    assert max(len(row.key) for row in TOTPDevice.objects.all()) <= 80
