"""How this installation of EspoCRM calls the hub's entity types, fields and links. Pure.

Inside the hub everything has one name, the firm's. Where an installation says otherwise (ESPOCRM_ENTITIES,
ESPOCRM_FIELDS), names are exchanged on the wire, both ways, and nowhere else. A field of theirs that bears one of our
names and means something else is not ours to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# A field has attributes of these names: a file `x` is `xId` and `xName`, a link to many has `xIds`, mail has `xData`.
ENDINGS = ("Id", "Ids", "Name", "Names", "Type", "Types", "Data")
TYPED = ("parentType", "relatedType")  # attributes whose value is an entity type


@dataclass(frozen=True, slots=True)
class Names:
    """``entities``: ours to theirs; ``fields``: the same for fields and links, by our ``Entity.field``."""

    entities: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def entity(self, ours: str) -> str:
        return self.entities.get(ours, ours)

    def our_entity(self, theirs: str) -> str:
        return _reversed(self.entities).get(theirs, theirs)

    def attribute(self, entity_type: str, ours: str) -> str:
        """Their name for one of our fields, attributes or links of an entity type of ours."""
        return _exchanged(ours, self._of(entity_type))

    def our_attribute(self, entity_type: str, theirs: str) -> str | None:
        """None: it only bears one of our names."""
        table = self._of(entity_type)
        ours = _exchanged(theirs, _reversed(table))
        return None if ours == theirs and _exchanged(theirs, table) != theirs else ours

    def path(self, path: str) -> str:
        """Of a type, of a record, or of what is behind a link of that."""
        entity_type, *rest = path.split("/")
        if len(rest) == 2:
            rest[1] = self.attribute(entity_type, rest[1])
        return "/".join((self.entity(entity_type), *rest))

    def event(self, event: str) -> str:
        """Of a webhook: ``CDokumente.update``."""
        entity_type, dot, action = event.partition(".")
        return self.entity(entity_type) + dot + action

    def our_event(self, event: str) -> str:
        entity_type, dot, action = event.partition(".")
        return self.our_entity(entity_type) + dot + action

    def sent(self, entity_type: str, fields: Mapping[str, object]) -> dict[str, object]:
        typed = {name: self.entity(str(fields[name])) for name in TYPED if fields.get(name)}
        return {self.attribute(entity_type, name): value for name, value in {**fields, **typed}.items()}

    def read(self, entity_type: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        ours = {name: raw[theirs] for name, theirs in self.our_fields(entity_type, raw).items()}
        typed = {name: self.our_entity(str(ours[name])) for name in TYPED if ours.get(name)}
        return {**ours, **typed}

    def our_fields(self, entity_type: str, theirs: Iterable[str]) -> dict[str, str]:
        """Ours to theirs, of those that are ours to see."""
        found = ((self.our_attribute(entity_type, name), name) for name in theirs)
        return {ours: name for ours, name in found if ours is not None}

    def _of(self, entity_type: str) -> dict[str, str]:
        start = f"{entity_type}."
        return {key.removeprefix(start): name for key, name in self.fields.items() if key.startswith(start)}


def _exchanged(name: str, table: Mapping[str, str]) -> str:
    if name in table:
        return table[name]
    for ending in ENDINGS:
        stem = name.removesuffix(ending)
        if stem != name and stem in table:
            return table[stem] + ending
    return name


def _reversed(table: Mapping[str, str]) -> dict[str, str]:
    return {theirs: ours for ours, theirs in table.items()}
