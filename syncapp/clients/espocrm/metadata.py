"""Which fields and links an entity type really has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from syncapp.clients.errors import EntityTypeUnknown
from syncapp.clients.espocrm.names import Names
from syncapp.clients.espocrm.takes import Takes
from syncapp.clients.espocrm.types import SYSTEM, EspoRecord
from syncapp.clients.http.parse import Values, of, the_object

AS_THEY_ARE = Names()
MANY = "hasMany"


@dataclass(frozen=True, slots=True)
class LinkMeta(EspoRecord):
    """``entity_type`` is on the other side, ``foreign`` the name of the link seen from there ("" = none)."""

    entity_type: str = of(Values.text, "entity")
    foreign: str = of(Values.text, "foreign")
    kind: str = of(Values.text, "type", default="")  # hasMany, belongsTo, ...


@dataclass(frozen=True, slots=True)
class EntityMeta:
    fields: frozenset[str]  # fields, not attributes: a file field `x` has the attributes `xId` and `xName`
    links: Mapping[str, LinkMeta]
    takes: Mapping[str, Takes]
    kinds: Mapping[str, str]  # EspoCRM's type of each field

    @classmethod
    def from_api(cls, raw: object, entity_type: str = "", names: Names = AS_THEY_ARE) -> Self:
        """``GET Metadata?key=entityDefs.X``. An unknown type comes back as 200 with nothing: ``EntityTypeUnknown``."""
        if raw is None or raw is False or raw == [] or raw == {}:
            raise EntityTypeUnknown(SYSTEM, "not_in_metadata")
        definition = the_object(SYSTEM, raw)
        # PHP writes an empty map as []
        fields, links = (the_object(SYSTEM, definition.get(key) or {}, key) for key in ("fields", "links"))
        ours = {name: fields[theirs] for name, theirs in names.our_fields(entity_type, fields).items()}
        read = {name: _ours(links[theirs], names) for name, theirs in names.our_fields(entity_type, links).items()}
        # a link to "any" parent names no type
        linked = {name: link for name, link in read.items() if link.entity_type}
        specs = {name: spec for name, spec in ours.items() if isinstance(spec, Mapping)}
        takes = {name: _takes(Takes.from_api(spec), names) for name, spec in specs.items()}
        return cls(frozenset(ours), linked, takes, {name: str(spec.get("type", "")) for name, spec in specs.items()})

    def link_to(self, entity_type: str, foreign: str) -> str | None:
        """The link to many of a type, of several the one that is called `foreign` there; None: it can't be told."""
        many = [name for name, link in self.links.items() if (link.entity_type, link.kind) == (entity_type, MANY)]
        named = [name for name in many if self.links[name].foreign == foreign] or many
        return named[0] if len(named) == 1 else None


def _ours(raw: object, names: Names) -> LinkMeta:
    link = LinkMeta.from_api(raw)
    entity_type = names.our_entity(link.entity_type)
    return replace(link, entity_type=entity_type, foreign=names.our_attribute(entity_type, link.foreign) or "")


def _takes(takes: Takes, names: Names) -> Takes:
    """Entity types that may be a parent by our names; no option of an enumeration is called like one."""
    return replace(takes, options=frozenset(map(names.our_entity, takes.options))) if takes.options else takes
