"""Who is told what and when: one message a cause, through a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from django_q.models import Schedule

from syncapp import jobs, schedules
from syncapp.engine.workers import scheduled
from syncapp.models import (
    InboxMessage,
    InboxState,
    KnownTrouble,
    Notice,
    NoticeChoice,
    NoticeState,
    Record,
    ScanRun,
    System,
    TroubleKind,
    Worker,
)
from syncapp.notify import mail, remembering, telling, troubles, watching
from syncapp.upkeep import pruning
from tests.integration.admin import rows
from tests.mailbox import HUB, Mailbox, mailbox, mailing

pytestmark = pytest.mark.django_db
KARL = "karl@example.org"
NOON = "2026-03-10 12:00+01:00"


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """Karl looks after the hub and has chosen nothing but to do without the digest."""
    karl = rows.user("karl", rows.CARE)
    NoticeChoice.objects.create(user=karl, kinds=TroubleKind.values, digest=False)
    with mailbox() as made, mailing(made.port):
        yield made


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def lasting(clock: Any, minutes: int = 10) -> None:
    """The job, minute by minute."""
    for _ in range(minutes):
        jobs.notify()
        clock.shift(timedelta(minutes=1))


def away(since: timedelta, state: str = "down", probes: int = 5) -> System:
    now = timezone.now()
    columns = {"state": state, "since": now - since, "next_probe_at": now, "failed_probes": probes}
    return System.objects.update_or_create(name="xai", defaults=columns)[0]


def well() -> None:
    System.objects.filter(name="xai").update(state="up", since=timezone.now(), next_probe_at=None)


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncapp.engine.outside.connections.configured", lambda _name: True)


def test_one_mail_a_cause_however_many_records_and_one_when_it_is_over(box: Mailbox, clock: Any) -> None:
    for _ in range(30):
        rows.record()
    lasting(clock)
    rows.record()
    lasting(clock)
    assert box.to(KARL) == ["[BitByLaw Hub] New: Documents (xAI): 30 need a person"]
    Record.objects.update(status="in_sync", reason="", system="", served=1)
    lasting(clock)
    assert [subject.split("] ")[1].partition(":")[0] for subject in box.to(KARL)] == ["New", "Over"]
    lasting(clock)
    assert len(box.mails) == 2


def test_what_mends_itself_within_minutes_is_nobodys_business(box: Mailbox, clock: Any) -> None:
    rows.record()
    lasting(clock, 2)
    Record.objects.all().delete()
    lasting(clock)
    assert box.mails == []
    assert KnownTrouble.objects.count() == 0


def test_a_system_is_told_of_after_a_quarter_of_an_hour_and_when_it_is_back(
    box: Mailbox, clock: Any, reachable: None
) -> None:
    away(timedelta())
    lasting(clock, 15)
    assert box.mails == []
    lasting(clock, 10)
    assert box.to(KARL) == ["[BitByLaw Hub] New: xAI does not answer"]
    assert f"{HUB}/admin/hub/systems/" in box.text()
    well()
    lasting(clock)
    assert box.to(KARL)[1:] == ["[BitByLaw Hub] xAI answers again"]


def test_of_a_system_that_was_paused_nobody_says_that_it_answers(box: Mailbox, clock: Any, reachable: None) -> None:
    away(timedelta())
    lasting(clock, 25)
    System.objects.update(paused=True)
    lasting(clock)
    assert box.to(KARL)[1:] == ["[BitByLaw Hub] Over: xAI does not answer"]


def test_a_short_outage_is_never_told(box: Mailbox, clock: Any, reachable: None) -> None:
    away(timedelta())
    lasting(clock, 14)
    well()
    lasting(clock)
    assert box.mails == []


def test_an_outage_that_a_machine_with_a_clock_ahead_has_noted_is_short_too(
    box: Mailbox, clock: Any, reachable: None
) -> None:
    away(timedelta(seconds=-20))
    lasting(clock, 14)
    assert box.mails == []


def test_what_another_worker_is_sending_is_left_to_it_also_if_its_clock_is_ahead(box: Mailbox, clock: Any) -> None:
    rows.record()
    lasting(clock, 4)
    Notice.objects.update(state=NoticeState.SENDING, claimed_at=timezone.now() + timedelta(seconds=20), sent_at=None)
    lasting(clock, 3)
    assert len(box.mails) == 1


def test_a_refused_login_is_tried_anew_before_anybody_is_told(box: Mailbox, clock: Any, reachable: None) -> None:
    away(timedelta(), "refused", probes=1)
    lasting(clock, 1)
    assert box.mails == []
    System.objects.update(failed_probes=2)
    lasting(clock, 1)
    assert box.to(KARL) == ["[BitByLaw Hub] New: xAI refuses our login"]


def test_a_system_that_staff_pause_is_not_told_of(box: Mailbox, clock: Any, reachable: None) -> None:
    away(timedelta(hours=1))
    System.objects.update(paused=True)
    lasting(clock)
    assert box.mails == []


def test_every_kind_of_trouble_is_told_with_a_link_that_leads_to_it(
    box: Mailbox, clock: Any, reachable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(troubles, "works", lambda _worker, _now: True)
    schedules.ensure()
    now = timezone.now()
    rows.record()
    away(timedelta(hours=1))
    ScanRun.objects.create(scan="everything", state="stopped", started_at=now)
    rows.message(InboxState.QUARANTINED)
    Worker.objects.create(name="w", started_at=now, beat_at=now, restarts=2, restarted_at=now)
    scheduled.begin("hub.prune")
    scheduled.end("hub.prune", 5, "KeyError in x")
    lasting(clock, 5)
    text = "\n".join(box.text(number) for number in range(len(box.mails)))
    told = set(KnownTrouble.objects.exclude(told_at=None).values_list("kind", flat=True))
    assert told == set(TroubleKind.values)
    careful = Client()
    careful.force_login(User.objects.get(username="karl"), backend="django.contrib.auth.backends.ModelBackend")
    links = {line.removeprefix(HUB) for line in text.splitlines() if line.startswith(HUB)}
    assert len(links) == 6
    for link in links:
        assert resolve(link.partition("?")[0])
        assert careful.get(link).status_code == 200, link
    (failures,) = [link for link in links if "record" in link]
    assert len(careful.get(failures).context["cl"].result_list) == 1


def test_a_comparison_that_could_not_ask_a_system_is_no_news_of_its_own(box: Mailbox, clock: Any) -> None:
    now = timezone.now()
    for kind in ("scan.not_available", "scan.not_available"):
        note = {"kind": kind, "system": "xai"}
        ScanRun.objects.create(scan="changes", state="failed", started_at=now, note=note)
    ScanRun.objects.create(scan="parties", state="failed", started_at=now)  # once is not again and again
    lasting(clock)
    assert box.mails == []
    ScanRun.objects.create(scan="parties", state="failed", started_at=now)
    lasting(clock)
    assert len(box.mails) == 1


def test_when_no_worker_works_late_jobs_are_not_told_besides(box: Mailbox, clock: Any) -> None:
    schedules.ensure()
    Worker.objects.create(name="w", started_at=timezone.now(), beat_at=timezone.now())
    clock.shift(timedelta(hours=2))
    lasting(clock)
    assert box.to(KARL) == ["[BitByLaw Hub] New: No worker works"]


def test_no_data_of_a_client_is_in_a_mail(box: Mailbox, clock: Any) -> None:
    made = rows.record(detail="xai: Rejected, field Wendland")
    rows.message(InboxState.QUARANTINED, reason="Wendland")
    lasting(clock)
    for number in range(len(box.mails)):
        assert "Wendland" not in box.mails[number].as_string() + box.text(number)
        assert made.entity_id not in box.text(number)
    assert box.mails != []


def test_a_flood_is_one_mail_with_a_list(box: Mailbox, clock: Any) -> None:
    for reason in ("rejected", "forbidden", "exhausted", "internal_error", "unexpected_answer"):
        rows.record(reason=reason)
    lasting(clock)
    assert box.to(KARL) == ["[BitByLaw Hub] 5 new causes, 0 over"]
    assert box.text().count(f"{HUB}/admin/syncapp/record/") == 5


def test_a_mail_server_that_is_away_is_tried_again_and_each_mail_comes_once(clock: Any) -> None:
    rows.user("karl", rows.CARE)
    NoticeChoice.objects.create(user=User.objects.get(username="karl"), kinds=TroubleKind.values, digest=False)
    rows.record()
    with mailbox() as gone:
        port = gone.port
    with mailing(port):
        lasting(clock, 30)
        waiting = Notice.objects.get()
        assert (waiting.state, waiting.fault) == (NoticeState.WAITING, "away")
        assert 3 <= waiting.tries <= 6  # with growing pauses, not each minute
        with mailbox(port=port) as box:
            lasting(clock, 60)
            assert len(box.mails) == 1
    assert Notice.objects.get().state == NoticeState.SENT


def test_what_could_not_be_sent_for_days_is_given_up(box: Mailbox, clock: Any) -> None:
    rows.record()
    box.answer = "451 later"
    lasting(clock, 5)
    clock.shift(timedelta(days=2))
    lasting(clock, 5)
    box.answer = "250 OK"
    lasting(clock, 70)
    assert box.mails == []
    assert Notice.objects.get().state == NoticeState.GIVEN_UP


def test_half_of_the_recipients_refused_the_others_are_told(box: Mailbox, clock: Any) -> None:
    for name in ("anna", "erika", "zora"):
        rows.user(name, rows.CARE)
    NoticeChoice.objects.bulk_create(
        NoticeChoice(user=user, kinds=TroubleKind.values, digest=False)
        for user in User.objects.exclude(username="karl")
    )
    box.refuses = {"anna@example.org": "550 gone", "erika@example.org": "550 gone"}
    rows.record()
    lasting(clock, 60)
    assert [len(box.to(f"{name}@example.org")) for name in ("anna", "erika", "karl", "zora")] == [0, 0, 1, 1]
    assert Notice.objects.filter(state=NoticeState.GIVEN_UP, fault="recipient 550", tries=1).count() == 2


def test_a_wrong_password_is_not_tried_by_every_message(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a mail server locks the login."""
    for name in ("anna", "karl", "zora"):
        rows.user(name, rows.CARE)
    rows.record()
    tried: list[str] = []
    send = mail.send
    monkeypatch.setattr(mail, "send", lambda letter: (tried.append(letter.to[0]), send(letter)))
    with mailbox(login=True) as box, mailing(box.port, login="hub:wrong@"):
        lasting(clock, 60)
    assert len(tried) <= 8
    assert box.mails == []


