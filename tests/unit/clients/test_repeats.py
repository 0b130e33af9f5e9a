"""Which calls are repeated after what, seen from outside: what the caller gets, how often the system was asked."""

from __future__ import annotations

import io

import pytest
import requests
import responses

from syncapp.clients.errors import (
    AnswerLost,
    ClientError,
    LockedOut,
    Maintenance,
    Outdated,
    RateLimited,
    Rejected,
    ServerTrouble,
    Unauthorized,
    Unreachable,
)
from syncapp.clients.espocrm import EspoClient, EspoConfig
from syncapp.clients.xai import XaiClient, XaiConfig
from tests.unit.clients.conftest import API, COLLECTIONS, CRM, FILES, ONCE, ClaimLost, Watcher
from tests.unit.clients.wire import Wire, answer

DOCUMENT = f"{API}/CDokumente/65f0"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
def test_a_passing_fault_is_repeated_until_it_passes(
    web: responses.RequestsMock, espo: EspoClient, watcher: Watcher, pauses: list[float], status: int
) -> None:
    web.get(DOCUMENT, status=status)
    web.get(DOCUMENT, status=status)
    web.get(DOCUMENT, json={"id": "65f0"})

    assert espo.document("65f0").id == "65f0"
    assert [call.status for call in watcher.calls] == [status, status, 200]
    assert 0.75 <= pauses[0] <= 1.0
    assert 1.5 <= pauses[1] <= 2.0


def test_the_last_attempt_raises(web: responses.RequestsMock, espo: EspoClient, watcher: Watcher) -> None:
    web.get(DOCUMENT, status=500)
    with pytest.raises(ServerTrouble):
        espo.document("65f0")
    assert len(watcher.calls) == 3


@pytest.mark.parametrize(("status", "error"), [(400, Rejected), (401, Unauthorized), (403, LockedOut), (412, Outdated)])
def test_a_refusal_is_not_repeated(
    web: responses.RequestsMock, espo: EspoClient, watcher: Watcher, status: int, error: type[ClientError]
) -> None:
    web.get(DOCUMENT, status=status)
    with pytest.raises(error):
        espo.document("65f0")
    assert len(watcher.calls) == 1


def test_retry_after_lengthens_the_pause(web: responses.RequestsMock, espo: EspoClient, pauses: list[float]) -> None:
    web.get(DOCUMENT, status=429, headers={"Retry-After": "9"})
    web.get(DOCUMENT, json={"id": "65f0"})
    espo.document("65f0")
    assert 9.0 <= pauses[0] <= 9.9


def test_a_pause_beyond_the_budget_is_left_to_the_engine(
    web: responses.RequestsMock, espo: EspoClient, pauses: list[float]
) -> None:
    web.get(DOCUMENT, status=429, headers={"Retry-After": "21"})
    with pytest.raises(RateLimited) as caught:
        espo.document("65f0")
    assert caught.value.retry_after == 21.0
    assert pauses == []


def test_the_budget_is_shared_by_the_calls_of_a_step(
    web: responses.RequestsMock, espo: EspoClient, pauses: list[float]
) -> None:
    web.get(DOCUMENT, status=503, headers={"Retry-After": "8"})
    for _ in range(4):
        with pytest.raises(Maintenance):
            espo.document("65f0")
    assert 16.0 <= sum(pauses) <= 20.0


def test_each_further_page_of_a_listing_may_wait_anew(
    web: responses.RequestsMock, espo: EspoClient, pauses: list[float]
) -> None:
    for start in range(0, 12, 3):
        web.get(f"{API}/CDokumente", status=429, headers={"Retry-After": "15"})
        web.get(f"{API}/CDokumente", json={"total": -2, "list": [{"id": f"{start + i:03}"} for i in range(3)]})
    web.get(f"{API}/CDokumente", json={"total": -2, "list": []})
    assert len(list(espo.all_documents())) == 12
    assert len(pauses) == 4


