"""What the hub needs of EspoCRM, entity type by entity type: fields with their kinds, rights, and what is lost without.

Names are the hub's; `ESPOCRM_ENTITIES` and `ESPOCRM_FIELDS` say how this installation calls them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog
from django.conf import settings

from syncapp.clients.errors import ClientError
from syncapp.clients.espocrm import FIELDS, EspoClient
from syncapp.clients.espocrm.fields import NAME
from syncapp.clients.espocrm.types import NOTE, TASK
from syncapp.engine.outside import connections
from syncapp.flows.akten.mapping import Names
from syncapp.flows.bankverbindungen import fields as accounts
from syncapp.flows.beteiligte.fields import DAY, SALUTATION, Rules
from syncapp.flows.beteiligte.state import Shown
from syncapp.flows.documents.members import Standing
from syncapp.flows.documents.reasons import CrmStatus
from syncapp.management.needs import BASE, CREATE, EDIT, PERSON, READ, LinkNeed, Need, Needs
from syncapp.models import SystemName

MAIL, PHONE = "emailAddress", "phoneNumber"  # fields; the lists that the hub reads are their attributes
ID_LENGTH, MD5_LENGTH, SHA256_LENGTH = 64, 32, 64
TEXTS, SENTENCES, LISTS = ("varchar", "text"), ("text", "varchar"), ("array", "multiEnum", "jsonArray", "checklist")
CHOICE, MOMENT, NUMBER, YES_NO = ("enum", "varchar"), ("datetime",), ("int", "varchar", "autoincrement"), ("bool",)

log = structlog.get_logger(__name__)


def of_documents() -> Needs:
    status = tuple(map(str, CrmStatus))
    return Needs(
        FIELDS.document_entity,
        (
            Need(NAME, (), "documents have no name", required=True, written=False),
            Need(FIELDS.file, ("file",), "there is nothing to bring to xAI", required=True, written=False),
            Need(FIELDS.xai_id, TEXTS, "a file is not known again", required=True, length=ID_LENGTH),
            Need(FIELDS.xai_collections, LISTS, "where a file is can't be told", required=True),
            Need(FIELDS.xai_synced_hash, TEXTS, "a replaced file is not noticed", required=True, length=MD5_LENGTH),
            Need(FIELDS.xai_status, CHOICE, "nobody sees how a document stands", required=True, options=status),
            Need(FIELDS.xai_error, SENTENCES, "nobody reads in the CRM why"),
            Need(FIELDS.md5, TEXTS, "the check sum is not shown", length=MD5_LENGTH),
            Need(FIELDS.sha256, TEXTS, "the check sum is not shown", length=SHA256_LENGTH),
            Need(FIELDS.file_status, CHOICE, "not shown", options=("new", "changed", "synced")),
            Need(FIELDS.old_file_status, (), "an old name, not needed"),
            Need(FIELDS.sync_status, CHOICE, "not shown", options=("clean", "failed")),
            Need(FIELDS.sync_error, SENTENCES, "nobody reads in the CRM why"),
            Need(FIELDS.sync_failed_at, MOMENT, "not shown"),
        ),
        template=BASE,
        links=tuple(map(LinkNeed, linked_kinds())),
    )


def linked_kinds() -> list[str]:
    """Parents that EspoCRM links to documents without an entity type between them."""
    config = settings.CONFIG
    return [kind for kind in config.COLLECTION_ENTITIES if kind not in config.LINK_ENTITIES]


def of_parents() -> Iterator[Needs]:
    for entity_type in settings.CONFIG.COLLECTION_ENTITIES:
        lost = "its collection is not known again"
        collection = Need(FIELDS.collection_id, TEXTS, lost, required=True, length=ID_LENGTH)
        name = Need(NAME, (), "its collection has no name", written=False)
        status = Need(FIELDS.parent_status, (), "a closed one keeps its collection", written=False, made="enum")
        if join := settings.CONFIG.LINK_ENTITIES.get(entity_type):
            yield from _joined(entity_type, join, (collection, name))
        else:
            yield Needs(entity_type, (collection, name, status), template=BASE)


def _joined(kind: str, join: str, needed: tuple[Need, ...]) -> Iterator[Needs]:
    """A parent that an entity type of its own joins to documents, and that type."""
    lives = settings.CONFIG.parent_status.get(kind, {})
    words = tuple(dict.fromkeys(word for life in lives.values() for word in life))
    status = Need(FIELDS.parent_status, CHOICE, "all are taken for paused", required=True, options=words)
    error = Need(FIELDS.sync_error, SENTENCES, "nobody reads in the CRM why")
    when = Need(FIELDS.synced_at, MOMENT, "not shown")
    parent = Need(FIELDS.sync_status, CHOICE, "not shown", options=("clean", "pending_sync", "failed"))
    yield Needs(kind, (*needed, status, parent, error, when), template=BASE)
    lost = "its documents can't be found"
    ends = (FIELDS.member_parent, FIELDS.member_document)
    yield Needs(
        join,
        (
            *(Need(end, ("link",), lost, required=True, written=False) for end in ends),
            Need(FIELDS.xai_id, TEXTS, "not shown", length=ID_LENGTH),
            Need(FIELDS.xai_synced_hash, TEXTS, "not shown", length=MD5_LENGTH),
            Need(FIELDS.sync_status, CHOICE, "not shown", options=tuple(map(str, Standing))),
            when,
        ),
        template=BASE,
        links=tuple(map(LinkNeed, (kind, FIELDS.document_entity), ends)),
    )


def of_parties() -> tuple[Needs, ...]:
    """Parties and bank accounts."""
    rules = Rules.of_settings(settings.CONFIG)
    brought = (CREATE,) if settings.CONFIG.PARTIES_TO_ESPOCRM else ()
    created = (CREATE,) if settings.CONFIG.BANK_ACCOUNTS_TO_ESPOCRM else ()
    compared = FIELDS.party_address if settings.CONFIG.ADDRESS_NOTICES else ()
    return (
        Needs(
            FIELDS.party_entity,
            (
                Need(FIELDS.party_number, NUMBER, "parties are not known again", required=True),
                *(Need(name, (), "parties are not synced", required=True) for name in (MAIL, PHONE)),
                *_of_people(rules),
                *(Need(name, (), "addresses are not compared", written=False) for name in compared),
                *_of_sync(tuple(map(str, Shown))),
                Need(FIELDS.party_row_id, TEXTS, "not shown"),
                Need(FIELDS.party_contact_hash, TEXTS, "not shown"),
                Need(FIELDS.party_retries, (), "not shown", made="int"),
                Need(FIELDS.party_next_retry, MOMENT, "not shown"),
                Need(FIELDS.party_reset_at, MOMENT, "not shown"),
            ),
            (READ, EDIT, *brought),
            template=PERSON,
        ),
        Needs(
            FIELDS.bank_entity,
            (
                Need(accounts.IBAN.here.name, TEXTS, "accounts are not synced", required=True),
                Need(FIELDS.bank_link, ("link",), "accounts are not synced", required=True, written=bool(created)),
                *(Need(each.here.name, TEXTS, "not synced") for each in accounts.TABLE[1:]),
                Need(FIELDS.bank_default, YES_NO, "not synced"),
                Need(FIELDS.bank_remote_id, TEXTS, "an account whose IBAN changed is not known again"),
                *_of_sync(("clean", "unclean", "failed")),
            ),
            (READ, EDIT, *created),
            BASE,
            (LinkNeed(FIELDS.party_entity, FIELDS.bank_link, FIELDS.party_accounts),),
        ),
    )


def _of_people(rules: Rules) -> Iterator[Need]:
    lost = "parties are not synced"
    for each in rules.synced:
        options = tuple(rules.salutations) if each.lenses is SALUTATION else ()
        made = "enum" if options else "date" if each.lenses is DAY else "varchar"
        yield Need(each.crm, (), lost, required=True, options=options, made=made, empty=bool(each.crm_company))
        if each.crm_company:
            yield Need(each.crm_company, (), lost, required=True, made="varchar")


def of_matters() -> Iterator[Needs]:
    """Cases and their Akten. A firm without these fields goes without, so none is required."""
    for entity_type, configured in settings.CONFIG.MATTER_ENTITIES.items():
        names = Names(**configured)
        akte = Need(names.id, ("varchar", "int"), "a case does not know its Akte in Advoware")
        reference = Need(names.reference, TEXTS, "the Akte of a case is not found", written=False)
        yield Needs(entity_type, (akte, reference))


def of_tasks() -> Iterator[Needs]:
    """A notification is a post to its user. Nothing can be assigned to who can't be seen (observed)."""
    shown = settings.CONFIG.TASKS_TO_ESPOCRM
    if shown:
        yield Needs(TASK, (), (READ, EDIT, CREATE)) if shown == TASK else Needs(NOTE, (), (CREATE,))
        yield Needs("User", (), (READ,))


