"""The words for a state, as an installation of EspoCRM spells them."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from syncapp.clients.espocrm import EspoClient, EspoConfig
from syncapp.clients.espocrm.statuses import ours, theirs
from syncapp.clients.espocrm.takes import Takes

TABLE = {"CBeteiligte.syncStatus": {"unclean": "dirty", "held": "dirty"}}
OPTIONS = {"syncStatus": Takes(frozenset({"clean", "dirty", "failed"})), "rechtsform": Takes(frozenset({"GmbH"}))}
URL = "https://crm.example.test/api/v1"


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"syncStatus": "unclean", "name": "X"}, {"syncStatus": "dirty", "name": "X"}),
        ({"syncStatus": "clean"}, {"syncStatus": "clean"}),
        ({"syncStatus": "conflict", "name": "X"}, {"name": "X"}),
        ({"syncStatus": ""}, {}),  # EspoCRM refuses an empty one where no option is empty (EnumType::checkValid)
        ({"syncStatus": None}, {}),
        ({"rechtsform": "unclean"}, {"rechtsform": "unclean"}),  # what people enter is never left out in silence
    ],
)
def test_what_is_sent(fields: dict[str, Any], sent: dict[str, Any]) -> None:
    assert theirs("CBeteiligte", fields, TABLE, OPTIONS) == sent


def test_other_types_have_words_of_their_own() -> None:
    assert theirs("CBankverbindungen", {"syncStatus": "unclean"}, TABLE, {}) == {"syncStatus": "unclean"}


@pytest.mark.parametrize(("said", "read"), [("dirty", "unclean"), ("clean", "clean"), (None, None), ("x", "x"), (5, 5)])
def test_what_is_read(said: Any, read: Any) -> None:
    assert ours("CBeteiligte", {"syncStatus": said, "name": "dirty"}, TABLE) == {"syncStatus": read, "name": "dirty"}


def test_what_nobody_knows_the_options_of_is_taken() -> None:
    assert theirs("CBeteiligte", {"syncStatus": "conflict"}, {}, {}) == {"syncStatus": "conflict"}
    assert theirs("CBeteiligte", {"syncStatus": ""}, {}, {"syncStatus": Takes()}) == {"syncStatus": ""}


@pytest.fixture
def espo() -> EspoClient:
    EspoClient.metadata_cache.clear()
    return EspoClient(EspoConfig(base_url=URL, api_key="k", statuses=TABLE), sleep=lambda _: None)


def test_the_client_asks_the_metadata_and_writes_nothing_that_would_be_refused(
    web: responses.RequestsMock, espo: EspoClient
) -> None:
    fields = {"syncStatus": {"type": "enum", "options": ["clean", "dirty"]}, "x": {"type": "enum"}}
    asked = web.get(f"{URL}/Metadata", json={"fields": fields, "links": []})
    put = web.put(f"{URL}/CBeteiligte/p1", json={"id": "p1", "syncStatus": "dirty"})
    web.get(f"{URL}/CBeteiligte/p1", json={"id": "p1", "syncStatus": "clean"})
    assert espo.update("CBeteiligte", "p1", {"syncStatus": "unclean"})["syncStatus"] == "unclean"
    assert espo.update("CBeteiligte", "p1", {"syncStatus": "conflict"})["syncStatus"] == "clean"
    assert (asked.call_count, put.call_count) == (1, 1)
    assert put.calls[0].request.body == b'{"syncStatus": "dirty"}'


def test_a_type_that_the_user_may_not_see_the_metadata_of_is_written_all_the_same(
    web: responses.RequestsMock, espo: EspoClient
) -> None:
    web.get(f"{URL}/Metadata", body=b"", status=200)
    put = web.put(f"{URL}/CBeteiligte/p1", json={"id": "p1"})
    espo.update("CBeteiligte", "p1", {"syncStatus": "unclean"})
    assert put.calls[0].request.body == b'{"syncStatus": "dirty"}'
