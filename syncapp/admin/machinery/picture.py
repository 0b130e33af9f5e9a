"""Steps as the pages show them (the register's entry, live numbers, what staff have switched), and their picture: who
sends, what receives, what runs, and what is written to, with the numbers of now and of the last hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin.kit.numbers import StepNumbers, by_step, records_url
from syncapp.admin.machinery.lately import Lately, lately
from syncapp.admin.machinery.picture_layout import Line, Link, Node, Picture, lay
from syncapp.admin.machinery.trigger_words import triggers_in_words
from syncapp.engine.runs import switches
from syncapp.events import registry, topics
from syncapp.events.spec import StepSpec
from syncapp.models import Record, Status, StepSwitch, System, SystemName, SystemState
from syncapp.schedules import schedules
from syncapp.templatetags.hub import step_name
from syncapp.words.entity_words import kind_in_words

STANDS = timedelta(minutes=5)  # what is due is taken within seconds
SCHEDULES, PROGRAMS = "schedules", "programs"  # sources beside the systems


@dataclass(frozen=True, slots=True)
class StepView:
    spec: StepSpec
    flow_words: str
    numbers: StepNumbers
    switch: StepSwitch
    observing: bool
    due_since: datetime | None = None

    @property
    def runs_on(self) -> list[str]:
        return list(triggers_in_words(self.spec.triggers))

    @property
    def received(self) -> str:
        return receiver_words(self.spec)

    @property
    def system_words(self) -> list[str]:
        return [str(SystemName(name).label) for name in self.spec.systems]

    @property
    def stands(self) -> bool:
        return bool(self.switch.paused or (self.due_since and self.due_since < timezone.now() - STANDS))


def step_views() -> list[StepView]:
    numbers = {row.step: row for row in by_step()}
    set_by_staff = {row.step: row for row in StepSwitch.objects.all()}
    due = Record.objects.filter(status=Status.WAITING, due_at__lte=timezone.now() - STANDS).order_by()
    since = dict(due.values_list("step").annotate(Min("due_at")))
    views = []
    for spec in registry.steps():
        switch = set_by_staff.get(spec.name) or StepSwitch(step=spec.name)
        row = numbers.get(spec.name) or StepNumbers(spec.name)
        observing, flow = switches.observing(switch), registry.flow_words(spec.flow)
        views.append(StepView(spec, flow, row, switch, observing, since.get(spec.name)))
    return views


def draw(views: Iterable[StepView]) -> Picture:
    """Four columns: who sends, the steps that receive, the steps that run, the systems they speak to."""
    views, seen = list(views), lately()
    receivers = [view for view in views if view.spec.emits and not view.spec.runs]
    runners = [view for view in views if view.spec.runs]
    systems = {row.name: row for row in System.objects.all()}
    names = {name for view in runners for name in view.spec.systems}
    sources = dict.fromkeys(_source(view) for view in receivers)
    columns = (
        [*(_sender(name) for name in sources)],
        [*(_receiver(view) for view in receivers), _schedules()],
        [_runner(view, seen) for view in runners],
        [_system(name, systems.get(name)) for name in SystemName.values if name in names],
    )
    return lay(columns, [*_links(receivers, runners, seen, systems)])


def _links(
    receivers: list[StepView], runners: list[StepView], seen: Lately, systems: dict[str, System]
) -> Iterator[Link]:
    for view in receivers:
        word = _word(view)
        count = seen.webhooks[word] if word else None
        yield Link(f"from {_source(view)}", view.spec.name, count, moves=word in seen.moving, url=_webhooks(word))
    started = {step for each in schedules() for step in each.starts}
    for view in runners:
        name, tone = view.spec.name, "bad" if view.stands else "quiet"
        for receiver in receivers:
            if _hears(view, receiver):
                word = _word(receiver)
                count = seen.handed[word, name] if word else None
                yield Link(
                    receiver.spec.name,
                    name,
                    count,
                    tone,
                    moves=word in seen.moving and bool(count),
                    url=_webhooks(word),
                )
        if name in started:
            yield Link(SCHEDULES, name, None, tone)
        for system in view.spec.systems:
            away, place = _away(systems.get(system)), (name, system)
            bad = away or seen.failed_calls[place] > 0
            tone_there, url = "bad" if bad else "quiet", f"{reverse('admin:hub_over_time')}#{system}"
            yield Link(name, f"to {system}", seen.calls[place], tone_there, name in seen.moving, url)


def _sender(name: str) -> Node:
    if name == PROGRAMS:
        return Node(f"from {name}", _("Other programs"), "calm")
    return Node(f"from {name}", str(SystemName(name).label), "calm", reverse("admin:syncapp_inboxmessage_changelist"))


def _receiver(view: StepView) -> Node:
    word = _word(view)
    return Node(view.spec.name, receiver_words(view.spec), "quiet", _webhooks(word))


def _webhooks(word: str) -> str:
    return f"{reverse('admin:syncapp_inboxmessage_changelist')}?{urlencode({'path': word})}" if word else ""


def _schedules() -> Node:
    return Node(SCHEDULES, _("Schedules"), "quiet", reverse("admin:hub_schedules"))


def _runner(view: StepView, seen: Lately) -> Node:
    counts, step = view.numbers.counts, view.spec.name
    waiting, running = counts.get("waiting", 0), counts.get("running", 0)
    bad = counts.get("failed", 0) + counts.get("conflict", 0)
    need_a_person = ngettext("%(count)d needs a person", "%(count)d need a person", bad)
    busy = _("%(waiting)d waiting, %(running)d running") % {"waiting": waiting, "running": running}
    lines = [
        Line("good", _("%(count)d in sync") % {"count": counts.get("in_sync", 0)}, _list(step, Status.IN_SYNC)),
        Line("busy" if waiting or running else "quiet", busy, _list(step, Status.WAITING)),
        Line("bad" if bad else "quiet", need_a_person % {"count": bad}, _list(step, "open")),
        _last_hour(step, seen),
    ]
    if view.switch.paused:
        lines[1] = Line("bad", _("paused, %(count)d waiting") % {"count": waiting}, _list(step, Status.WAITING))
    elif view.stands and view.due_since:
        minutes = int((timezone.now() - view.due_since).total_seconds() // 60)
        words = _("%(count)d waiting, for %(minutes)d min") % {"count": waiting, "minutes": minutes}
        lines[1] = Line("bad", words, _list(step, Status.WAITING))
    tone = "bad" if view.stands or counts.get("failed") else "warn" if view.observing else "good"
    return Node(step, step_name(step), tone, records_url(step=step), tuple(lines))


def _last_hour(step: str, seen: Lately) -> Line:
    done, failed, more = seen.done[step], seen.failed[step], "+" if seen.capped else ""
    words = _("last hour: %(done)s done, %(failed)s failed") % {"done": f"{done}{more}", "failed": f"{failed}{more}"}
    return Line("bad" if failed else "quiet", words, records_url(step=step, since="1"))


def _system(name: str, row: System | None) -> Node:
    label, url = str(SystemName(name).label), f"{reverse('admin:hub_systems')}#{name}"
    if not _away(row):
        return Node(f"to {name}", label, "calm", url)
    words = _("paused by staff") if row and row.paused else str(row.get_state_display()) if row else ""
    return Node(f"to {name}", label, "bad", url, (Line("bad", words, url),))


def _away(row: System | None) -> bool:
    return row is not None and (row.paused or row.state != SystemState.UP)


def _list(step: str, status: str) -> str:
    return records_url(step=step, status=status)


def _source(view: StepView) -> str:
    """Who calls the address that the step listens at."""
    addresses = " ".join(trigger.value for trigger in view.spec.triggers)
    if "/vmh/webhook/" in addresses:
        return SystemName.ESPOCRM.value
    return SystemName.GOOGLE.value if "/google/" in addresses else PROGRAMS


def _word(view: StepView) -> str:
    """Under which its webhooks are kept; empty where none are."""
    address = next((trigger.value for trigger in view.spec.triggers), "")
    return address.split("/")[3] if "/vmh/webhook/" in address else ""


def receiver_words(spec: StepSpec) -> str:
    """Its title; without one the kind of entity that it receives."""
    if spec.title:
        return str(spec.title)
    word = spec.name.removesuffix("_webhook")
    kind = settings.CONFIG.WEBHOOK_ENTITIES.get(word, word)
    return kind_in_words(kind) if kind_in_words(kind) != kind else word.replace("_", " ").capitalize()


def _hears(runner: StepView, receiver: StepView) -> bool:
    return any(topics.matches(pattern, topic) for pattern in runner.spec.topics for topic in receiver.spec.emits)
