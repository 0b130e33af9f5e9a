import time

import pytest

from tests.sandbox.google_calls import DAY
from tests.sandbox.test_google_events import reason


@pytest.fixture
def watch(events, client, receiver):
    client.settings(google_push_http=True)

    def watch(**changes):
        body = {"id": "channel-1", "type": "web_hook", "address": f"{receiver.url}/push", "token": "geheim"}
        return events("POST", "watch", json=body | changes)

    return watch


def until(reached):
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_channel_says_that_something_changed(watch, events, receiver, client, calendar):
    channel = watch().json()
    assert (channel["id"], channel["token"]) == ("channel-1", "geheim")
    assert 0 < int(channel["expiration"]) / 1000 - time.time() <= 604_800
    until(lambda: len(receiver.got) == 1)
    events("POST", "", json=DAY)
    until(lambda: len(receiver.got) == 2)
    client.google.create_event(calendar, DAY)
    until(lambda: len(receiver.got) == 3)
    path, headers, body = receiver.got[2]
    assert (path, body) == ("/push", b"")
    assert {name: headers[name] for name in headers if name.startswith("X-Goog") and "Expir" not in name} == {
        "X-Goog-Channel-Id": "channel-1",
        "X-Goog-Channel-Token": "geheim",
        "X-Goog-Resource-Id": channel["resourceId"],
        "X-Goog-Resource-Uri": channel["resourceUri"],
        "X-Goog-Resource-State": "exists",
        "X-Goog-Message-Number": "3",
    }
    assert [got[1]["X-Goog-Resource-State"] for got in receiver.got] == ["sync", "exists", "exists"]
    until(lambda: len(client.google.pushes()) == 3)  # the outcome is noted after the answer
    assert [row["outcome"] for row in client.google.pushes()] == ["delivered"] * 3


def test_a_stopped_channel_is_silent(watch, events, client, receiver, services):
    channel = watch().json()
    until(lambda: receiver.got)
    with pytest.raises(Exception, match="not found"):
        services().channels().stop(body={"id": "channel-1", "resourceId": "x"}).execute()
    services().channels().stop(body={"id": "channel-1", "resourceId": channel["resourceId"]}).execute()
    events("POST", "", json=DAY)
    assert client.google.deliver_pushes() == 0
    assert client.state("google")["channels"] == []


def test_notifications_get_lost_and_are_tried_again(watch, events, client, receiver):
    client.google.lose_pushes(1)
    watch()
    until(lambda: client.google.pushes())
    assert (client.google.pushes()[0]["outcome"], receiver.got) == ("lost", [])
    receiver.status = 503
    events("POST", "", json=DAY)
    until(lambda: len(client.google.pushes()) == 2)
    assert (client.google.pushes()[1]["outcome"], len(receiver.got)) == ("failed", 3)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"address": "ftp://x"}, "push.webhookUrlNotHttps"),
        ({"id": ""}, "required"),
        ({"id": "a" * 65}, "invalid"),
        ({"id": "ä"}, "invalid"),
        ({"type": "mail"}, "invalid"),
        ({"token": "t" * 257}, "invalid"),
        ({"expiration": "1"}, "invalid"),
    ],
)
def test_what_is_no_channel_is_refused(watch, changes, why):
    assert reason(watch(**changes)) == (400, why)


def test_channels_want_https_and_an_id_of_their_own(watch, client):
    assert watch().status_code == 200
    assert reason(watch()) == (400, "channelIdNotUnique")
    client.settings(google_push_http=False)
    assert reason(watch(id="two")) == (400, "push.webhookUrlNotHttps")


def test_a_channel_ends(watch, client, events, receiver):
    assert watch(params={"ttl": "3600"}).status_code == 200
    far = watch(id="two", expiration=str(int((time.time() + 10**8) * 1000))).json()
    assert int(far["expiration"]) / 1000 - time.time() <= 604_800
    client.settings(google_channel_seconds=0.01)
    watch(id="three")
    until(lambda: len(receiver.got) >= 2)
    time.sleep(0.02)
    events("POST", "", json=DAY)
    client.google.deliver_pushes()
    assert [row["id"] for row in client.state("google")["channels"]] == ["channel-1", "two"]
    assert client.google.expire_channels() == 2