def everything(*, advoware: bool | None = None) -> Iterator[Needs]:
    """For what is configured; a type that is several things (a party is a parent too) comes once. `advoware`: whether
    parties are synced, where that is not for the settings to say."""
    found: dict[str, Needs] = {}
    synced = connections.configured(SystemName.ADVOWARE) if advoware is None else advoware
    parties = (*of_parties(), *of_matters()) if synced else ()
    for needs in (of_documents(), *parties, *of_parents(), *of_tasks()):
        before = found.get(needs.entity_type, Needs(needs.entity_type, (), ()))
        fields = {each.name: each for each in (*needs.fields, *before.fields)}
        actions = tuple(dict.fromkeys((*before.actions, *needs.actions)))
        template = before.template or needs.template
        links = (*before.links, *needs.links)
        found[needs.entity_type] = Needs(needs.entity_type, tuple(fields.values()), actions, template, links)
    yield from found.values()


def _of_sync(words: tuple[str, ...]) -> tuple[Need, ...]:
    return (
        Need(FIELDS.sync_status, CHOICE, "not shown", options=words),
        Need(FIELDS.party_error, SENTENCES, "nobody reads in the CRM why"),
        Need(FIELDS.party_synced_at, MOMENT, "not shown"),
    )


def warn_at_start() -> None:
    """A line in the log for each field that the CRM lacks; a CRM that does not answer is no reason to wait."""
    if not (connections.configured(SystemName.ESPOCRM) and connections.configured(SystemName.ADVOWARE)):
        return
    try:
        for lacking in _lacking(connections.espocrm()):
            log.warning("crm.field_missing", **lacking)
    except ClientError as exc:
        log.warning("crm.fields_unknown", error=type(exc).__name__)


def _lacking(crm: EspoClient) -> Iterator[dict[str, Any]]:
    for needs in of_parties():
        present = crm.metadata(needs.entity_type).fields
        for each in needs.fields:
            if each.name not in present:
                yield {"entity_type": needs.entity_type, "field": each.name, "needed": each.required}
