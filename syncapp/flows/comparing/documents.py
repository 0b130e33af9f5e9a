"""What differs between the CRM and xAI, at documents and the collections of their parents."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.engine.outside import connections
from syncapp.flows import cursors
from syncapp.flows.collections import scan as collections_scan
from syncapp.flows.comparing import landscape, orphans
from syncapp.flows.differences import Found
from syncapp.flows.documents import scan as documents_scan


def changes() -> Iterator[Found]:
    """What changed in the CRM since the last comparison."""
    crm = connections.espocrm()
    cursor = f"changes:{FIELDS.document_entity}"
    yield from documents_scan.changed(crm, cursors.since(cursor), cursor)
    for kind in landscape.parent_types(crm):
        cursor = f"changes:{kind}"
        yield from collections_scan.changed(crm, kind, cursors.since(cursor), cursor)


def everything() -> Iterator[Found]:
    """All of both sides, links included; and what is at xAI and nothing points to."""
    crm, xai = connections.espocrm(), connections.xai()
    begun = timezone.now()
    view = landscape.survey(crm, xai)
    for kind, parents in view.parents.items():
        yield from collections_scan.everything(kind, parents, frozenset(view.collections), view.having_documents[kind])
    yield from documents_scan.everything(crm, view.wanted, view.present, view.untold)
    yield Found(then=lambda: orphans.find(view), cursors={documents_scan.PROVED: begun})
