"""The step that keeps one push channel open for each employee's calendar, where the hub has a public address.

The schedule asks for it where there is something to do, and a run that made a calendar does. Nothing depends on it:
without channels, and for messages that get lost, the regular comparison serves.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from syncapp.clients.errors import AnswerLost, ClientError, ServerTrouble, UnexpectedAnswer
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Plan
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.events import dispatch
from syncapp.flows.calendar import asking, channels
from syncapp.flows.calendar.channels import LIFE, OpenChannel, OpenedChannel, PushState, StopChannel, Watch
from syncapp.flows.calendar.flow import CALENDAR_PUSH, CHECK_PUSH, EMPLOYEE
from syncapp.flows.calendar.journal import CalendarWrite
from syncapp.models import CalendarEmployee, PushChannel, Record, Status, SystemName, Urgency

PATH = "/google/calendar/push"
TARGET = "Push-Kanal"
TOKEN_BYTES = 32
PERHAPS_OPEN = (AnswerLost, ServerTrouble, UnexpectedAnswer)  # after these there may be a channel


class PushChannels:
    """One run of one employee."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._google = connections.google(run)

    def read(self) -> PushState:
        employee = CalendarEmployee.objects.filter(pk=self._run.entity_id).first()
        rows = PushChannel.objects.filter(employee_id=self._run.entity_id)
        return _state(employee, rows, timezone.now())

    def plan(self, state: PushState) -> Plan:
        return channels.plan(state)

    def apply(self, _state: PushState, plan: Plan) -> Ending:
        resource_id = ""
        for action in plan.actions:
            match action:
                case OpenChannel(watch):
                    resource_id = self._open(watch)
                case StopChannel(channel_id, known):
                    self._stop(channel_id, known or resource_id)
        return plan.ending

    def _open(self, watch: Watch) -> str:
        """The row is there before Google knows of the channel: its first message may come before the answer."""
        now, token = timezone.now(), secrets.token_urlsafe(TOKEN_BYTES)
        row = PushChannel.objects.create(
            id=f"hub-{uuid.uuid4().hex}",
            employee_id=self._run.entity_id,
            calendar_id=watch.calendar_id,
            address=watch.address,
            token_digest=PushChannel.digest_of(token),
            created_at=now,
            expires_at=now + LIFE,
        )
        try:
            with self._run.writing(
                WriteIntent(SystemName.GOOGLE, CalendarWrite.OPEN_CHANNEL, TARGET, row.id, mark=row.id)
            ):
                made = self._google.watch(watch.calendar_id, row.id, watch.address, token, int(LIFE.total_seconds()))
        except ClientError as exc:
            if not isinstance(exc, PERHAPS_OPEN):
                row.delete()
            raise
        row.resource_id, row.expires_at = made.resource_id, made.expires_at or row.expires_at
        row.save(update_fields=["resource_id", "expires_at"])
        return made.resource_id

    def _stop(self, channel_id: str, resource_id: str) -> None:
        with self._run.writing(WriteIntent(SystemName.GOOGLE, CalendarWrite.STOP_CHANNEL, TARGET, channel_id)):
            self._google.stop(channel_id, resource_id)
        PushChannel.objects.filter(pk=channel_id).delete()


def ask_if_possible(kuerzel: str, trace_id: str) -> None:
    """For a run that has made a calendar."""
    if settings.CONFIG.CALENDAR_PUSH_URL:
        dispatch.emit(CHECK_PUSH, EMPLOYEE, [kuerzel], urgency=Urgency.FOLLOW_UP, trace_id=trace_id)


def ask_where_needed() -> None:
    """For the schedule: forgets channels that have ended, and asks for the step where it has something to do.

    Not where it has failed: the sweep tries that again a day later, or a person does.
    """
    now = timezone.now()
    PushChannel.objects.filter(expires_at__lte=now).delete()
    if not connections.configured(SystemName.GOOGLE):
        return
    failed = set(Record.objects.filter(step=CALENDAR_PUSH, status=Status.FAILED).values_list("entity_id", flat=True))
    employees = CalendarEmployee.objects.prefetch_related("channels").order_by("pk")
    needed = [each.pk for each in employees if channels.plan(_state(each, each.channels.all(), now)).actions]
    dispatch.emit(CHECK_PUSH, EMPLOYEE, [pk for pk in needed if pk not in failed], urgency=Urgency.SCAN)


def _state(employee: CalendarEmployee | None, rows: Iterable[PushChannel], now: datetime) -> PushState:
    opened = (
        OpenedChannel(row.pk, Watch(row.calendar_id, row.address), row.resource_id, row.created_at, row.expires_at)
        for row in rows
        if row.expires_at > now
    )
    return PushState(_wanted(employee), tuple(opened), now)


def _wanted(employee: CalendarEmployee | None) -> Watch | None:
    base = settings.CONFIG.CALENDAR_PUSH_URL
    if not base or employee is None or not employee.enabled or not employee.calendar_id:
        return None
    return Watch(employee.calendar_id, f"{base}{PATH}") if asking.wanted(employee.pk) else None
