"""The doors: who gets in, what is stored, what is answered, and what it costs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from syncapp.engine.queue import enqueue
from syncapp.events import bodies, intake
from syncapp.events.bodies import Unreadable
from syncapp.kit import brakes
from syncapp.models import InboxItem, InboxMessage, InboxState, Record, Status
from syncapp.webhooks import signatures
from tests.events import carried
from tests.installation import until
from tests.settings import WEBHOOK_ID, WEBHOOK_SECRET, WEBHOOK_TOKEN
from tests.world import configured

pytestmark = pytest.mark.django_db
UPDATE = "/vmh/webhook/document/update"


def signed(
    body: bytes, *, old: bool = False, webhook_id: str = WEBHOOK_ID, secret: str = WEBHOOK_SECRET
) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256)
    part = digest.digest() if old else digest.hexdigest().encode()
    return {"X-Signature" if old else "Signature": base64.b64encode(webhook_id.encode() + b":" + part).decode()}


def post(body: Any, path: str = UPDATE, headers: dict[str, str] | None = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(
        path, raw, content_type="application/json", headers=signed(raw) if headers is None else headers
    )


def queued() -> int:
    carried()
    return enqueue.queue_size() if not OrmQ.objects.exists() else OrmQ.objects.count()


def test_the_vector_of_the_reference() -> None:
    body = b'[{"id":"6b00ca363fbb812fa"}]'
    secrets = {"65f0a1b2c3d4e5f60": ["0123456789abcdef0123456789abcdef"]}
    given = {
        "Signature": "NjVmMGExYjJjM2Q0ZTVmNjA6ODIxNGYwOGZhNDQwMzcyM2EyYzJlMzhiZjUw"
        "ODQ5MzBjMWUyMTE3MDEwN2RjZDM3OTVhMTRkZTc0MjNjZDM5ZA==",
        "X-Signature": "NjVmMGExYjJjM2Q0ZTVmNjA6ghTwj6RANyOiwuOL9QhJMMHiEXAQfc03laFN50I8050=",
    }
    for name, value in given.items():
        assert signatures.sender(body, {name: value}, secrets) == "65f0a1b2c3d4e5f60"
        assert signatures.sender(body + b" ", {name: value}, secrets) is None


@pytest.mark.parametrize("old", [False, True])
def test_a_signed_batch_is_stored_and_requested(old: bool) -> None:
    body = json.dumps([{"id": "a1", "name": "x"}, {"id": "b2"}, {"name": "no id"}]).encode()
    answer = post(body, headers=signed(body, old=old) | {"X-Request-ID": "trace-from-outside"})
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "received",
        "action": "update",
        "new_ids_count": 2,
        "total_ids_in_batch": 3,
        "rejected": [{"index": 2, "reason": "id is missing"}],
        "trace_id": "trace-from-outside",
    }
    assert answer.headers["X-Request-ID"] == "trace-from-outside"
    assert sorted(Record.objects.values_list("step", "entity_type", "entity_id", "trace_id")) == [
        ("document_sync", "CDokumente", "a1", "trace-from-outside"),
        ("document_sync", "CDokumente", "b2", "trace-from-outside"),
    ]
    assert InboxItem.objects.filter(record__isnull=False).count() == 2


def test_one_carrier_for_a_record_however_often_it_is_asked_for(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            post([{"id": "a1"}, {"id": "a1"}])
    assert until(queued, 60, lambda: "nothing on the queue") == 1
    assert Record.objects.get().requested == 5
    assert post([{"id": "a1"}]).json()["new_ids_count"] == 0


def test_a_single_object_is_a_batch_of_one() -> None:
    assert post({"id": "a1"}).json()["total_ids_in_batch"] == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Signature": "nonsense"},
        {"Signature": base64.b64encode(b"unknown:aa").decode()},
        {"X-Signature": base64.b64encode(WEBHOOK_ID.encode() + b":" + b"\x00" * 32).decode()},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic " + WEBHOOK_TOKEN},
        {"Authorization": "Bearer "},
        {"Signature": "A" * 100_000},
    ],
)
def test_a_stranger_leaves_no_row(headers: dict[str, str]) -> None:
    answer = post([{"id": "a1"}], headers=headers)
    assert answer.status_code == 401
    assert not InboxMessage.objects.exists()
    assert not Record.objects.exists()


def test_with_nothing_configured_everybody_is_a_stranger() -> None:
    with configured(ESPOCRM_WEBHOOK_SECRETS={}, WEBHOOK_TOKENS=()):
        assert post([{"id": "a1"}]).status_code == 401
        assert post([{"id": "a1"}], headers={"Authorization": f"Bearer {WEBHOOK_TOKEN}"}).status_code == 401


def test_old_and_new_secret_side_by_side() -> None:
    body = b'[{"id":"a1"}]'
    with configured(ESPOCRM_WEBHOOK_SECRETS={"w1": ("new", "old")}):
        for secret in ("new", "old"):
            assert post(body, headers=signed(body, webhook_id="w1", secret=secret)).status_code == 200
        assert post(body, headers=signed(body, webhook_id="w1", secret="older")).status_code == 401


def flood(times: int, **more: str) -> list[int]:
    return [
        Client().post(UPDATE, b"[]", content_type="application/json", headers={"Signature": "x"}, **more).status_code
        for _ in range(times)
    ]


def test_wrong_signatures_are_braked_by_address_and_right_ones_never() -> None:
    assert flood(32) == [401] * 30 + [429] * 2
    assert flood(1, REMOTE_ADDR="192.0.2.1") == [401]
    assert flood(31, REMOTE_ADDR="2001:db8::1") == [401] * 30 + [429]
    assert flood(1, REMOTE_ADDR="2001:db8::2") == [429], "of the same net"
    # Whoever signs rightly comes in from the braked address too, and is told 401 from then on: 429 loses an event.
    assert post([{"id": "a1"}]).status_code == 200
    assert flood(40) == [401] * 40


def test_a_burst_is_one_across_the_minute_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [6_000_000.0 + 59.5]
    monkeypatch.setattr(brakes.time, "time", lambda: now[0])
    assert flood(20) == [401] * 20
    now[0] += 1
    assert flood(12) == [401] * 10 + [429] * 2
    now[0] += 58
    assert flood(1) == [429]
    now[0] += 1
    assert flood(31) == [401] * 30 + [429]
    now[0] -= 3600  # a clock that was set back
    assert flood(31) == [401] * 30 + [429]


def test_behind_a_reverse_proxy_the_stranger_is_braked_and_nobody_else() -> None:
    with configured(DJANGO_TRUST_PROXY=True):
        stranger = {"HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.7"}
        assert flood(31, **stranger)[-1] == 429
        assert flood(1, HTTP_X_FORWARDED_FOR="198.51.100.7, 198.51.100.8") == [401], "what he writes himself is nothing"


def test_a_flood_is_told_once_a_minute_with_its_count(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [6_000_000.0]
    monkeypatch.setattr(brakes.time, "time", lambda: now[0])
    flood(500)
    now[0] += 61
    flood(500)
    told = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [each["count"] for each in told if each["event"] == "door.refused"] == [1, 500]


DOORS = ["document/create", "document/update", "document/delete", "beteiligte/update", "entity/link"]


@pytest.mark.parametrize("door", DOORS)
def test_a_signature_counts_only_at_its_own_door(door: str) -> None:
    link = {"entityType": "CDokumente", "entityId": "a1", "foreignType": "Account", "foreignId": "b1", "id": "a1"}
    with configured(ESPOCRM_WEBHOOK_DOORS={WEBHOOK_ID: door}):
        found = {each: post([link], f"/vmh/webhook/{each}").status_code for each in DOORS}
        assert found == {each: 200 if each == door else 401 for each in DOORS}
        # Tokens of hooks of the firm's own are for every door.
        assert post([link], UPDATE, headers={"Authorization": f"Bearer {WEBHOOK_TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    "link",
    [
        {"entityType": "CDokumente", "entityId": "d1", "link": "accounts", "foreignType": "Account", "foreignId": "p1"},
        {
            "entity_type": "CDokumente",
            "entity_id": "d1",
            "link": "accounts",
            "foreign_type": "Account",
            "foreign_id": "p1",
        },
    ],
)
@pytest.mark.parametrize("action", ["link", "unlink"])
def test_a_link_is_a_full_request_for_both_ends(link: dict[str, str], action: str) -> None:
    headers = {"Authorization": f"Bearer {WEBHOOK_TOKEN}"}
    answer = post([link, {"entityType": "CDokumente"}], f"/vmh/webhook/entity/{action}", headers)
    assert answer.status_code == 200
    assert answer.json()["rejected"][0]["index"] == 1
    rows = Record.objects.values_list("step", "entity_type", "entity_id", "full_request")
    assert sorted(rows) == [("collection_sync", "Account", "p1", 1), ("document_sync", "CDokumente", "d1", 1)]


def test_a_link_of_a_type_that_only_sounds_like_the_firms_is_no_request_for_one_of_those() -> None:
    """EspoCRM's own Document has its links, too; a record of the firm's documents would say that it was deleted."""
    link = {"entityType": "Document", "entityId": "d1", "foreignType": "Account", "foreignId": "p1"}
    post([link, {**link, "foreignType": "Beteiligte"}], "/vmh/webhook/entity/link")
    (record,) = Record.objects.all()
    assert (record.step, record.entity_type, record.entity_id) == ("collection_sync", "Account", "p1")
    assert InboxItem.objects.filter(record=None).count() == 3


def test_an_entity_type_without_a_flow_is_accepted_and_recorded() -> None:
    link = {"entityType": "Contact", "entityId": "k1", "foreignType": "Lead", "foreignId": "l1"}
    assert post([link], "/vmh/webhook/entity/link").json()["new_ids_count"] == 2
    items = InboxItem.objects.order_by("id").values_list("entity_type", "entity_id", "record")
    assert list(items) == [("Contact", "k1", None), ("Lead", "l1", None)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"42",
        b'"text"',
        b"\xff\xfe",
        b"[" * 5000 + b"]" * 5000,
        b'{"a":' * 5000,
        b"[{}]",
        b'[null, 5, [], "a1"]',
        b'[{"id": ""}, {"id": "../x"}]',
        b'{"entity_type": "CDokumente"}',
        b'{"entity_id": "a1", "entity_type": "Account", "action": "update"}',
        json.dumps([{"id": "a"}] * 5001).encode(),
    ],
)
def test_an_authentic_body_that_cannot_be_read_is_kept_before_it_is_refused(body: bytes) -> None:
    answer = post(body)
    assert answer.status_code == 400
    message = InboxMessage.objects.get()
    assert (message.state, bytes(message.body or b"")) == (InboxState.QUARANTINED, body)
    assert not Record.objects.exists()


MUCH = 10 * 1024 * 1024  # bytes, as WEBHOOK_MAX_MB


@pytest.mark.parametrize(
    ("start", "part", "end"),
    [
        (b"", b"[", b""),
        (b"[", b"[],", b"[]]"),
        (b"[", b"{},", b"{}]"),
        (b"[", b'{"id":"a"},', b"{}]"),
        (b"", b'{"a":', b""),
        (b"[", b"[[[[[[[[[[]]]]]]]]]],", b"1]"),
        (b"[", b"1,", b"1]"),
        (b"[", b"null,", b"1]"),
        (b"[", b'"",', b"1]"),
        (b'{"a":"', b'\\"', b'"}'),
        (b'{"a":"', b"\\\\", b'"}'),
        (b'{"a":"', b"[", b""),
        (b'[{"a":"', b"\\", b""),
        (b"[", b"9", b"]"),
        (b"[[[[" * 10, b'"]', b""),
        (b"", b" ", b"[]]"),
    ],
)
def test_the_worst_body_costs_milliseconds(start: bytes, part: bytes, end: bytes) -> None:
    body = start + part * ((MUCH - len(start) - len(end)) // len(part)) + end
    began = time.process_time()
    with pytest.raises(Unreadable):
        bodies.entities(body, "CDokumente")
    assert time.process_time() - began < 0.3  # 4.7 s before


def test_brackets_and_commas_in_texts_are_no_parts() -> None:
    text = "[{,]}" * 300_000 + '\\"'
    assert (
        bodies.entities(json.dumps([{"id": "a1", "text": text}, {"id": "a2", "more": [[]] * 40}]).encode(), "X").total
        == 2
    )


def test_why_no_item_could_be_used_is_said_without_its_contents() -> None:
    assert post([{"name": "Geheim"}, {"id": "Geheim!"}]).status_code == 400
    assert InboxMessage.objects.get().reason == "no item of 2 can be used; the first: id is missing"


def test_an_empty_batch_is_no_fault() -> None:
    assert post([]).json()["total_ids_in_batch"] == 0


@pytest.mark.parametrize(
    "item",
    [
        {"entity_id": "a1", "entity_type": "CDokumente", "action": "update"},
        {"entityId": "a1", "entityType": "CDokumente"},
        {"entity_id": "a1"},
        {"id": "a1", "entity_type": "a field of the entity's own", "entity_id": "another"},
    ],
)
def test_other_ways_to_name_an_entity(item: dict[str, str]) -> None:
    assert post(item).status_code == 200
    assert Record.objects.get().entity_id == "a1"


def test_a_quarantined_message_is_processed_again_once() -> None:
    message = InboxMessage.objects.create(
        trace_id="t",
        received_at="2026-01-01T00:00Z",
        path="document",
        entity_type="CDokumente",
        action="update",
        state=InboxState.QUARANTINED,
        body=b'[{"id":"a1"}]',
    )
    assert intake.reprocess(message) == 1
    assert Record.objects.get().entity_id == "a1"
    message.state = InboxState.QUARANTINED
    assert intake.reprocess(message) == 0


@pytest.mark.parametrize("bad", [None, 5, True, [], {}, "", "a" * 37, "../x", "a b", "ä", {"a": 1}])
def test_one_bad_item_never_costs_the_others(bad: Any) -> None:
    answer = post([{"id": bad}, {"id": "good"}, bad]).json()
    assert {row["index"] for row in answer["rejected"]} == {0, 2}
    assert Record.objects.get().entity_id == "good"


def test_too_large_is_413_and_leaves_no_row() -> None:
    body = b'[{"id":"a1","x":"' + b"y" * (1024 * 1024) + b'"}]'
    with configured(WEBHOOK_MAX_MB=1):
        assert post(body).status_code == 413
    assert not InboxMessage.objects.exists()


def test_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(intake, "_store", away)
    answer = post([{"id": "a1"}])
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_batch_costs_a_constant_number_of_statements() -> None:
    counts = []
    for size in (1, 10, 50):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            post([{"id": f"s{size}x{n}"} for n in range(size)])
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert Record.objects.filter(status=Status.WAITING).count() == 61


def test_other_methods_and_paths_are_refused() -> None:
    assert Client().get(UPDATE).status_code == 405
    assert Client().post("/vmh/webhook/unknown/update").status_code == 404
    assert Client().post("/vmh/webhook/document/link").status_code == 404


def test_webhooks_pass_by_what_is_there_for_pages() -> None:
    webhook, page = post([{"id": "a1"}]), Client().get("/admin/login/")
    for_pages = {"Content-Security-Policy", "Content-Language", "X-Frame-Options"}
    assert for_pages <= set(page.headers)
    assert not for_pages & set(webhook.headers)
    assert webhook.headers["X-Content-Type-Options"] == "nosniff"
    assert webhook.headers["Content-Length"] == str(len(webhook.content))


def test_nothing_of_the_body_reaches_the_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    post([{"id": "a1", "name": "Geheimnis"}, {"id": "Geheimnis !"}])
    post(b'["Geheimnis')
    assert "Geheimnis" not in caplog.text + capsys.readouterr().err
