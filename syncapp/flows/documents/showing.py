"""A document in EspoCRM and at xAI: its content and where it belongs, as people read it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.engine.runs.planning import Compared
from syncapp.flows.documents.state import DocumentState


def compared(state: DocumentState) -> tuple[Compared, ...]:
    """Empty for one that is gone in the CRM."""
    return tuple(_rows(state)) if state.document is not None else ()


def _rows(state: DocumentState) -> Iterator[Compared]:
    agreed, content = state.agreed.content, state.content
    here, there = state.described, content.md5 if content else ""
    # EspoCRM says nothing of most files; what the hub has uploaded of this one is this one then.
    yield Compared("md5", agreed.md5 if agreed else "", here, there, bool(there) and here in ("", there))
    inside = {each.collection_id for each in state.memberships} | set(state.indexed)
    for each in sorted({*state.wanted, *inside}):
        was, here, there = (each if each in place else "" for place in (state.agreed.collections, state.wanted, inside))
        yield Compared(FIELDS.collection_id, was, here, there, bool(here and there))
