"""What lies in the shared cache is of no use to who reads it; a new secret key costs one login at most."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection

from syncapp.clients.http.login import RefusedLogin, Token
from syncapp.engine.outside import tokens
from syncapp.kit import sealing

pytestmark = pytest.mark.django_db
VALUE = "MARKED-bearer-of-everything"


@pytest.fixture(autouse=True)
def clean() -> Any:
    yield
    caches[tokens.CACHE].clear()


def stored(identity: str = "me") -> Token | None:
    """As another process finds it."""
    tokens.forget()
    return tokens.SharedTokens(identity).get()


def put(identity: str = "me", value: str = VALUE) -> Token:
    token = Token(value, datetime.now(UTC) + timedelta(minutes=20))
    tokens.SharedTokens(identity).put(token)
    return token


def everything_kept() -> str:
    """Every cell of the cache's tables, base64 of its pickles undone."""
    told = []
    for table in connection.introspection.table_names():
        if "cache" in table:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                for row in cursor.fetchall():
                    told += [str(cell) for cell in row]
                    told += [repr(base64.b64decode(str(cell))) for cell in row if str(cell).startswith("gA")]
    return "\n".join(told)


def test_others_find_it_and_nobody_can_read_it() -> None:
    token = put()
    assert stored() == token
    found = repr(caches[tokens.CACHE].get("token:me"))
    assert found != "None"
    assert VALUE not in found
    assert VALUE not in everything_kept()


def test_an_earlier_key_still_opens_and_a_foreign_one_means_to_log_in(settings: Any) -> None:
    token, before = put(), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [before]
    assert stored() == token
    settings.SECRET_KEY_FALLBACKS = []
    assert stored() is None
    assert stored() is None
    newer = put(value="newer")
    assert stored() == newer


@pytest.mark.parametrize("junk", [b"x", "", "x", "gAAAAA", {"value": VALUE}, 7, ["a"], "ä" * 200])
def test_junk_in_the_cache_is_no_token(junk: object) -> None:
    caches[tokens.CACHE].set("token:me", junk, 60)
    assert stored() is None


def test_what_an_earlier_version_left_in_clear_is_not_believed() -> None:
    caches[tokens.CACHE].set("token:me", {"value": VALUE, "expires_at": datetime.now(UTC) + timedelta(hours=1)}, 60)
    assert stored() is None


def test_an_altered_one_is_none() -> None:
    put()
    sealed = caches[tokens.CACHE].get("token:me")
    caches[tokens.CACHE].set("token:me", sealed[:-8] + sealed[-8:].swapcase(), 60)
    assert stored() is None


def test_dropping_forgets_that_one_but_no_newer_one() -> None:
    old = put()
    newer = put(value="newer")
    tokens.forget()
    tokens.SharedTokens("me").drop(old)
    assert stored() == newer
    tokens.SharedTokens("me").drop(newer)
    assert stored() is None


def test_sealed_with_a_key_of_its_own_purpose(settings: Any) -> None:
    """Not the secret key itself: what Django signs with it can't be told as ours."""
    assert sealing.opened(sealing.seal({"a": 1})) == {"a": 1}
    assert settings.SECRET_KEY.encode() not in repr(sealing._box(sealing._keys())).encode()
    assert sealing.seal({"a": 1}) != sealing.seal({"a": 1})


def test_a_refusal_is_remembered_in_clear_it_holds_no_secret() -> None:
    refusal = RefusedLogin("code", True, 2, datetime.now(UTC) + timedelta(minutes=4))
    tokens.SharedTokens("me").refuse(refusal)
    assert tokens.SharedTokens("me").refusal() == refusal
