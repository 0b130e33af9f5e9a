"""Can the hub reach its systems, and is everything there that it needs? One harmless call after the other."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial

from django.conf import settings

from syncapp.clients.errors import ClientError
from syncapp.clients.espocrm import FIELDS, EntityMeta, EspoClient
from syncapp.engine.outside import connections
from syncapp.management import crm_fields
from syncapp.management.advoware_checks import advoware_findings
from syncapp.management.calendar_checks import appointment_findings, google_findings
from syncapp.management.findings import Finding, timed, timing
from syncapp.models import SystemName

SYSTEMS = (SystemName.ESPOCRM, SystemName.XAI, SystemName.ADVOWARE, SystemName.GOOGLE)
NO_PARENTS = ("document", "bankverbindungen")  # words whose entities are never parents of documents


def all_systems() -> Iterator[Finding]:
    for name in SYSTEMS:
        if not connections.configured(name):
            yield Finding(name, "settings", "not configured, its flows are switched off", None)
            continue
        answered = timed(name, "answers and knows our key", partial(connections.ping, name))
        yield answered
        if name == SystemName.ESPOCRM and answered.good:
            yield from _crm()
        if name == SystemName.ADVOWARE and answered.good:
            yield from advoware_findings()
            yield from appointment_findings()
        if name == SystemName.GOOGLE and answered.good:
            yield from google_findings()


def _crm() -> Iterator[Finding]:
    crm = connections.espocrm()
    EspoClient.metadata_cache.clear()
    documents = yield from _entity(crm, FIELDS.document_entity, FIELDS.document_required)
    for word, entity_type in settings.CONFIG.WEBHOOK_ENTITIES.items():
        if word in NO_PARENTS:
            continue
        parent = yield from _entity(crm, entity_type, (FIELDS.collection_id,))
        if documents and parent and entity_type not in {link.entity_type for link in documents.links.values()}:
            words = f"{FIELDS.document_entity} has no link to it: its documents can't be found"
            yield Finding(SystemName.ESPOCRM, entity_type, words, False)
    if connections.configured(SystemName.ADVOWARE):
        for needs in crm_fields.of_parties():
            yield from _entity(crm, needs.entity_type, needs.required, needs.optional)
    yield timed(SystemName.ESPOCRM, "webhooks can be read", crm.webhooks)


def _entity(
    crm: EspoClient, entity_type: str, required: tuple[str, ...], optional_names: tuple[str, ...] | None = None
) -> Generator[Finding, None, EntityMeta | None]:
    with timing() as since:
        try:
            meta: EntityMeta = crm.metadata(entity_type)
        except ClientError as exc:
            yield Finding(SystemName.ESPOCRM, entity_type, str(exc), False, since())
            return None
        took = since()
    if lacking := [name for name in required if name not in meta.fields]:
        yield Finding(SystemName.ESPOCRM, entity_type, f"lacks the fields {', '.join(lacking)}", False, took)
    else:
        yield Finding(SystemName.ESPOCRM, entity_type, "has what is needed", True, took)
    optional_names = FIELDS.optional(entity_type) if optional_names is None else optional_names
    if optional := [name for name in optional_names if name not in meta.fields]:
        words = f"lacks {', '.join(optional)}: not needed, not written"
        yield Finding(SystemName.ESPOCRM, entity_type, words, None)
    return meta
