"""Documents of the CRM, made searchable at xAI: what belongs to this flow."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.events.spec import Flow, StepSpec, http, topic
from syncapp.events.topics import topic_of

DOCUMENT_SYNC = "document_sync"


def flow() -> Flow:
    parents = settings.CONFIG.COLLECTION_ENTITIES
    return Flow(
        "documents",
        _("Documents of the CRM made searchable at xAI"),
        receives=(FIELDS.document_entity,),
        steps=(
            StepSpec(
                "link_webhook",
                _("Receives links made and removed in the CRM"),
                (http("POST /vmh/webhook/entity/link"), http("POST /vmh/webhook/entity/unlink")),
                emits=tuple(topic_of(kind, "update") for kind in (FIELDS.document_entity, *parents)),
            ),
            StepSpec(
                DOCUMENT_SYNC,
                _("Brings a document and its collections at xAI into agreement with the CRM"),
                (topic(topic_of(FIELDS.document_entity, "*")),),
                emits=tuple(topic_of(kind, "collection") for kind in parents),
                runs="syncapp.flows.documents.sync.DocumentSync",
                systems=("espocrm", "xai"),
                title=_("Documents"),
            ),
        ),
    )
