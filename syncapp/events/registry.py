"""The register: it collects what flows declare, and knows none of them.

Every folder below `syncapp/flows/` with a module `flow` is one, and every package named in the setting HUB_FLOWS, for
flows that live elsewhere. The module has a function `flow()` that answers a `Flow`. All others read from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import lazy
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

import syncapp
from syncapp.events import topics
from syncapp.events.spec import Adoption, Comparison, Flow, Kind, Schedule, StepSpec, Trigger, Words, http
from syncapp.words.entity_words import kind_in_words

FOLDER = Path(syncapp.__file__).parent / "flows"
PACKAGE = "syncapp.flows"
COMPARE = "syncapp.jobs.compare"
# Doors for other programs are no flows, but start things, or pass them on: they declare themselves in the same way.
DOORS = ("syncapp.proxy", "syncapp.programs")


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """All there is in this installation. `broken`: packages that declare no flow, and why."""

    flows: tuple[Flow, ...]
    steps: tuple[StepSpec, ...]
    schedules: tuple[Schedule, ...]
    broken: tuple[tuple[str, str], ...]


def register() -> Register:
    """Collected once for each state of the settings, which declarations may depend on."""
    return _register(_Settings(settings.CONFIG), tuple(settings.HUB_FLOWS))


class _Settings:
    """Two are the same when they are the same object: the settings are never changed in place."""

    def __init__(self, config: Any) -> None:
        self.config = config

    def __hash__(self) -> int:
        return id(self.config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Settings) and self.config is other.config


@lru_cache(maxsize=4)
def _register(_settings: _Settings, elsewhere: tuple[str, ...]) -> Register:
    here = sorted(path.parent.name for path in FOLDER.glob("*/flow.py"))
    flows, broken = [], []
    for package in (*(f"{PACKAGE}.{name}" for name in here), *DOORS, *elsewhere):
        try:
            flows.append(_declared(package))
        except Exception as exc:  # whatever is wrong with one of them is a finding of the checks, in words
            broken.append((package, f"{type(exc).__name__}: {exc}"))
    schedules = tuple(each for flow in flows for each in (*flow.schedules, *map(_schedule, flow.comparisons)))
    steps = (*_receivers(flows), *(_placed(spec, flow, schedules) for flow in flows for spec in flow.steps))
    return Register(tuple(flows), steps, schedules, tuple(broken))


def _declared(package: str) -> Flow:
    declared = import_module(f"{package}.flow").flow()
    if not isinstance(declared, Flow):
        raise TypeError(f"flow() answers a {type(declared).__name__}, no Flow")
    return declared


def _receivers(flows: Sequence[Flow]) -> Iterator[StepSpec]:
    """What takes in the webhooks of the CRM: one for each path; of no flow where it serves several (`flows_of`)."""
    taken: set[str] = set()
    words = {kind: word for word, kind in settings.CONFIG.WEBHOOK_ENTITIES.items()}
    serves = Counter(kind for flow in flows for kind in set(flow.receives))
    for flow in flows:
        for kind in flow.receives:
            if kind in words and kind not in taken:
                taken.add(kind)
                yield StepSpec(
                    f"{words[kind]}_webhook",
                    _("Receives changes from the CRM"),
                    tuple(http(f"POST /vmh/webhook/{words[kind]}/{action}") for action in topics.ACTIONS),
                    emits=tuple(topics.topic_of(kind, action) for action in topics.ACTIONS),
                    title=lazy(kind_in_words, str)(kind),
                    flow=flow.name if serves[kind] == 1 else "",
                )


def _schedule(comparison: Comparison) -> Schedule:
    return Schedule(
        f"scan_{comparison.name}",
        COMPARE,
        comparison.description,
        comparison.cron,
        arguments=(comparison.name,),
        timeout=comparison.timeout,
        starts=comparison.starts,
    )


def _placed(spec: StepSpec, flow: Flow, schedules: Sequence[Schedule]) -> StepSpec:
    crons = tuple(Trigger(Kind.CRON, each.cron) for each in schedules if each.cron and spec.name in each.starts)
    return replace(spec, flow=flow.name, triggers=(*spec.triggers, *crons))


def steps() -> tuple[StepSpec, ...]:
    """Every step of this installation: those that receive, then those of each flow."""
    return register().steps


def step(name: str) -> StepSpec:
    """The step of that name; raises `KeyError` with the names there are."""
    for spec in steps():
        if spec.name == name:
            return spec
    raise KeyError(f"There is no step {name!r}; there are: {', '.join(spec.name for spec in runnable())}")


def flows_of(spec: StepSpec) -> tuple[str, ...]:
    """The flow that a step belongs to; of one that takes in the CRM's webhooks all those that it serves."""
    if spec.flow:
        return (spec.flow,)
    hear = [each.flow for each in runnable() if any(topics.matches(p, t) for p in each.topics for t in spec.emits)]
    return tuple(dict.fromkeys(hear))


