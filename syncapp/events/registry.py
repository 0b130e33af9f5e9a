"""The register of steps: what runs on what, what it emits, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from syncapp.events import topics
from syncapp.people import mirror


class Kind(Enum):
    HTTP = "http"
    TOPIC = "topic"
    CRON = "cron"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a step: a path, a topic pattern, or a cron line (five fields, Europe/Berlin)."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step. `runs` is the dotted path of its flow; a step without one only receives and hands on.

    `entity_types`: what it works on where its topics don't name entities of the CRM. `timeout` in seconds, at most that
    of the queue.
    """

    name: str
    description: str | Promise
    flow: str
    triggers: tuple[Trigger, ...]
    emits: tuple[str, ...] = ()
    runs: str = ""
    systems: tuple[str, ...] = ()
    entity_types: tuple[str, ...] = ()
    timeout: int = 600

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(trigger.value for trigger in self.triggers if trigger.kind is Kind.TOPIC)


DOCUMENT_SYNC = "document_sync"
COLLECTION_SYNC = "collection_sync"
PARTY_SYNC = "beteiligte_sync"
BANK_SYNC = "bankverbindungen_sync"
PARTY_ACCOUNTS = "bankverbindungen_of_party"
TASK_MIRROR = mirror.STEP
CALENDAR_SYNC = "calendar_employee"
CALENDAR_ALL = "calendar_all"
CALENDAR_PUSH = "calendar_push"

FLOWS: dict[str, str | Promise] = {
    "documents": _("Documents of the CRM made searchable at xAI"),
    "collections": _("Collections at xAI for the matters and parties of the CRM"),
    "beteiligte": _("Parties of the CRM and of Advoware, both ways"),
    "calendar": _("Appointments of Advoware and Google Calendar, both ways"),
    "bankverbindungen": _("Bank accounts of the CRM's parties, brought to Advoware"),
    "tasks": _("Staff's tasks, shown in EspoCRM"),
}


def _http(path: str) -> Trigger:
    return Trigger(Kind.HTTP, path)


def _topic(pattern: str) -> Trigger:
    return Trigger(Kind.TOPIC, pattern)


def _webhook_steps() -> tuple[StepSpec, ...]:
    steps = []
    for word in settings.CONFIG.WEBHOOK_ENTITIES:
        emitted = tuple(f"vmh.{word}.{action}" for action in topics.ACTIONS)
        steps.append(
            StepSpec(
                name=f"{word}_webhook",
                description=_("Receives changes from the CRM"),
                flow="documents" if word == "document" else "collections",
                triggers=tuple(_http(f"POST /vmh/webhook/{word}/{action}") for action in topics.ACTIONS),
                emits=emitted,
            )
        )
    return tuple(steps)


