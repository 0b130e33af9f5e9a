"""The job that tells: what is wrong, what of it is news, who is to be told, and what of that goes out now.

It runs every minute beside everything else and waits for no run; a mail server that is away costs it half a minute.
"""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.utils import timezone, translation

from syncapp.clients.chat import ChatClient, ChatConfig
from syncapp.clients.errors import ClientError
from syncapp.kit.clocks import latest
from syncapp.models import Notice, NoticeState
from syncapp.models.notices import GIVE_UP
from syncapp.notify import digest, mail, remembering, troubles
from syncapp.notify.bundle import Waiting, bundles
from syncapp.notify.decide import decide
from syncapp.notify.mail import NotSent
from syncapp.notify.recipients import Recipient, recipients
from syncapp.notify.words import Message, message

# A message takes half a minute at most: who holds it for longer is dead, and it was perhaps sent.
CLAIM = timedelta(minutes=5)
PAUSES = (1, 2, 5, 15, 30, 60)  # minutes between tries; then every hour
BUDGET_SECONDS = 240.0  # what is left goes out with the next run

log = structlog.get_logger(__name__)


def tell() -> None:
    """Decide, remember, send. Killed anywhere, it goes on where it was: at most one message goes twice, and says so."""
    to = [each for each in recipients() if each.address]
    if not to:
        return  # nobody to tell: what is wrong now is news when there is somebody
    now = timezone.now()
    found = troubles.found()
    remembering.remember(decide(remembering.known(), found, now), found, to, now)
    digest.make_due(to, now)
    send_waiting(to)


def send_waiting(to: list[Recipient]) -> None:
    ends = time.monotonic() + BUDGET_SECONDS
    _give_up()
    mails_wait = False
    with translation.override(settings.LANGUAGE_CODE):
        for each in to:
            if each.user is not None and mails_wait:
                continue
            for pks in _due(each):
                if time.monotonic() > ends:
                    return
                fault = _send(each, pks)
                if fault is not None and fault.of_server:
                    mails_wait = True  # the others would fare alike
                    break


def _give_up() -> None:
    old = timezone.now() - GIVE_UP
    Notice.objects.filter(state=NoticeState.WAITING, made_at__lt=old).update(state=NoticeState.GIVEN_UP)


def _due(to: Recipient) -> tuple[tuple[int, ...], ...]:
    now = timezone.now()
    mine = Notice.objects.filter(user=to.user)
    due = Q(due_at__lte=now) | Q(due_at__gt=latest(now, timedelta(minutes=PAUSES[-1])))
    open_ = mine.filter((Q(state=NoticeState.WAITING) & due) | _abandoned(now)).order_by("pk")
    waiting = [
        Waiting(pk, trouble or 0, event == remembering.GONE)
        for pk, trouble, event in open_.values_list("pk", "trouble", "event")
    ]
    lately = mine.filter(sent_at__range=(now - timedelta(hours=1), latest(now))).values("claim").distinct().count()
    found = bundles(waiting, lately, timezone.localtime(now).time(), to.quiet)
    remembering.needless(found.needless)
    return found.messages


def _abandoned(now: datetime) -> Q:
    """Whoever sent them died at it."""
    return Q(state=NoticeState.SENDING) & ~Q(claimed_at__range=(now - CLAIM, latest(now)))


def _send(to: Recipient, pks: tuple[int, ...]) -> NotSent | None:
    claim, now = uuid.uuid4(), timezone.now()
    mine = Notice.objects.filter(pk__in=pks)
    again = mine.filter(_abandoned(now)).exists()
    free = mine.filter(Q(state=NoticeState.WAITING) | _abandoned(now))
    free.update(state=NoticeState.SENDING, claim=claim, claimed_at=now, tries=F("tries") + 1)
    notices = list(Notice.objects.filter(claim=claim).select_related("trouble").order_by("pk"))
    if not notices:
        return None  # another worker has them
    try:
        deliver(to, told_in(notices, again=again), key=notices[0].key)
    except NotSent as fault:
        _failed(notices, claim, fault)
        return fault
    Notice.objects.filter(claim=claim).update(state=NoticeState.SENT, sent_at=timezone.now(), fault="")
    log.info("notice.sent", to=to.key, count=len(notices), again=again)
    return None


def told_in(notices: list[Notice], *, again: bool) -> Message:
    if notices[0].event == digest.EVENT:
        return digest.message(again=again)
    told = [(each.trouble, each.event == remembering.GONE) for each in notices if each.trouble is not None]
    return message(told, again=again)


def _failed(notices: list[Notice], claim: uuid.UUID, fault: NotSent) -> None:
    now = timezone.now()
    tries = max(each.tries for each in notices)
    pause = timedelta(minutes=PAUSES[min(tries, len(PAUSES)) - 1])
    state = NoticeState.GIVEN_UP if fault.for_ever else NoticeState.WAITING
    Notice.objects.filter(claim=claim).update(state=state, fault=fault.fault, due_at=now + pause, claim=None)
    if fault.of_server:  # the others of this way wait as long: a wrong password tried by each would lock the login
        others = Notice.objects.filter(state=NoticeState.WAITING, due_at__lt=now + pause)
        others.filter(user__isnull=notices[0].user_id is None).update(due_at=now + pause)
    log.warning("notice.not_sent", to=f"user:{notices[0].user_id}", fault=fault.fault, tries=tries)


def deliver(to: Recipient, said: Message, key: str) -> None:
    """Raises `NotSent`. `key`: the same for the same message, so that a mail program can tell a double."""
    if to.user is None:
        try:
            ChatClient(ChatConfig(url=to.address)).post(f"{said.subject}\n{said.text}", causes=said.causes)
        except ClientError as exc:
            raise NotSent(f"chat {exc.status or type(exc).__name__}") from None
        return
    host = settings.CONFIG.EMAIL_FROM.rpartition("@")[2].strip("<> ")
    head = {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Message-ID": f"<{uuid.uuid5(uuid.NAMESPACE_URL, settings.CONFIG.HUB_URL + key)}@{host}>",
    }
    mail.send(EmailMessage(said.subject, said.text, settings.CONFIG.EMAIL_FROM, [to.address], headers=head))
