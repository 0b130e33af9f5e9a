"""Which fields and links an entity type really has, remembered per process for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from syncapp.clients.errors import EntityTypeUnknown
from syncapp.clients.espocrm.types import SYSTEM
from syncapp.clients.http.parse import Values, the_object


@dataclass(frozen=True, slots=True)
class LinkMeta:
    """``entity_type`` is on the other side, ``foreign`` the name of the link seen from there ("" = none)."""

    entity_type: str
    foreign: str
    kind: str = ""  # hasMany, belongsTo, ...


@dataclass(frozen=True, slots=True)
class EntityMeta:
    fields: frozenset[str]  # fields, not attributes: a file field `x` has the attributes `xId` and `xName`
    links: Mapping[str, LinkMeta]

    @classmethod
    def from_api(cls, raw: object) -> EntityMeta:
        """``GET Metadata?key=entityDefs.X``. An unknown type comes back as 200 with nothing: ``EntityTypeUnknown``."""
        if raw is None or raw is False or raw == [] or raw == {}:
            raise EntityTypeUnknown(SYSTEM, "not_in_metadata")
        definition = the_object(SYSTEM, raw)
        links = {}
        for name, link in _part(definition, "links").items():
            values = Values.of(SYSTEM, link)
            if values.text("entity"):  # a link to "any" parent names no type
                links[name] = LinkMeta(values.text("entity"), values.text("foreign"), values.text("type"))
        return cls(frozenset(_part(definition, "fields")), links)


def _part(definition: Mapping[str, object], key: str) -> Mapping[str, object]:
    part = definition.get(key)
    return the_object(SYSTEM, part, key) if part else {}  # PHP writes an empty map as []


class MetadataCache:
    """Threads may load the same type twice, which costs a call and harms nothing."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], tuple[float, EntityMeta]] = {}
        self._lock = Lock()

    def get(self, base_url: str, entity_type: str) -> EntityMeta | None:
        with self._lock:
            entry = self._entries.get((base_url, entity_type))
        return entry[1] if entry is not None and monotonic() < entry[0] else None

    def put(self, base_url: str, entity_type: str, meta: EntityMeta, ttl: float) -> None:
        with self._lock:
            self._entries[base_url, entity_type] = (monotonic() + ttl, meta)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
