"""A chat program is told the same; in the morning comes what was done and what is open; the command tries it all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from syncapp import jobs
from syncapp.models import KnownTrouble, Notice, NoticeChoice, NoticeState, StaffAction
from tests.integration.admin import rows
from tests.mailbox import HUB, mailbox, mailing
from tests.servers import free_port
from tests.world import configured

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@dataclass
class Chat:
    """What a chat program was sent."""

    url: str = ""
    status: int = 200
    bodies: list[dict[str, Any]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


@contextmanager
def chat() -> Iterator[Chat]:
    told = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            told.kinds.append(self.headers["Content-Type"])
            self.send_response(told.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/hooks/secret-part"
    try:
        with configured(ALERT_WEBHOOK_URL=told.url, HUB_URL=HUB):
            yield told
    finally:
        server.shutdown()
        server.server_close()


def lasting(clock: Any, minutes: int) -> None:
    for _ in range(minutes):
        jobs.notify()
        clock.shift(timedelta(minutes=1))


def test_a_chat_program_is_told_in_a_text_and_as_data() -> None:
    rows.record()
    with time_machine.travel("2026-03-10 12:00+01:00", tick=False) as clock, chat() as told:
        lasting(clock, 10)
    (body,) = told.bodies
    assert told.kinds == ["application/json"]
    assert body["text"].startswith("[BitByLaw Hub] New: Documents (xAI): 1 needs a person")
    assert f"{HUB}/admin/syncapp/record/?" in body["text"]
    (cause,) = body["causes"]
    assert {name: cause[name] for name in ("event", "kind", "key", "count")} == {
        "event": "appeared",
        "kind": "failures",
        "key": "failures|document_sync|xai|rejected",
        "count": 1,
    }
    assert cause["url"].startswith(HUB)


def test_a_chat_program_that_refuses_keeps_no_mail_back_and_its_address_is_told_nowhere(
    capfd: pytest.CaptureFixture[str],
) -> None:
    rows.user("karl", rows.CARE)
    rows.record()
    with (
        time_machine.travel("2026-03-10 14:00+01:00", tick=False) as clock,
        mailbox() as box,
        chat() as told,
        mailing(box.port, ALERT_WEBHOOK_URL=told.url),
    ):
        told.status = 404
        lasting(clock, 10)
    assert len(box.mails) == 1
    waiting = Notice.objects.get(user=None)
    assert (waiting.state, waiting.fault) == (NoticeState.WAITING, "chat 404")
    assert "secret-part" not in "".join(capfd.readouterr())


MORNING = "2026-03-10 06:58+01:00"


def test_in_the_morning_comes_what_was_done_and_what_is_open_the_oldest_first() -> None:
    rows.user("karl", rows.CARE)
    with time_machine.travel(MORNING, tick=False) as clock, mailbox() as box, mailing(box.port):
        now = timezone.now()
        for number, days in enumerate((1, 5, 3)):
            KnownTrouble.objects.create(
                key=f"failures|document_sync||r{number}",
                kind="failures",
                facts={"step": "document_sync", "system": "", "reason": f"r{number}", "count": days},
                first_seen=now - timedelta(days=days),
                last_seen=now,
                told_at=now,
            )
        rows.attempt(rows.record("in_sync"), outcome="in_sync")
        rows.task(opened_at=now - timedelta(days=9))
        StaffAction.objects.create(action="retry")
        lasting(clock, 2)
        assert box.mails == []
        lasting(clock, 3)
        assert len(box.mails) == 1
        lasting(clock, 5)
        assert [mail for mail in box.mails if "morning" in str(mail["Subject"])] == box.mails[:1]
    text = box.text(0)
    order = [text.index(f"{count} need") for count in (5, 3)] + [text.index("1 needs")]
    assert order == sorted(order)
    assert "1 run ended in agreement" in text
    assert "1 action of staff" in text
    assert "1 open task, for 9 days" in text
    assert f"{HUB}/admin/syncapp/task/?state=open" in text


@pytest.mark.parametrize(("begins", "comes"), [("06:30", 1), ("12:30", 1), ("13:05", 0), ("23:30", 0)])
def test_a_hub_that_was_off_in_the_morning_tells_it_until_noon(begins: str, comes: int) -> None:
    rows.user("karl", rows.CARE)
    with (
        time_machine.travel(f"2026-03-10 {begins}+01:00", tick=False) as clock,
        mailbox() as box,
        mailing(box.port),
    ):
        lasting(clock, 40)
    assert len(box.mails) == comes


def test_it_waits_for_the_end_of_quiet_hours_and_comes_not_to_who_wants_none() -> None:
    NoticeChoice.objects.create(user=rows.user("karl", rows.CARE), quiet_from="22:00", quiet_until="08:00")
    NoticeChoice.objects.create(user=rows.user("anna", rows.CARE), digest=False)
    with time_machine.travel(MORNING, tick=False) as clock, mailbox() as box, mailing(box.port):
        lasting(clock, 60)
        assert box.mails == []
        lasting(clock, 5)
        assert [mail["To"] for mail in box.mails] == ["karl@example.org"]


def test_the_command_says_who_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    rows.user("karl", rows.CARE)
    with mailbox() as box, chat() as told, mailing(box.port, ALERT_WEBHOOK_URL=told.url):
        call_command("notify", "--test")
    out = capsys.readouterr().out
    assert [line.split()[:2] for line in out.splitlines()[2:]] == [["sent", "karl"], ["sent", "ALERT_WEBHOOK_URL"]]
    assert "secret-part" not in out
    assert (len(box.mails), len(told.bodies)) == (1, 1)
    assert "This is a test" in box.text()


def test_the_command_says_what_went_wrong_with_each(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("anna", "karl", "zora"):
        rows.user(name, rows.CARE)
    type(rows.user("nomail", rows.CARE)).objects.filter(username="nomail").update(email="")
    with mailbox() as box, mailing(box.port):
        box.refuses["karl@example.org"] = "550 who?"
        with pytest.raises(CommandError, match="2 tests could not be sent") as caught:
            call_command("notify", "--test")
    assert caught.value.returncode == 1
    lines = {line.split()[1]: line for line in capsys.readouterr().out.splitlines()[2:]}
    assert lines["karl"].startswith("TROUBLE")
    assert "refuses this address (550)" in lines["karl"]
    assert "no mail address" in lines["nomail"]
    assert lines["zora"].startswith("sent")


def test_the_command_says_what_to_set_and_whom_it_looked_for() -> None:
    with pytest.raises(CommandError, match="set EMAIL_URL, EMAIL_FROM and HUB_URL") as caught:
        call_command("notify", "--test")
    assert caught.value.returncode == 4
    with mailing(free_port()), pytest.raises(CommandError, match="Hub-Betreuung") as caught:
        call_command("notify", "--test")
    assert caught.value.returncode == 4
    with pytest.raises(CommandError, match=r"manage\.py notify --test") as caught:
        call_command("notify")
    assert caught.value.returncode == 2
