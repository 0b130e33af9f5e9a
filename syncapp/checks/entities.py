"""Whether WEBHOOK_ENTITIES can be used: words for paths and topics, each for one entity type of the CRM; and whose
names may go to xAI (COLLECTION_ENTITIES)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bitbylaw.config import Config
from syncapp.checks.faults import Fault

_WORD = re.compile(r"[a-z_]+")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
DOCUMENT, TAKEN = "document", "entity"  # the word the flows know documents by; the path of link and unlink


def faults(config: Config, document_entity: str) -> Iterator[Fault]:
    """`document_entity`: what the flows take for documents."""
    words = config.WEBHOOK_ENTITIES
    for word, entity_type in words.items():
        if not _WORD.fullmatch(word):
            yield Fault(
                "E030", f"WEBHOOK_ENTITIES: {word!r} can't be part of a topic.", "Use small letters a-z and _ only."
            )
        if word == TAKEN:
            yield Fault("E031", f"WEBHOOK_ENTITIES: the word {TAKEN!r} is taken by link and unlink.")
        if not _TYPE.fullmatch(entity_type):
            yield Fault("E032", f"WEBHOOK_ENTITIES: {entity_type!r} (for {word!r}) is no entity type of EspoCRM.")
    for entity_type, count in Counter(words.values()).items():
        if count > 1:
            yield Fault("E033", f"WEBHOOK_ENTITIES: {count} words stand for {entity_type}.", "Keep one of them.")
    if words.get(DOCUMENT) != document_entity:
        yield Fault(
            "E034",
            f"WEBHOOK_ENTITIES: the word {DOCUMENT!r} must stand for {document_entity}.",
            "The entity of documents is named in syncapp/clients/espocrm/fields.py.",
        )
    for join in config.LINK_ENTITIES.values():
        if join not in words.values():
            yield Fault(
                "W037",
                f"LINK_ENTITIES: no webhook tells of {join}; only comparisons and your own hook for links find it.",
                "Name it in WEBHOOK_ENTITIES too, and run: python manage.py register_webhooks",
            )
    for entity_type in config.COLLECTION_ENTITIES:
        if entity_type == document_entity or not _TYPE.fullmatch(entity_type):
            yield Fault("E035", f"COLLECTION_ENTITIES: {entity_type!r} can't be a parent of documents.")
        elif entity_type not in words.values():
            yield Fault(
                "W036",
                f"COLLECTION_ENTITIES: no webhook tells of {entity_type}; only comparisons find its changes.",
                "Name it in WEBHOOK_ENTITIES too, and run: python manage.py register_webhooks",
            )
