"""Names of events: `{module}.{entity}.{action}`, lower case with dots; which webhook path means which entity type."""

from __future__ import annotations

import re

from django.conf import settings

ACTIONS = ("create", "update", "delete")
TASK_CHANGED = "hub.task.changed"
_TOPIC = re.compile(r"[a-z_]+(\.[a-z_]+){2}")
_PATTERN = re.compile(r"([a-z_]+|\*)(\.([a-z_]+|\*)){2}")


def is_topic(name: str) -> bool:
    return bool(_TOPIC.fullmatch(name))


def is_pattern(name: str) -> bool:
    """Whether it can be subscribed to: a topic in which `*` may stand for a word."""
    return bool(_PATTERN.fullmatch(name))


def topic_of(entity_type: str, action: str) -> str:
    """The topic of a change in the CRM, e.g. `vmh.document.update` for (CDokumente, update)."""
    return f"vmh.{short_name(entity_type)}.{action}"


def short_name(entity_type: str) -> str:
    """The word used in paths and topics for an entity type; one that no path names is used in lower case, unless that
    is the word of another type: EspoCRM's own Document is none of the firm's documents."""
    for word, named in settings.CONFIG.WEBHOOK_ENTITIES.items():
        if named == entity_type:
            return str(word)
    plain = re.sub(r"[^a-z_]", "", entity_type.lower())
    return f"{plain}_" if plain in settings.CONFIG.WEBHOOK_ENTITIES else plain


def matches(pattern: str, topic: str) -> bool:
    """Whether a subscription (`vmh.document.*`, `vmh.*.update`) covers a topic."""
    wanted, given = pattern.split("."), topic.split(".")
    return len(wanted) == len(given) and all(w in ("*", g) for w, g in zip(wanted, given, strict=True))
