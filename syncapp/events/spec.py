"""What a flow declares: frozen data that its `flow.py` hands to the register. Nothing here is about one flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from django.utils.functional import Promise

from syncapp.kit.phrases import Phrase

Words = str | Promise


class Kind(Enum):
    HTTP = "http"
    TOPIC = "topic"
    CRON = "cron"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a step: a path, a topic pattern, or a cron line (five fields, Europe/Berlin).

    Cron lines are not declared at a step: the register takes them from the schedules that start it.
    """

    kind: Kind
    value: str


def http(path: str) -> Trigger:
    return Trigger(Kind.HTTP, path)


def topic(pattern: str) -> Trigger:
    return Trigger(Kind.TOPIC, pattern)


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step. `runs` is the dotted path of its class; a step without one only receives and hands on.

    `emits`: every topic that a run may emit; anything else is a fault (`event.undeclared` in the log).
    `entity_types`: what it works on where its topics don't name entities of the CRM.
    `timeout`: seconds after which the queue ends a run; 0: the queue's own, which is also the most.
    `only_if`: a setting; while it is off, nothing is asked of the step. `title`: a short name for people.
    `flow`: filled by the register; empty where several flows are served.
    """

    name: str
    description: Words
    triggers: tuple[Trigger, ...] = ()
    emits: tuple[str, ...] = ()
    runs: str = ""
    systems: tuple[str, ...] = ()
    entity_types: tuple[str, ...] = ()
    timeout: int = 0
    only_if: str = ""
    title: Words = ""
    flow: str = ""

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(trigger.value for trigger in self.triggers if trigger.kind is Kind.TOPIC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """One scheduled call of `function` (dotted path) with `arguments`: either `cron` (Europe/Berlin) or `minutes`.

    `timeout` in seconds, where it may take longer than the queue's. `starts`: the steps that it has looked after, by
    the topics that it `emits`.
    """

    name: str
    function: str
    description: Words
    cron: str = ""
    minutes: int = 0
    arguments: tuple[str, ...] = ()
    timeout: int = 0
    starts: tuple[str, ...] = ()
    emits: tuple[str, ...] = ()

    @property
    def timing(self) -> str:
        return self.cron or f"every {self.minutes} min"


@dataclass(frozen=True, slots=True)
class Brake:
    """Unusually many differences at once are held back until a person has confirmed them.

    `counts`: which (`flows.differences.How`). They are too many above the settings `limit` (a number) and `percent` (of
    the records of `steps` that are in step; without names of all). `note`: the phrase that takes their number;
    `warning`, `advice` and `question` are what a person reads who may confirm it.
    """

    counts: frozenset[str]
    limit: str
    percent: str
    note: Callable[[int], Phrase]
    warning: Words
    advice: Words
    question: Words
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A look at both sides on a schedule: it leaves requests of the lowest urgency for what differs.

    `finds`: the dotted path of a function without arguments that yields `flows.differences.Found`. `title` and `about`
    say what is compared: on pages, and for `manage.py compare`; `description` is the schedule's. `starts`: the steps
    that it has looked after. `timeout` as of a schedule.
    """

    name: str
    finds: str
    title: Words
    about: str
    description: Words
    systems: tuple[str, ...]
    cron: str
    starts: tuple[str, ...]
    timeout: int = 0
    brake: Brake | None = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a hub before this one may have left of a kind (`manage.py adopt`).

    `finds`: the dotted path of a class (`flows.taking_over.TakesOver`). `title` for people. `after`: kinds that are
    taken over before this one.
    """

    name: str
    finds: str
    title: Words
    systems: tuple[str, ...]
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow: its folder's name, and all that is its own.

    `receives`: entity types of the CRM whose webhooks are taken in for it; their paths are in WEBHOOK_ENTITIES.
    `own_types`: entity types of its steps that the CRM does not have, so that their ids mean nothing there.
    `undoable`: actions in the journal that its runs can take back when staff ask for it, with the fields they restore.
    `fields`: the names of its fields and what staff call them (English msgids). `reasons`: why a record of its own may
    wait, be skipped or fail, with what staff are to do; the reasons of the engine (`models.Reason`) are for all.
    `mended_by_data`: those of them that no retry ends, but other data, of which the hub is told by itself.
    """

    name: str
    description: Words
    steps: tuple[StepSpec, ...] = ()
    receives: tuple[str, ...] = ()
    own_types: tuple[str, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    adoptions: tuple[Adoption, ...] = ()
    undoable: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fields: Callable[[], Mapping[str, str]] | None = None
    reasons: Mapping[str, Words] = field(default_factory=dict)
    mended_by_data: frozenset[str] = frozenset()
