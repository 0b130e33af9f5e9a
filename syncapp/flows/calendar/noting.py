"""How the links stand about which a run wrote nothing: agreed, held back, for a person, unreadable, failed."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from syncapp.clients.errors import ClientError
from syncapp.engine.runs.planning import Plan
from syncapp.engine.runs.verdicts import judge
from syncapp.flows.calendar import refusals
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.plan import Why, Write
from syncapp.flows.calendar.remembering import remember
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.models import CalendarEmployee, CalendarLink, LinkState

_REMEMBERED = ("agreed_advoware", "agreed_google", "state", "detail", "writing", "owners", "refused")


def note_quiet(state: CalendarState, plan: Plan, zone: ZoneInfo) -> None:
    held = {id(action.item) for action in plan.held_back if isinstance(action, Write)}
    for item in state.items:
        link, what = item.link, item.decision.what
        if id(item) in held:
            _mark(link, LinkState.HELD)
        elif what in (What.NOTHING, What.BY_HAND) and item.both_shown:
            _agree(item, zone)
        elif what is What.NOTHING and link.google.get("parent"):
            _mark(link, LinkState.AGREED)
        elif what is What.BY_HAND or (what is What.ASK and (link.event_id or link.pk)):
            _mark(link, LinkState.BY_HAND, detail=item.decision.detail, refused=refusals.stored(item))
        elif what is What.UNREADABLE:
            _mark(link, LinkState.FAILED, Why.UNREADABLE, item.decision.detail)


def fail(link: CalendarLink, exc: ClientError) -> None:
    verdict = judge(exc)
    _set(link, {"state": LinkState.FAILED, "reason": verdict.reason, "detail": verdict.detail[:300]})


def begin_anew(employee: CalendarEmployee) -> None:
    """A person has said that a new calendar shall be made: nothing is in it yet."""
    with transaction.atomic():
        CalendarLink.objects.filter(employee=employee, number__isnull=True).delete()
        CalendarLink.objects.filter(employee=employee).update(
            event_id="", google={}, agreed_advoware=None, agreed_google=None, writing={}, state=LinkState.NEW
        )
        CalendarEmployee.objects.filter(pk=employee.pk).update(calendar_id="", sync_token="", shared_with="")


def _agree(item: Item, zone: ZoneInfo) -> None:
    link = item.link
    before = [getattr(link, name) for name in _REMEMBERED]
    remember(item, zone)
    if [getattr(link, name) for name in _REMEMBERED] != before:
        link.save()


def _mark(
    link: CalendarLink,
    state: LinkState,
    reason: str = "",
    detail: str = "",
    refused: Mapping[str, object] | None = None,
) -> None:
    wanted: dict[str, object] = {"state": state, "reason": reason, "detail": detail[:300]}
    wanted |= {} if refused is None else {"refused": refused}
    if link.pk is None or any(getattr(link, name) != value for name, value in wanted.items()):
        _set(link, wanted)


def _set(link: CalendarLink, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(link, name, value)
    link.changed_at = timezone.now()
    link.save()
