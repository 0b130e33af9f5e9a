import json
import socket

import pytest

from sandbox.espocrm.webhooks import signatures

ID, SECRET = "65f0a1b2c3d4e5f60", "0123456789abcdef0123456789abcdef"


@pytest.fixture
def hook(client, receiver):
    """Presets a subscription to an event, at the receiver."""
    return lambda event, **more: client.preset_webhook(event, receiver.url + "/" + event, **more)


def bodies(receiver):
    return [json.loads(body) for _, _, body in receiver.got]


def test_the_signatures_of_the_known_vector():
    found = signatures(ID, SECRET, b'[{"id":"6b00ca363fbb812fa"}]')
    assert found == {
        "Signature": "NjVmMGExYjJjM2Q0ZTVmNjA6ODIxNGYwOGZhNDQwMzcyM2EyYzJlMzhiZjUwODQ5MzBjMWUyMTE3MDEwN2RjZDM3OTVhMTRk"
        "ZTc0MjNjZDM5ZA==",
        "X-Signature": "NjVmMGExYjJjM2Q0ZTVmNjA6ghTwj6RANyOiwuOL9QhJMMHiEXAQfc03laFN50I8050=",
    }


def test_registering_gives_a_secret_once_more_on_request_and_delivers_twice_when_done_twice(espo, receiver, client):
    data = {"event": "Account.create", "url": receiver.url}
    first, second = (espo("POST", "Webhook", json=data) for _ in range(2))
    assert first.status_code == 201
    assert espo("GET", f"Webhook/{first.json()['id']}").json()["secretKey"] == first.json()["secretKey"]
    assert espo("GET", "Webhook").json()["total"] == 2
    client.create("Account", {"name": "A"})
    assert client.deliver()["delivered"] == 2
    assert espo("DELETE", f"Webhook/{second.json()['id']}").json() is True
    assert espo("GET", f"Webhook/{second.json()['id']}").status_code == 404
    assert espo("POST", "Webhook", json={"event": "Account.link", "url": receiver.url}).status_code == 403
    assert espo("POST", "Webhook", json={"event": "Account.create"}).status_code == 400


def test_deliveries_are_bare_maps_in_a_list_and_signed(client, hook, receiver):
    hook("Account.create", id=ID, secret=SECRET)
    hook("Account.update")
    hook("Account.delete")
    hook("Account.fieldUpdate.status")
    key = client.create("Account", {"name": "Süd/West"})
    client.update("Account", key, {"name": "Süd"})
    client.update("Account", key, {"name": "Süd"})
    client.update("Account", key, {"status": "active"})
    client.delete("Account", key)
    client.restore("Account", key)
    client.deliver()
    found = {path.rpartition("/")[2]: (headers, body) for path, headers, body in receiver.got}
    headers, raw = found["Account.create"]
    assert {name: headers[name] for name in ("Signature", "X-Signature")} == signatures(ID, SECRET, raw)
    assert headers["Content-Type"] == "application/json"
    assert b"S\\u00fcd\\/West" in raw
    assert json.loads(raw)[0]["id"] == key
    updates = json.loads(found["Account.update"][1])
    assert [sorted(item) for item in updates] == [["id", "name"], ["id", "status"]]
    assert json.loads(found["Account.fieldUpdate.status"][1]) == [{"id": key, "status": "active"}]
    assert json.loads(found["Account.delete"][1]) == [{"id": key}]


def test_own_changes_links_and_silent_changes_are_left_out(client, espo, hook, receiver):
    hook("Account.create", skip_own=True)
    hook("CDokumente.update")
    espo("POST", "Account", json={"name": "own"})
    client.create("Account", {"name": "silent"}, silent=True)
    document, account = client.create("CDokumente", {"name": "D"}), client.create("Account", {"name": "human"})
    client.link("CDokumente", document, "accounts", account)
    client.deliver()
    assert [item["name"] for body in bodies(receiver) for item in body] == ["human"]


def test_a_run_takes_twenty_events_and_a_request_fifty_items(client, hook, receiver):
    hook("Account.create")
    client.create_many([{"entity_type": "Account", "data": {"name": f"A{n}"}, "silent": False} for n in range(130)])
    assert client.deliver(one_run=True) == {
        "requests": 1, "delivered": 20, "again": 0, "lost": 0, "dropped": 0, "pending": 110,
    }  # fmt: skip
    client.settings(espocrm_webhook_events_per_run=200)
    assert client.deliver()["requests"] == 3
    assert [len(body) for body in bodies(receiver)] == [20, 50, 50, 10]


@pytest.mark.parametrize("status", [401, 403, 404, 405, 408, 500, 503])
def test_these_answers_are_tried_four_times_in_all(client, hook, receiver, status):
    hook("Account.create")
    receiver.status = status
    client.create("Account", {"name": "A"})
    assert client.deliver()["again"] == 1
    assert client.deliver()["requests"] == 0  # not before the pause is over
    assert [client.deliver(ignore_pause=True)["requests"] for _ in range(4)] == [1, 1, 1, 0]
    assert [entry["outcome"] for entry in client.deliveries()] == ["again"] * 3 + ["lost"]