def test_creating_is_repeated_when_surely_not_executed(web: responses.RequestsMock, xai: XaiClient) -> None:
    web.post(f"{FILES}/v1/files", body=requests.exceptions.ConnectTimeout("away"))
    uploaded = web.post(f"{FILES}/v1/files", json={"id": "file_1"})
    assert xai.upload(io.BytesIO(b"content"), 7, "a.txt").id == "file_1"
    assert b"content" in uploaded.calls[0].request.body  # the stream was rewound


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_creating_is_not_repeated_when_perhaps_executed(
    web: responses.RequestsMock, xai: XaiClient, espo: EspoClient, watcher: Watcher, status: int
) -> None:
    web.post(f"{FILES}/v1/files", status=status)
    web.post(f"{COLLECTIONS}/v1/collections", status=status)
    web.post(f"{API}/Webhook", status=status)
    with pytest.raises((ServerTrouble, RateLimited, Maintenance)):
        xai.upload(io.BytesIO(b"content"), 7, "a.txt")
    with pytest.raises((ServerTrouble, RateLimited, Maintenance)):
        xai.create_collection("Account-1", "", [])
    with pytest.raises((ServerTrouble, RateLimited, Maintenance)):
        espo.create_webhook("CDokumente.update", "https://hub.example.test/x")
    assert len(watcher.calls) == 3


def test_creating_is_not_repeated_when_the_answer_is_lost(wire: Wire, watcher: Watcher) -> None:
    wire.script = [b""]
    xai = XaiClient(XaiConfig(wire.url, wire.url), watcher, sleep=lambda _: None)
    with pytest.raises(AnswerLost):
        xai.upload(io.BytesIO(b"content"), 7, "a.txt")
    with pytest.raises(AnswerLost):
        xai.create_collection("Account-1", "", [])
    assert len(wire.requests) == 2


@pytest.mark.parametrize("act", ["get", "update", "attach", "detach", "delete"])
def test_what_may_happen_twice_is_repeated_when_the_answer_is_lost(wire: Wire, act: str) -> None:
    wire.script = [b"", answer(b'{"id": "65f0"}')]
    espo = EspoClient(EspoConfig(wire.url, "k"), sleep=lambda _: None)
    xai = XaiClient(XaiConfig(wire.url, wire.url), sleep=lambda _: None)
    acts = {
        "get": lambda: espo.document("65f0").id == "65f0",
        "update": lambda: espo.update("CDokumente", "65f0", {"xaiId": "x"}) == {"id": "65f0"},
        "attach": lambda: xai.attach("c1", "f1", {}),
        "detach": lambda: xai.detach("c1", "f1"),
        "delete": lambda: xai.delete_file("f1"),
    }
    assert acts[act]()
    assert len(wire.requests) == 2


def test_a_probe_asks_once(watcher: Watcher) -> None:
    with pytest.raises(Unreachable):
        EspoClient(EspoConfig("http://127.0.0.1:1", "k", retry=ONCE), watcher).ping()
    assert [(call.status, call.error) for call in watcher.calls] == [(None, "Unreachable")]


def test_the_claim_is_checked_before_every_write_and_each_repeat(
    web: responses.RequestsMock, espo: EspoClient, watcher: Watcher
) -> None:
    written = web.put(DOCUMENT, status=503)
    watcher.lost_at = 2
    with pytest.raises(ClaimLost):
        espo.update("CDokumente", "65f0", {"xaiId": "x"})
    assert written.call_count == 1


def test_reading_needs_no_claim(web: responses.RequestsMock, espo: EspoClient, watcher: Watcher) -> None:
    web.get(DOCUMENT, json={"id": "65f0"})
    espo.document("65f0")
    assert watcher.claims == 0


def test_the_trace_holds_no_query_and_no_values(web: responses.RequestsMock, xai: XaiClient, watcher: Watcher) -> None:
    web.get(f"{COLLECTIONS}/v1/collections", json={"collections": []}, headers={"x-request-id": "req-77"})
    xai.collections_starting("Account-1")
    (call,) = watcher.calls
    assert (call.system, call.method, call.path, call.status, call.write) == (
        "xai",
        "GET",
        "/v1/collections",
        200,
        False,
    )
    assert call.request_id == "req-77"
    assert call.started_at.utcoffset() is not None
    assert "Mustermann" not in repr(call)


def test_secrets_are_not_shown() -> None:
    assert "hidden" not in repr(EspoConfig(CRM, "hidden", "hidden"))
    assert "hidden" not in repr(XaiConfig(api_key="hidden", management_key="hidden"))
