"""What an EspoCRM has of what the hub needs, under the names that it has there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncapp.clients.espocrm.administration import EspoAdministration
from syncapp.clients.espocrm.names import Names
from syncapp.clients.espocrm.statuses import Table
from syncapp.management.needs import PERSON, Need, Needs

_PREFIXED = re.compile(r"[Cc][A-Z]")
_TEXT = {"type": "varchar"}
# What the Entity Manager's templates bring, as far as the hub cares (Core/Templates/Metadata).
TEMPLATES: Mapping[str, Mapping[str, Any]] = {
    PERSON: {
        "name": {"type": "personName"},
        "salutationName": {"type": "enum", "options": ["", "Mr.", "Ms.", "Mrs.", "Dr."]},
        "firstName": _TEXT,
        "lastName": _TEXT | {"required": True},
        "emailAddress": {"type": "email"},
        "phoneNumber": {"type": "phone"},
    },
}


@dataclass(frozen=True, slots=True)
class Type:
    """`name`: as EspoCRM calls it, or is going to. `own`: it was made with the Entity Manager. `shown`: what stands on
    the page of a record."""

    ours: str
    name: str
    there: bool
    own: bool
    versions: bool
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Landscape:
    """`prefixes`: EspoCRM puts C or c before new names."""

    types: Mapping[str, Type]
    names: Names
    prefixes: bool
    statuses: Table = field(default_factory=dict)

    def words(self, of: Type, need: Need) -> tuple[str, ...]:
        """The options of a field as this installation is to spell them."""
        spelled = self.statuses.get(f"{of.ours}.{need.name}", {})
        return tuple(dict.fromkeys(spelled.get(word, word) for word in need.options))

    def field_name(self, of: Type, ours: str) -> str:
        """The name that a field or link has, or is going to have."""
        told = self.names.attribute(of.ours, ours)
        if told in of.fields or told in of.links or of.own or not self.prefixes:
            return told
        return prefixed(told, "c")

    def asked(self, of: Type, name: str) -> str:
        """What is asked for so that `name` comes out."""
        return name if of.own or not self.prefixes else bare(name)


def read(crm: EspoAdministration, needed: Iterable[Needs], names: Names, statuses: Table) -> Landscape:
    prefixes = crm.prefixes()
    types = {needs.entity_type: _type(crm, needs, names, prefixes) for needs in needed}
    return Landscape(types, names, prefixes, statuses)


def _type(crm: EspoAdministration, needs: Needs, names: Names, prefixes: bool) -> Type:
    """Looked for by the name that the settings tell, then by the one that EspoCRM makes of it."""
    told = names.entity(needs.entity_type)
    new = prefixed(told, "C") if prefixes else told
    for name in dict.fromkeys((told, new)):
        if scope := crm.scope(name):
            found = crm.definition(name)
            versions = bool(found.get("optimisticConcurrencyControl"))
            parts = {key: found.get(key) or {} for key in ("fields", "links")}  # PHP writes an empty map as []
            return Type(
                needs.entity_type, name, True, bool(scope.get("isCustom")), versions, **parts, shown=crm.shown(name)
            )
    template = {"name": _TEXT} | dict(TEMPLATES.get(needs.template, {}))
    return Type(needs.entity_type, new, False, True, False, template)


def prefixed(name: str, letter: str) -> str:
    return name if _PREFIXED.match(name) else letter + name[:1].upper() + name[1:]


def bare(name: str) -> str:
    """The name without the prefix, which EspoCRM puts there itself."""
    if not _PREFIXED.match(name):
        return name
    rest = name[1:]
    return rest if name[0] == "C" else rest[:1].lower() + rest[1:]


def renamed(there: Landscape, needed: Iterable[Needs]) -> tuple[dict[str, str], dict[str, str]]:
    """ESPOCRM_ENTITIES and ESPOCRM_FIELDS as they have to be: those that are set, and what is called otherwise."""
    types, fields = dict(there.names.entities), dict(there.names.fields)
    for needs in needed:
        found = there.types[needs.entity_type]
        if found.name != needs.entity_type:
            types[needs.entity_type] = found.name
        for need in needs.fields:
            name = there.field_name(found, need.name)
            if name != need.name and name in found.fields:
                fields[f"{needs.entity_type}.{need.name}"] = name
    return types, fields