@pytest.mark.parametrize("status", [400, 409, 413, 422, 429, 501, 502, 504])
def test_these_answers_lose_the_event(client, hook, receiver, status):
    hook("Account.create")
    receiver.status = status
    client.create("Account", {"name": "A"})
    assert client.deliver()["lost"] == 1
    assert client.deliver(ignore_pause=True)["requests"] == 0


def test_newer_events_overtake_a_failed_batch(client, hook, receiver):
    hook("Account.create")
    receiver.status = 503
    client.create("Account", {"name": "first"})
    client.deliver()
    receiver.status = 302
    client.create("Account", {"name": "second"})
    assert client.deliver() == {"requests": 1, "delivered": 1, "again": 0, "lost": 0, "dropped": 0, "pending": 1}
    assert client.deliver(ignore_pause=True)["delivered"] == 1
    assert [body[0]["name"] for body in bodies(receiver)] == ["first", "second", "first"]


def test_410_deletes_the_webhook(client, hook, receiver, espo):
    hook("Account.create", id=ID)
    receiver.status = 410
    client.create("Account", {"name": "A"})
    assert client.deliver()["dropped"] == 1
    assert espo("GET", f"Webhook/{ID}").status_code == 404


def test_a_refused_connection_is_lost_and_a_time_out_is_tried_again(client):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        client.settings(espocrm_webhook_timeout=0.1)
        client.preset_webhook("Account.create", f"http://127.0.0.1:{deaf.getsockname()[1]}/")
        client.create("Account", {"name": "A"})
        assert client.deliver()["again"] == 1
    assert client.deliver(ignore_pause=True)["lost"] == 1


def test_the_job_delivers_by_itself(client, hook, receiver):
    client.settings(espocrm_webhook_job=True, espocrm_webhook_interval=0.05)
    hook("Account.create")
    client.create("Account", {"name": "A"})
    assert receiver.arrived.wait(60)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("Account.link", "Not supported event."),
        ("CNothing.update", "Entity type is not available for Webhooks."),
        ("Account.update", "Entity type is forbidden."),
        ("CDokumente.fieldUpdate.xaiId", "Field is forbidden."),
        ("CDokumente.fieldUpdate.nothing", "Field does not exist."),
        ("CDokumente.update", "Webhook number per user exceeded the limit."),
    ],
)
def test_what_can_not_be_registered(espo, client, event, reason):
    """Classes/RecordHooks/Webhook/BeforeSave.php, 9.2."""
    client.settings(espocrm_denied=["Account.read", "CDokumente.xaiId.read"], espocrm_webhooks_per_user=1)
    made = espo("POST", "Webhook", json={"event": "CDokumente.create", "url": "http://hub"})
    espo("PUT", f"Webhook/{made.json()['id']}", json={"isActive": False})  # one that is switched off counts too
    refused = espo("POST", "Webhook", json={"event": event, "url": "http://hub"})
    assert (refused.status_code, refused.headers["X-Status-Reason"]) == (403, reason)


def test_nothing_is_told_that_its_user_may_not_read(client, hook, receiver):
    """Core/Webhook/Queue.php: as the rights are when it is sent."""
    hook("Account.create")
    hook("CDokumente.update")
    client.create("Account", {"name": "A"})
    key = client.create("CDokumente", {"name": "D"})
    client.update("CDokumente", key, {"xaiId": "file_1", "description": "geheim"})
    client.settings(espocrm_denied=["Account.read", "CDokumente.description.read"])
    assert client.deliver()["delivered"] == 1
    assert bodies(receiver) == [[{"id": key, "xaiId": "file_1"}]]


def test_what_waits_for_one_that_is_switched_off_is_dropped(client, espo, receiver):
    receiver.status = 503
    made = espo("POST", "Webhook", json={"event": "Account.create", "url": receiver.url}).json()
    client.create("Account", {"name": "A"})
    assert client.deliver()["again"] == 1
    espo("PUT", f"Webhook/{made['id']}", json={"isActive": False})
    assert client.deliver(ignore_pause=True)["requests"] == 0
    espo("PUT", f"Webhook/{made['id']}", json={"isActive": True})
    assert client.deliver(ignore_pause=True)["requests"] == 0


def test_an_update_tells_no_version(client, hook, receiver):
    hook("CDokumente.create")
    hook("CDokumente.update")
    key = client.create("CDokumente", {"name": "D"})
    client.update("CDokumente", key, {"name": "E"})
    client.deliver()
    created, updated = sorted((body[0] for body in bodies(receiver)), key=len, reverse=True)
    assert (created["versionNumber"], updated) == (1, {"id": key, "name": "E"})
