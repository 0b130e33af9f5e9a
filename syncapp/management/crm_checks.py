"""Whether EspoCRM has what the hub needs, and lets it do what it has to: entity type by entity type, field by field.

A summary for each type, and a table of its fields: there, of a kind that can hold it, with the options that are
written, readable, editable; what is lost otherwise, and where in EspoCRM it is mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import partial

from django.conf import settings

from syncapp.clients.espocrm import FIELDS, EntityMeta, EspoClient
from syncapp.clients.espocrm.rights import ALL, NO, YES, Rights
from syncapp.clients.espocrm.types import NOTE, TASK
from syncapp.engine.outside import connections
from syncapp.management.crm_needs import everything, linked_kinds
from syncapp.management.findings import Finding, ask
from syncapp.management.needs import EDIT, READ, Need, Needs
from syncapp.models import SystemName

HEADS = ("field", "there", "type", "options", "read", "edit", "without it", "to do in EspoCRM, Administration")
ADMINISTRATION = "Administration > "
WHOLE = (ALL, YES, NO)  # `team` and `own`: some of the records
_MARKS = {True: "yes", False: "NO", None: "?"}


def findings() -> Iterator[Finding]:
    crm = connections.espocrm()
    EspoClient.metadata_cache.clear()
    EspoClient.rights_cache.clear()
    told = yield from ask(SystemName.ESPOCRM, "rights of the API user", crm.rights, _of_rights)
    rights = told[0] if told else None
    needed = list(everything())
    found: dict[str, EntityMeta] = {}
    for needs in needed:
        yield from _entity(crm, needs, rights, found)
    yield from _links(found)
    yield from _settings(needed)
    yield from ask(SystemName.ESPOCRM, "webhooks can be read", crm.webhooks)


def _of_rights(rights: Rights | None) -> tuple[str, bool | None]:
    if rights is None:
        return "not told by this EspoCRM, so they were not looked at", None
    if rights.administrator:
        return "may do everything; a role with the rights it needs is enough", None
    return "told", True


def _entity(crm: EspoClient, needs: Needs, rights: Rights | None, found: dict[str, EntityMeta]) -> Iterator[Finding]:
    name = needs.entity_type
    refused = [action for action in needs.actions if rights and rights.level(name, action) == NO]
    if refused:
        words = f"may not {', '.join(refused)}: Roles > {_type(name)}: set {', '.join(refused)} to all"
        yield Finding(SystemName.ESPOCRM, name, words, False)
    elif not needs.fields and rights:
        yield Finding(SystemName.ESPOCRM, name, f"may {', '.join(needs.actions)}", True)
    if name == TASK and rights and rights.assignment == NO and not rights.administrator:
        words = "may not be assigned to anybody: Roles > Assignment Permission: set it to all"
        yield Finding(SystemName.ESPOCRM, name, words, None)
    if name == NOTE and rights and rights.messages == NO and not rights.administrator:
        words = "may not be written to anybody: Roles > Message Permission: set it to all"
        yield Finding(SystemName.ESPOCRM, name, words, False)
    if READ in refused or not needs.fields:
        return
    answers = yield from ask(SystemName.ESPOCRM, name, partial(crm.metadata, name), partial(_judged, needs, rights))
    for meta in answers:
        found[name] = meta
        rows = tuple(_row(crm, needs, each, meta, rights) for each in needs.fields)
        yield Finding(SystemName.ESPOCRM, name, _notes(needs, meta, rights), None, rows=rows)


def _judged(needs: Needs, rights: Rights | None, meta: EntityMeta) -> tuple[str, bool]:
    wrong = [each.name for each in needs.fields if each.required and _hindrance(needs, each, meta, rights)]
    lacking = [name for name in wrong if name not in meta.fields]
    if lacking:
        return f"lacks the fields {_there(needs.entity_type, lacking)}", False
    if wrong:
        return f"can't be used: {_there(needs.entity_type, wrong)} (see the table)", False
    return "has what is needed", True


def _notes(needs: Needs, meta: EntityMeta, rights: Rights | None) -> str:
    """What is no trouble."""
    optional = [each for each in needs.fields if not each.required]
    lacking = [each.name for each in optional if each.name not in meta.fields]
    other = [each.name for each in optional if each.name in meta.fields and _hindrance(needs, each, meta, rights)]
    part = [action for action in needs.actions if rights and rights.level(needs.entity_type, action) not in WHOLE]
    said = [
        f"lacks {_there(needs.entity_type, lacking)}: not needed, not written" if lacking else "",
        f"not written: {_there(needs.entity_type, other)} (see the table)" if other else "",
        f"may {', '.join(part)} only some of the records: the others are never synced" if part else "",
    ]
    return "; ".join(filter(None, said)) or f"{len(needs.fields)} fields looked at"


def _hindrance(needs: Needs, need: Need, meta: EntityMeta, rights: Rights | None) -> str:
    """Where in EspoCRM it is mended that a field can't be used; empty when it can."""
    name, field = _type(needs.entity_type), settings.CONFIG.espocrm_names.attribute(needs.entity_type, need.name)
    if need.name not in meta.fields:
        return f"Entity Manager > {name} > Fields: add {field}{f' ({need.kinds[0]})' if need.kinds else ''}"
    if need.kinds and meta.kinds.get(need.name) not in need.kinds:
        return f"Entity Manager > {name} > Fields: {field} must be {' or '.join(need.kinds)}"
    for action in (READ, EDIT) if need.written else (READ,):
        if rights and not rights.may(needs.entity_type, need.name, action):
            return f"Roles > {name} > field {field}: set {action} to yes"
    return ""


