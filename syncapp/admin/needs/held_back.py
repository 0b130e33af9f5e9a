"""What is held back on purpose: by a pause, by observing, by a switch; with who did it and when, and how it ends; and
what this version of the program can't do.

Nothing of it has failed, and nothing is lost; but somebody must remember that it waits for a person's word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_q.models import Schedule

from syncapp.admin.kit.needs import press
from syncapp.admin.kit.numbers import HELD, records_url
from syncapp.admin.kit.recording import who_in_words
from syncapp.admin.kit.views import PAUSE_STEP, PAUSE_SYSTEM
from syncapp.admin.records.row import NOT_HERE
from syncapp.events import registry
from syncapp.models import Reason, Record, StaffAction, Status, StepSwitch, System
from syncapp.schedules import row_name, schedules
from syncapp.templatetags.hub import step_name


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One switch. `by`: what staff did to set it, if that is on record. `waiting`: records, at `url`."""

    what: str
    words: str
    ends: SafeString
    by: StaffAction | None = None
    waiting: int = 0
    url: str = ""
    by_settings: bool = False
    why: str = ""  # where nobody did it

    @property
    def who(self) -> str:
        return who_in_words(self.by) if self.by else ""


def held_back(user: Any) -> list[HeldBack]:
    waiting = _waiting()
    return [
        *_steps(user, waiting),
        *_systems(user, waiting),
        *_schedules(user),
        *_by_settings(waiting),
        *_of_another_version(),
    ]


def _waiting() -> dict[tuple[str, str, str], int]:
    """{(step, reason, system): records}."""
    rows = Record.objects.filter(status=Status.WAITING, reason__in=HELD).order_by()
    counts = rows.values_list("step", "reason", "system").annotate(n=Count("pk"))
    return {(step, reason, system): n for step, reason, system, n in counts}


def _steps(user: Any, waiting: dict[tuple[str, str, str], int]) -> Iterator[HeldBack]:
    known = {spec.name for spec in registry.runnable()}
    for row in StepSwitch.objects.filter(step__in=known).order_by("step"):
        for on, reason, did, ends, words, button in (
            (row.paused, Reason.PAUSED, "pause_step", "resume_step", _("paused"), _("End the pause")),
            (row.observe, Reason.OBSERVED, "observe_step", "act_step", _("observes only"), _("End observing")),
        ):
            if not on:
                continue
            yield HeldBack(
                step_name(row.step),
                words,
                _button(user, PAUSE_STEP, f"admin:hub_{ends}", row.step, button),
                _who(did, "Step", row.step),
                sum(
                    n for (step, why, system), n in waiting.items() if (step, why) == (row.step, reason) and not system
                ),
                records_url(status=Status.WAITING, step=row.step, reason=reason),
            )


def _systems(user: Any, waiting: dict[tuple[str, str, str], int]) -> Iterator[HeldBack]:
    for row in System.objects.filter(paused=True).order_by("name"):
        yield HeldBack(
            row.get_name_display(),
            _("paused"),
            _button(user, PAUSE_SYSTEM, "admin:hub_resume_system", row.name, _("End the pause")),
            _who("pause_system", "System", row.name),
            sum(n for (_step, why, system), n in waiting.items() if (why, system) == (Reason.PAUSED, row.name)),
            records_url(status=Status.WAITING, reason=Reason.PAUSED, system=row.name),
        )


def _schedules(user: Any) -> Iterator[HeldBack]:
    words = {row_name(each): each.description for each in schedules()}
    for row in Schedule.objects.filter(repeats=0, name__in=words).order_by("name"):
        yield HeldBack(
            str(words[row.name or ""]),
            _("switched off"),
            _button(user, PAUSE_STEP, "admin:hub_schedule_on", row.pk, _("Switch on")),
            _who("schedule_off", "Schedule", row.name or row.pk),
        )


def _by_settings(waiting: dict[tuple[str, str, str], int]) -> Iterator[HeldBack]:
    switched = set(StepSwitch.objects.filter(observe=True).values_list("step", flat=True))
    observed = sum(n for (step, why, _s), n in waiting.items() if why == Reason.OBSERVED and step not in switched)
    unwritten = sum(n for (_step, why, _s), n in waiting.items() if why == Reason.WRITING_OFF)
    if settings.CONFIG.OBSERVE_ONLY or observed:
        url = records_url(status=Status.WAITING, reason=Reason.OBSERVED)
        yield HeldBack(_("The whole hub"), _("observes only"), SafeString(), None, observed, url, by_settings=True)
    if unwritten:
        url = records_url(status=Status.WAITING, reason=Reason.WRITING_OFF)
        yield HeldBack(
            _("Writing to a system"), _("switched off"), SafeString(), None, unwritten, url, by_settings=True
        )


def _of_another_version() -> Iterator[HeldBack]:
    rows = Record.objects.filter(status=Status.WAITING).exclude(step__in=registry.names()).order_by()
    for step, count in rows.values_list("step").annotate(n=Count("pk")).order_by("step"):
        url = records_url(status=Status.WAITING, step=step)
        yield HeldBack(step, _("not in this version"), SafeString(), None, count, url, why=str(NOT_HERE))


def _who(action: str, target: str, target_id: object) -> StaffAction | None:
    done = StaffAction.objects.filter(action=action, target_type=target, target_id=str(target_id), count__gt=0)
    return done.select_related("user").order_by("-pk").first()


def _button(user: Any, permission: str, name: str, of: object, words: str) -> SafeString:
    return press(reverse(name, args=[of]), words) if user.has_perm(permission) else SafeString()
