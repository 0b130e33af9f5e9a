"""Which entities may be asked for, and the records that the hub has about one."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from syncapp.engine.queue.sync_requests import Target
from syncapp.events import registry
from syncapp.models import ProxyRefusal, Record
from syncapp.proxy.refusals import Refused

_TYPE, _ID, _NUMBER = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}"), re.compile(r"[A-Za-z0-9_-]{1,64}"), r"[0-9]{1,18}"


class Entity(NamedTuple):
    """As the hub's records name it; `given`: the type as it was asked for."""

    kind: str
    id: str
    given: str

    @property
    def records(self) -> list[Record]:
        return list(Record.objects.filter(entity_type=self.kind, entity_id=self.id).order_by("step"))


def entity_of(given: str, entity_id: str) -> Entity:
    """By its type, as EspoCRM calls it or as the hub does, and its id there. Raises `Refused`."""
    if not _TYPE.fullmatch(given):
        raise _bad(_("An entity type has letters and digits only, 64 at most."))
    if not _ID.fullmatch(entity_id):
        raise _bad(_("An id has letters, digits, - and _ only, 64 at most."))
    kind = settings.CONFIG.espocrm_names.our_entity(given)
    if kind in registry.own_types():
        raise _unknown(_("These are no entities of EspoCRM. Ask for a record of them by its number."))
    return Entity(kind, entity_id, given)


def record_of(number: str) -> Record:
    """By its number in the hub. Raises `Refused`."""
    if not re.fullmatch(_NUMBER, number):
        raise _bad(_("The number of a record has digits only, 18 at most."))
    found = Record.objects.filter(pk=int(number)).first()
    if found is None:
        raise _unknown(_("The hub has no record of this number (any more)."))
    return found


def known_records(entity: Entity) -> list[Record]:
    """Raises `Refused`, with what is unknown: the type, or this entity."""
    found = entity.records
    if not found:
        targets_of(entity)
        raise _unknown(
            _(
                "The hub has no record of this entity: nothing about it was reported or compared yet. A sync asks for "
                "it."
            )
        )
    return found


def targets_of(entity: Entity) -> list[Target]:
    """What there is to be looked at: every step that works on its type, and those that have a record of it. Raises
    `Refused` for a type that nothing works on."""
    config = settings.CONFIG
    steps = [spec for spec in registry.runnable() if not spec.only_if or getattr(config, spec.only_if)]
    works_on = {spec.name: registry.works_on(spec) for spec in steps}
    names = [name for name, types in works_on.items() if entity.kind in types]
    names += [row.step for row in entity.records if row.step in works_on and row.step not in names]
    if not names:
        kinds = {kind for types in works_on.values() for kind in types} - registry.own_types()
        known = sorted(map(config.espocrm_names.entity, kinds))
        raise _unknown(
            _("The hub works on no entities of this type. It does on: %(types)s") % {"types": ", ".join(known)}
        )
    return [Target(name, entity.kind, entity.id) for name in names]


def _bad(words: str) -> Refused:
    return Refused(ProxyRefusal.BAD_QUESTION, words)


def _unknown(words: str) -> Refused:
    return Refused(ProxyRefusal.UNKNOWN_ENTITY, words)