@lru_cache(maxsize=1)
def steps() -> tuple[StepSpec, ...]:
    """Every step of this installation."""
    parents = parent_words()
    return (
        *_webhook_steps(),
        StepSpec(
            name="link_webhook",
            description=_("Receives links made and removed in the CRM"),
            flow="documents",
            triggers=(_http("POST /vmh/webhook/entity/link"), _http("POST /vmh/webhook/entity/unlink")),
            emits=("vmh.document.update", *(f"vmh.{word}.update" for word in parents)),
        ),
        StepSpec(
            name=DOCUMENT_SYNC,
            description=_("Brings a document and its collections at xAI into agreement with the CRM"),
            flow="documents",
            triggers=(_topic("vmh.document.*"), Trigger(Kind.CRON, "*/15 * * * *")),
            emits=tuple(f"vmh.{word}.update" for word in parents),
            runs="syncapp.flows.documents.sync.DocumentSync",
            systems=("espocrm", "xai"),
        ),
        StepSpec(
            name=COLLECTION_SYNC,
            description=_("Makes, renames and closes the collection of a parent of documents"),
            flow="collections",
            triggers=(*(_topic(f"vmh.{word}.*") for word in parents), Trigger(Kind.CRON, "*/15 * * * *")),
            emits=("vmh.document.update",),
            runs="syncapp.flows.collections.sync.CollectionSync",
            systems=("espocrm", "xai"),
        ),
        StepSpec(
            name=PARTY_SYNC,
            description=_("Brings a party and its contacts into agreement between the CRM and Advoware"),
            flow="beteiligte",
            triggers=(_topic("vmh.beteiligte.*"), Trigger(Kind.CRON, "*/15 * * * *")),
            emits=("vmh.bankkonten.check", "hub.task.changed"),
            runs="syncapp.flows.beteiligte.sync.BeteiligteSync",
            systems=("espocrm", "advoware"),
        ),
        StepSpec(
            name=BANK_SYNC,
            description=_("Brings a bank account of the CRM to Advoware; what must be done by hand there is a task"),
            flow="bankverbindungen",
            triggers=(_topic("vmh.bankverbindungen.*"), Trigger(Kind.CRON, "*/15 * * * *")),
            emits=("vmh.bankkonten.check", "hub.task.changed"),
            runs="syncapp.flows.bankverbindungen.sync.BankverbindungenSync",
            systems=("espocrm", "advoware"),
        ),
        StepSpec(
            name="calendar_trigger",
            description=_("Other programs have the calendar of an employee, or all calendars, looked at"),
            flow="calendar",
            triggers=(_http("POST /advoware/calendar/sync"),),
            emits=("calendar.sync.all", "calendar.sync.employee"),
        ),
        StepSpec(
            name="calendar_push_webhook",
            description=_("Receives from Google that a calendar changed"),
            flow="calendar",
            triggers=(_http("POST /google/calendar/push"),),
            emits=("calendar.sync.employee",),
        ),
        StepSpec(
            name=CALENDAR_ALL,
            description=_("Asks Advoware for its employees and has each one's calendar looked at"),
            flow="calendar",
            triggers=(_topic("calendar.sync.all"), Trigger(Kind.CRON, "3-59/15 * * * *")),
            emits=("calendar.sync.employee",),
            runs="syncapp.flows.calendar.everyone.CalendarsOfEveryone",
            systems=("advoware",),
            entity_types=("Kanzlei",),
        ),
        StepSpec(
            name=CALENDAR_SYNC,
            description=_("Brings an employee's appointments into agreement between Advoware and Google Calendar"),
            flow="calendar",
            triggers=(_topic("calendar.sync.employee"),),
            emits=("calendar.push.check",),
            runs="syncapp.flows.calendar.sync.CalendarSync",
            systems=("advoware", "google"),
            entity_types=("Mitarbeiter",),
        ),
        StepSpec(
            name=CALENDAR_PUSH,
            description=_("Keeps a channel open through which Google tells at once that a calendar changed"),
            flow="calendar",
            triggers=(_topic("calendar.push.check"), Trigger(Kind.CRON, "41 * * * *")),
            runs="syncapp.flows.calendar.push.PushChannels",
            systems=("google",),
            entity_types=("Mitarbeiter",),
        ),
        StepSpec(
            name=PARTY_ACCOUNTS,
            description=_("Keeps one default account for each party, and brings accounts of Advoware to the CRM"),
            flow="bankverbindungen",
            triggers=(_topic("vmh.bankkonten.check"),),
            emits=("vmh.bankverbindungen.update",),
            runs="syncapp.flows.bankverbindungen.party.PartyAccounts",
            systems=("espocrm", "advoware"),
            entity_types=("CBeteiligte",),
        ),
        StepSpec(
            name=TASK_MIRROR,
            description=_("Shows a task of staff in EspoCRM, to the user whom its party is assigned to"),
            flow="tasks",
            triggers=(_topic("hub.task.changed"),),
            runs="syncapp.flows.tasks.sync.TaskMirror",
            systems=("espocrm",),
            entity_types=(mirror.ENTITY,),
        ),
    )


def parent_words() -> tuple[str, ...]:
    """Path words of the entity types that can be parents of documents: all but documents and bank accounts."""
    return tuple(word for word in settings.CONFIG.WEBHOOK_ENTITIES if word not in ("document", "bankverbindungen"))


def step(name: str) -> StepSpec:
    """The step of that name; raises `KeyError` with the names there are."""
    for spec in steps():
        if spec.name == name:
            return spec
    raise KeyError(f"There is no step {name!r}; there are: {', '.join(spec.name for spec in steps() if spec.runs)}")


def works_on(spec: StepSpec) -> tuple[str, ...]:
    """The entity types that a step is known to work on; a comparison may find others through the CRM's metadata."""
    types = settings.CONFIG.WEBHOOK_ENTITIES.values()
    topical = (kind for kind in types if spec.name in subscribers(topics.topic_of(kind, "update")))
    return tuple(dict.fromkeys([*spec.entity_types, *topical]))


def runnable() -> tuple[StepSpec, ...]:
    return tuple(spec for spec in steps() if spec.runs)


@lru_cache(maxsize=256)
def subscribers(topic: str) -> tuple[str, ...]:
    """Names of the steps that run on a topic, in the order of the register."""
    return tuple(s.name for s in runnable() if any(topics.matches(pattern, topic) for pattern in s.topics))
