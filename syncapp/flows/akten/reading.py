"""What stands in a case of the CRM, and which Akten of Advoware that means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from syncapp.clients.errors import EntityTypeUnknown
from syncapp.clients.espocrm import EspoClient
from syncapp.clients.http.parse import Values
from syncapp.flows.akten.advoware import Akten
from syncapp.flows.akten.mapping import Names, canonical
from syncapp.flows.akten.plan import Akte, CaseState
from syncapp.flows.parents import Life, life_of
from syncapp.models import SystemName


def names_of(entity_type: str) -> Names:
    return Names(**settings.CONFIG.MATTER_ENTITIES[entity_type])


def lacking(crm: EspoClient, entity_type: str) -> tuple[str, ...]:
    """The fields that the CRM does not have; all of them where the hub may not see the type."""
    needed = names_of(entity_type).needed
    try:
        present = crm.metadata(entity_type).fields
    except EntityTypeUnknown:
        return needed
    return tuple(name for name in needed if name not in present)


def case_of(entity_type: str, raw: Mapping[str, Any]) -> CaseState:
    """The case alone. A field that the answer leaves out is one that the hub may not read."""
    names, values = names_of(entity_type), Values(SystemName.ESPOCRM, raw)
    status = values.text(names.status) if names.status else ""
    resting = life_of(entity_type, status, settings.CONFIG.parent_status) is not Life.ACTIVE
    hidden = tuple(name for name in names.needed if not values.holds(name))
    return CaseState(
        names,
        _number(raw.get(names.id)),
        _text(raw.get(names.reference)),
        lacking=hidden,
        resting=bool(names.status) and resting,
    )


def found(case: CaseState, akten: Akten) -> tuple[Akte, ...]:
    return akten.numbered(case.akte_id) if case.akte_id else akten.named(canonical(case.reference))


def _number(value: object) -> str:
    """Of a field for whole numbers 0 may be the default: no Akte has it, nor has a party."""
    text = _text(value)
    return text if text.strip("0") else ""


def _text(value: object) -> str:
    """The number of an Akte is a text or a whole number, as the firm has made its field."""
    return "" if value is None or isinstance(value, bool) else str(value).strip()