def load_all() -> None:
    """Everything that runs, for who must know all of it. The checks say which one can't be loaded."""
    _load_all(register())


@lru_cache(maxsize=4)
def _load_all(known: Register) -> None:
    for spec in known.steps:
        if spec.runs:
            with suppress(ImportError):
                import_string(spec.runs)


def runnable() -> tuple[StepSpec, ...]:
    return tuple(spec for spec in steps() if spec.runs)


def names() -> frozenset[str]:
    """Of the steps that this program can run; a record may be of another: a newer one's, or of a flow taken out."""
    return _names(register())


@lru_cache(maxsize=4)
def _names(known: Register) -> frozenset[str]:
    return frozenset(spec.name for spec in known.steps if spec.runs)


def subscribers(topic: str) -> tuple[str, ...]:
    """Names of the steps that run on a topic, in the order of the register, but for those that a setting has off."""
    return _subscribers(register(), topic)


@lru_cache(maxsize=512)
def _subscribers(known: Register, topic: str) -> tuple[str, ...]:
    return tuple(
        spec.name
        for spec in known.steps
        if spec.runs and is_on(spec) and any(topics.matches(pattern, topic) for pattern in spec.topics)
    )


def is_on(spec: StepSpec) -> bool:
    """Whether a setting of its own, if it has one, lets anything be asked of the step."""
    return not spec.only_if or bool(getattr(settings.CONFIG, spec.only_if))


def works_on(spec: StepSpec) -> tuple[str, ...]:
    """The entity types that a step is known to work on; a comparison may find others through the CRM's metadata."""
    types = settings.CONFIG.WEBHOOK_ENTITIES.values()
    topical = (kind for kind in types if spec.name in subscribers(topics.topic_of(kind, "update")))
    return tuple(dict.fromkeys([*spec.entity_types, *topical]))


def own_types() -> frozenset[str]:
    """Entity types that the CRM does not have."""
    return frozenset(kind for flow in register().flows for kind in flow.own_types)


def comparisons() -> tuple[Comparison, ...]:
    return tuple(each for flow in register().flows for each in flow.comparisons)


def comparison(name: str) -> Comparison | None:
    """None: no flow of this installation has it (any more)."""
    return next((each for each in comparisons() if each.name == name), None)


def adoptions() -> tuple[Adoption, ...]:
    """What can be taken over, each after those that it builds on."""
    left = [each for flow in register().flows for each in flow.adoptions]
    found: list[Adoption] = []
    while left:
        waiting = {each.name for each in left}
        ready = [
            each for each in left if not waiting & set(each.after)
        ] or left  # whoever names each other: as they are
        found += ready
        left = [each for each in left if each not in ready]
    return tuple(found)


def undoable(action: str) -> frozenset[str]:
    """The fields that a flow can write back where the journal has a write of that name; none: it can't."""
    return frozenset().union(*(flow.undoable.get(action, ()) for flow in register().flows))


def fields() -> dict[str, str]:
    """The names of all flows' fields and what staff call them, in English; of two flows the first one says."""
    return _fields(register())


@lru_cache(maxsize=4)
def _fields(known: Register) -> dict[str, str]:
    found: dict[str, str] = {}
    for flow in known.flows:
        found = {**(flow.fields() if flow.fields else {}), **found}
    return found


def reasons() -> dict[str, Words]:
    """The reasons that flows have beside those of the engine, with their words."""
    return {code: words for flow in register().flows for code, words in flow.reasons.items()}


def mended_by_data() -> frozenset[str]:
    """Reasons of failures that no retry ends, but other data, of which the hub is told by itself."""
    return frozenset().union(*(flow.mended_by_data for flow in register().flows))


def emitted(step_name: str = "") -> frozenset[str]:
    """What the step may emit; without a name all that is emitted, by schedules too."""
    return _emitted(register(), step_name)


@lru_cache(maxsize=64)
def _emitted(known: Register, step_name: str) -> frozenset[str]:
    found = {topic for each in known.steps if not step_name or each.name == step_name for topic in each.emits}
    return frozenset(found if step_name else found | {topic for each in known.schedules for topic in each.emits})


def flow_words(name: str) -> str:
    return next((str(flow.description) for flow in register().flows if flow.name == name), name)


def timeouts() -> dict[str, int]:
    """The steps that have a time-out of their own, in seconds."""
    return {spec.name: spec.timeout for spec in steps() if spec.timeout}
