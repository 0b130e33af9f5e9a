"""Which fields and links an entity type really has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from syncapp.clients.errors import EntityTypeUnknown
from syncapp.clients.espocrm.types import SYSTEM, EspoRecord
from syncapp.clients.http.parse import Values, of, the_object


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
    options: Mapping[str, frozenset[str]]  # of enumerations that say them themselves

    @classmethod
    def from_api(cls, raw: object) -> Self:
        """``GET Metadata?key=entityDefs.X``. An unknown type comes back as 200 with nothing: ``EntityTypeUnknown``."""
        if raw is None or raw is False or raw == [] or raw == {}:
            raise EntityTypeUnknown(SYSTEM, "not_in_metadata")
        definition = the_object(SYSTEM, raw)
        # PHP writes an empty map as []
        fields, links = (the_object(SYSTEM, definition.get(key) or {}, key) for key in ("fields", "links"))
        read = {name: LinkMeta.from_api(link) for name, link in links.items()}
        # a link to "any" parent names no type
        linked = {name: link for name, link in read.items() if link.entity_type}
        return cls(frozenset(fields), linked, dict(_options(fields)))


def _options(fields: Mapping[str, object]) -> Iterator[tuple[str, frozenset[str]]]:
    for name, field in fields.items():
        if isinstance(field, Mapping) and field.get("type") == "enum" and isinstance(field.get("options"), list):
            yield name, frozenset(map(str, field["options"]))
