"""One login for many workers, in threads and in processes of their own; and what is said when it is refused."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation
from redis.exceptions import RedisError

from sandbox.running import Running, SandboxThread
from syncapp.admin.machinery.systems import REFUSALS
from syncapp.clients.advoware.addresses import AddressBook
from syncapp.clients.errors import NotEnabled, Unauthorized
from syncapp.clients.http.login import Token
from syncapp.engine.outside import connections, locks, outages, tokens
from syncapp.engine.recovery.sweep import sweep
from syncapp.models import System, SystemState
from tests import engines
from tests.installation import ROOT, Installation
from tests.world import configured

PING = "import django; django.setup()\nfrom syncapp.engine.outside import connections\nconnections.ping('advoware')"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with SandboxThread() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running) -> Iterator[Running]:
    running.client.reset()
    with configured(**login(running)):
        yield running
    caches[tokens.CACHE].clear()


def login(sandbox: Running) -> dict[str, Any]:
    return {
        "ADVOWARE_API_KEY": sandbox.advoware_app_id,
        "ADVOWARE_API_SECRET": sandbox.advoware_api_secret,
        "ADVOWARE_KANZLEI": sandbox.advoware_kanzlei,
        "ADVOWARE_DATABASE": sandbox.advoware_database,
        "ADVOWARE_USER": sandbox.advoware_user,
        "ADVOWARE_PASSWORD": sandbox.advoware_password,
        "ADVOWARE_LOOKUP_URL": sandbox.advoware_lookup_url,
    }


def logins(sandbox: Running) -> tuple[int, int]:
    """Successful and refused ones."""
    snapshot = sandbox.client.state("advoware")
    return snapshot["logins"], snapshot["refused_logins"]


def look_ups(sandbox: Running) -> int:
    """How often the configurator was asked for the firm's addresses."""
    return sum(row["count"] for row in sandbox.client.counts() if row["system"] == "advoware-lookup")


def another_process() -> None:
    """What this process knows by heart is what another one doesn't."""
    tokens.forget()
    AddressBook.here.clear()


@pytest.mark.django_db
def test_a_token_is_found_by_other_processes(sandbox: Running) -> None:
    for _ in range(3):
        connections.ping("advoware")
        another_process()
    assert (logins(sandbox), look_ups(sandbox)) == ((1, 0), 1)


@pytest.mark.django_db
def test_tokens_that_ended_cost_one_login(sandbox: Running) -> None:
    connections.ping("advoware")
    sandbox.client.advoware.expire_tokens()
    connections.ping("advoware")
    another_process()
    connections.ping("advoware")
    assert logins(sandbox) == (2, 0)


@pytest.mark.django_db
def test_a_newer_token_is_not_dropped(sandbox: Running) -> None:
    store = tokens.SharedTokens("x")
    old, new = (Token(value, datetime.now(UTC) + timedelta(hours=1)) for value in ("old", "new"))
    store.put(old)
    store.put(new)
    another_process()
    store.drop(old)
    assert store.get() == new
    store.drop(new)
    assert store.get() is None


@pytest.mark.django_db
def test_a_token_at_its_end_is_none(sandbox: Running) -> None:
    store = tokens.SharedTokens("x")
    store.put(Token("old", datetime.now(UTC) - timedelta(seconds=1)))
    assert store.get() is None


@pytest.mark.django_db(transaction=True)
def test_threads_log_in_once(sandbox: Running) -> None:
    sandbox.client.add_fault("delay", system="advoware-security", times=9, delay=0.2)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            connections.ping("advoware")
        except BaseException as exc:
            faults.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (faults, logins(sandbox)) == ([], (1, 0))


@pytest.mark.e2e
def test_processes_log_in_once(running: Running, tmp_path: Path) -> None:
    running.client.reset()
    running.client.add_fault("delay", system="advoware-security", times=9, delay=1)
    with Installation.fresh(tmp_path, **login(running)) as hub:
        workers = [subprocess.Popen([sys.executable, "-c", PING], cwd=ROOT, env=hub.env) for _ in range(4)]
        assert [worker.wait(120) for worker in workers] == [0, 0, 0, 0]
    assert (logins(running), look_ups(running)) == ((1, 0), 1)


