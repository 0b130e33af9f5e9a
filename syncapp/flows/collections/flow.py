"""Collections at xAI for the parents of documents: what belongs to this flow."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.events.spec import Adoption, Flow, StepSpec, topic
from syncapp.events.topics import topic_of

COLLECTION_SYNC = "collection_sync"
REASONS = {
    "collection_pending": _("The collection of a parent is being created first. Nothing to do."),
    "no_collection": _(
        "This kind of entity gets no collection: the hub's settings do not name it, or the CRM does not link it to "
        "documents or has no field for the collection."
    ),
    "no_documents": _("There is no document yet. The collection is made when the first one comes; nothing to do."),
    "parent_paused": _(
        "Paused: its status, for a document that of what it belongs to, says that it is left alone. Nothing is written "
        "until that changes in the CRM."
    ),
    "parent_closed": _("The entity is closed; its documents were taken out of the collection."),
    "deletion_proposed": _(
        "The entity is closed. Its collection may be deleted: please confirm it on the page of orphans."
    ),
}


def flow() -> Flow:
    parents = settings.CONFIG.COLLECTION_ENTITIES
    return Flow(
        "collections",
        _("Collections at xAI for the matters and parties of the CRM"),
        receives=parents,
        steps=(
            StepSpec(
                COLLECTION_SYNC,
                _("Makes, renames and closes the collection of a parent of documents"),
                tuple(topic(topic_of(kind, "*")) for kind in parents),
                emits=(topic_of(FIELDS.document_entity, "update"),),
                runs="syncapp.flows.collections.sync.CollectionSync",
                systems=("espocrm", "xai"),
                entity_types=parents,
                only_if="COLLECTION_ENTITIES",
                title=_("Collections"),
            ),
        ),
        adoptions=(
            Adoption(
                "collections",
                "syncapp.flows.collections.adopting.CollectionsTakenOver",
                _("Collections"),
                ("espocrm", "xai"),
            ),
        ),
        reasons=REASONS,
    )