def _row(crm: EspoClient, needs: Needs, need: Need, meta: EntityMeta, rights: Rights | None) -> tuple[str, ...]:
    there = need.name in meta.fields
    taken = meta.takes[need.name].options if need.name in meta.takes else None
    written = {word: crm.sent(needs.entity_type, {need.name: word}).get(need.name) for word in need.options if there}
    lacking = [word for word, sent in written.items() if not sent or (taken is not None and sent not in taken)]
    may = {action: rights.may(needs.entity_type, need.name, action) if rights else None for action in (READ, EDIT)}
    to_do = _hindrance(needs, need, meta, rights) if need.required or there else ""
    if lacking and not to_do:
        to_do = f"no option for {', '.join(lacking)}, which is not written: add it, or see ESPOCRM_STATUS_VALUES"
    return (
        _there(needs.entity_type, [need.name]),
        _MARKS[there] if there or need.required else "no",
        meta.kinds.get(need.name, ""),
        "" if not need.options or not there else "some are missing" if lacking else "yes",
        _MARKS[may[READ]] if there else "",
        (_MARKS[may[EDIT]] if need.written else "not needed") if there else "",
        need.lost,
        to_do,
    )


def _links(found: dict[str, EntityMeta]) -> Iterator[Finding]:
    name = FIELDS.document_entity
    linked = {link.entity_type for link in found[name].links.values()} if name in found else set()
    for entity_type in linked_kinds():
        if name in found and entity_type in found and entity_type not in linked:
            words = f"{_type(name)} has no link to it: its documents can't be found (Entity Manager > Relationships)"
            yield Finding(SystemName.ESPOCRM, entity_type, words, False)


def _settings(needed: Sequence[Needs]) -> Iterator[Finding]:
    """Names in ESPOCRM_FIELDS that the hub does not have."""
    known = {f"{needs.entity_type}.{each.name}" for needs in needed for each in needs.fields}
    types = {needs.entity_type for needs in needed}
    for ours in settings.CONFIG.ESPOCRM_FIELDS:
        if ours in known or ours.partition(".")[0] not in types:
            continue
        nearest = get_close_matches(ours, known, 1)
        words = f"the hub has no {ours}" + (f"; do you mean {nearest[0]}?" if nearest else " (right for a link)")
        yield Finding(SystemName.ESPOCRM, "ESPOCRM_FIELDS", words, None)


def _type(entity_type: str) -> str:
    return settings.CONFIG.espocrm_names.entity(entity_type)


def _there(entity_type: str, names: Sequence[str]) -> str:
    """Fields as the CRM calls them, with the hub's name where it is another one."""
    theirs = {name: settings.CONFIG.espocrm_names.attribute(entity_type, name) for name in names}
    return ", ".join(new if new == name else f"{new} ({entity_type}.{name})" for name, new in theirs.items())