@pytest.mark.django_db
def test_the_sweep_leaves_the_lock_of_a_login_alone() -> None:
    with tokens.SharedTokens("somebody").waiting():
        sweep()
        assert [lock.key for lock in locks.held()[0]] == ["advoware_login:somebody"]
    assert locks.held()[0] == []


@pytest.mark.django_db
def test_a_wrong_password_is_tried_once_by_all(sandbox: Running) -> None:
    with configured(**login(sandbox) | {"ADVOWARE_PASSWORD": "falsch"}):
        for _ in range(5):
            with pytest.raises(Unauthorized):
                connections.ping("advoware")
            another_process()
        assert logins(sandbox) == (0, 1)
        assert not outages.try_now("advoware")
    row = System.objects.get(name="advoware")
    assert row.state == SystemState.REFUSED
    with translation.override("de"):
        assert "Kennwort" in str(REFUSALS[row.code])
    connections.ping("advoware")  # the corrected password is another login, and is tried at once
    assert logins(sandbox) == (1, 1)


@pytest.mark.django_db
def test_a_login_that_was_never_enabled_has_its_own_words(sandbox: Running) -> None:
    sandbox.client.settings(advoware_product_enabled=False)
    with pytest.raises(NotEnabled):
        connections.ping("advoware")
    assert not outages.try_now("advoware")
    row = System.objects.get(name="advoware")
    assert row.state == SystemState.REFUSED
    with translation.override("de"):
        assert "nicht freigeschaltet" in str(REFUSALS[row.code])


@pytest.mark.django_db
@pytest.mark.skipif(engines.chosen().name != "postgres", reason="there is no Redis")
def test_without_redis_the_table_shares_what_one_has_brought(sandbox: Running) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise RedisError

    with mock.patch.multiple(caches[tokens.CACHE], get=away, set=away, delete=away):
        for _ in range(3):
            tokens.forget()  # another process
            connections.forget()
            connections.ping("advoware")
    assert logins(sandbox) == (1, 0)


@pytest.mark.django_db
def test_without_the_cache_each_process_helps_itself(sandbox: Running) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    with (
        mock.patch.multiple(caches[tokens.CACHE], get=away, set=away, delete=away),
        mock.patch.object(locks, "acquire", side_effect=locks.LocksAway),
    ):
        connections.ping("advoware")
        connections.ping("advoware")
    assert logins(sandbox) == (1, 0)


@pytest.mark.django_db
def test_check_connections_names_keys_and_no_values(sandbox: Running, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.client.advoware.create_party({"name": "Geheimnis"}, communications=[{"kommKz": 1, "tlf": "0511 987"}])
    sandbox.client.advoware.add_matter(9001, {"az": "123/26", "rubrum": "Geheimnis"})
    call_command("check_connections")
    said = capsys.readouterr().out
    for words in ("list of parties", "its bank accounts", "matters (Akten)", "has all that are synced", "steuernummer"):
        assert words in said
    assert "one Akte by its number" in said
    assert "also has betNr, referat, rubrum" in said
    assert "123/26" not in said
    assert "Geheimnis" not in said
    assert "0511" not in said


@pytest.mark.django_db
def test_check_connections_shows_the_keys_of_an_akte_that_are_called_otherwise(
    sandbox: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.client.advoware.add_matter(9001, {"az": "123/26"})
    with configured(ADVOWARE_MATTER_FIELDS={"reference": "aktenzeichen"}), pytest.raises(CommandError):
        call_command("check_connections")
    said = capsys.readouterr().out
    assert "names are set by ADVOWARE_MATTER_FIELDS" in said
    assert "also has az, betNr, referat, rubrum" in said


@pytest.mark.django_db
def test_check_connections_says_what_the_login_lacks(sandbox: Running, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.client.advoware.set_password("another")
    with pytest.raises(CommandError):
        call_command("check_connections")
    assert "credentials" in capsys.readouterr().out
    sandbox.client.advoware.set_password(sandbox.advoware_password)