def test_two_workers_at_once_tell_each_thing_once(box: Mailbox, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.record()
    lasting(clock, 3)
    decide, deliver = telling.decide, telling.deliver

    def decided_by_both(*arguments: Any) -> Any:
        """Another worker decides and sends between this one's look and its writing."""
        decision = decide(*arguments)
        monkeypatch.setattr(telling, "decide", decide)
        jobs.notify()
        return decision

    def sent_by_both(*arguments: Any, **more: Any) -> None:
        monkeypatch.setattr(telling, "deliver", deliver)
        jobs.notify()
        deliver(*arguments, **more)

    monkeypatch.setattr(telling, "decide", decided_by_both)
    monkeypatch.setattr(telling, "deliver", sent_by_both)
    lasting(clock, 3)
    assert len(box.mails) == 1


def test_killed_between_sending_and_remembering_one_mail_comes_again_and_says_so(
    box: Mailbox, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.record()
    rows.record(reason="forbidden")
    deliver = telling.deliver

    def killed(*arguments: Any, **more: Any) -> None:
        deliver(*arguments, **more)
        raise KeyboardInterrupt

    lasting(clock, 3)
    monkeypatch.setattr(telling, "deliver", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.notify()
    monkeypatch.setattr(telling, "deliver", deliver)
    lasting(clock, 20)
    assert len(box.mails) == 3
    assert [text.count("perhaps reached you before") for text in map(box.text, range(3))] == [0, 0, 1]
    assert len({mail["Message-ID"] for mail in box.mails}) == 2  # mail programs can tell the double


def test_in_quiet_hours_nothing_comes_and_then_what_still_matters(box: Mailbox, clock: Any) -> None:
    NoticeChoice.objects.update(quiet_from="11:00", quiet_until="13:00")
    rows.record()
    passing = rows.record(reason="forbidden")
    lasting(clock, 10)
    passing.delete()
    lasting(clock, 49)
    assert box.mails == []
    lasting(clock, 5)
    assert len(box.mails) == 1
    assert Notice.objects.filter(state=NoticeState.NEEDLESS).count() == 2  # that it came, and that it went


def test_who_chose_otherwise_is_told_otherwise(box: Mailbox, clock: Any) -> None:
    NoticeChoice.objects.update(kinds=[TroubleKind.QUARANTINE, "of an earlier version"])
    rows.record()
    rows.message(InboxState.QUARANTINED)
    lasting(clock)
    assert box.to(KARL) == ["[BitByLaw Hub] New: 1 webhook in quarantine"]


def test_who_may_not_see_the_pages_or_was_locked_is_not_told(box: Mailbox, clock: Any) -> None:
    outsider = rows.user("outsider")
    NoticeChoice.objects.create(user=outsider, kinds=TroubleKind.values)
    rows.user("former", rows.CARE, is_active=False)
    rows.record()
    lasting(clock)
    assert [mail["To"] for mail in box.mails] == [KARL]


def test_a_cause_that_was_told_comes_back_and_is_told_again(box: Mailbox, clock: Any) -> None:
    rows.message(InboxState.QUARANTINED)
    lasting(clock)
    InboxMessage.objects.all().delete()
    lasting(clock)
    rows.message(InboxState.QUARANTINED)
    lasting(clock)
    assert [subject.split("] ")[1].partition(":")[0] for subject in box.to(KARL)] == ["New", "Over", "New"]


def test_without_settings_nothing_is_looked_at(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(troubles, "found", lambda: pytest.fail("nobody is to be told"))
    rows.user("karl", rows.CARE)
    jobs.notify()


def test_the_notices_of_a_login_that_is_deleted_go_with_it(box: Mailbox, clock: Any) -> None:
    rows.record()
    lasting(clock)
    User.objects.all().delete()
    assert (Notice.objects.count(), NoticeChoice.objects.count()) == (0, 0)


def test_what_is_known_is_what_is_wrong(box: Mailbox, clock: Any) -> None:
    rows.record()
    lasting(clock, 1)
    assert [each.key for each in remembering.known()] == [each.key for each in troubles.found()]


def test_when_no_worker_is_left_to_tell_the_supervisor_does(box: Mailbox, clock: Any) -> None:
    schedules.ensure()
    Worker.objects.create(name="w", started_at=timezone.now(), beat_at=timezone.now())
    assert not watching.tell_if_nobody_does()
    told = 0
    for _ in range(12):
        clock.shift(timedelta(minutes=1))
        told += watching.tell_if_nobody_does()
    assert told == 10
    assert box.to(KARL) == ["[BitByLaw Hub] New: No worker works"]
    scheduled.begin("hub.notify")
    assert not watching.tell_if_nobody_does()
    clock.shift(timedelta(hours=1))
    Schedule.objects.filter(name="hub.notify").update(repeats=0)
    assert not watching.tell_if_nobody_does()


def test_the_end_of_what_lasted_for_longer_than_notices_are_kept_is_told(box: Mailbox, clock: Any) -> None:
    """Who was told of a cause is known by the notice about it."""
    failed = rows.record()
    lasting(clock)
    Notice.objects.update(made_at=timezone.now() - timedelta(days=4000))
    pruning.prune()
    failed.delete()
    lasting(clock)
    assert [subject.split("] ")[1].partition(":")[0] for subject in box.to(KARL)] == ["New", "Over"]
    Notice.objects.update(made_at=timezone.now() - timedelta(days=4000))
    pruning.prune()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=400)], ids=str)
def test_what_a_clock_that_was_ahead_has_sent_counts_not_as_of_the_last_hour(
    box: Mailbox, clock: Any, ahead: timedelta
) -> None:
    clock.move_to(timezone.now() + ahead)
    for reason in ("rejected", "forbidden", "exhausted", "not_found", "transient", "unexpected_answer"):
        rows.record(reason=reason)
        lasting(clock, 5)
    assert len(box.mails) == 6
    clock.move_to(NOON)
    rows.message(InboxState.QUARANTINED)
    lasting(clock)
    assert len(box.mails) == 7


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=400)], ids=str)
def test_what_a_clock_that_was_ahead_has_put_off_is_sent(box: Mailbox, clock: Any, ahead: timedelta) -> None:
    clock.move_to(timezone.now() + ahead)
    box.answer = "451 later"
    rows.record()
    lasting(clock)
    clock.move_to(NOON)
    box.answer = "250 OK"
    lasting(clock)
    assert len(box.mails) == 1
