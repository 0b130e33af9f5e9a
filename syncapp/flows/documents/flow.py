"""Documents of the CRM, made searchable at xAI: what belongs to this flow."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.events.spec import Adoption, Flow, StepSpec, http, topic
from syncapp.events.topics import topic_of
from syncapp.flows.documents.reasons import Why
from syncapp.kit.marking import gettext_noop

DOCUMENT_SYNC, JOIN_SYNC = "document_sync", "join_sync"
REASONS = {
    "no_parent": _("The document has no parent with a collection: it is not made searchable."),
    "no_file": _("The document has no file. Upload a file in the CRM if there should be one."),
    "unsupported_type": _(
        "This type of file can't be made searchable: a picture, sound, film, a program, an old presentation. A picture "
        "of a text becomes searchable when it is uploaded as a PDF with text recognition."
    ),
    "mail_as_file": _(
        "A mail as a file (.eml) can't be made searchable. Save it as .msg or PDF and upload that in the CRM, "
        "with the attachments as documents of their own."
    ),
    "too_large": _("The file is larger than allowed. Split or shrink it in the CRM, then it is tried again."),
    "empty_file": _("The file is empty. Upload it again in the CRM."),
    "indexing": _("The document is uploaded and being made searchable. Nothing to do."),
    "indexing_failed": _(
        "xAI could not read the document. Open it; if it is damaged, upload it again in the CRM. Then it runs by "
        "itself."
    ),
    "file_mismatch": _(
        "The downloaded file is not the one the CRM describes. Upload it again in the CRM. Then it runs by itself."
    ),
}


LABELS = {
    "sha256": gettext_noop("Check sum (SHA-256)"),
    "md5": gettext_noop("Check sum (MD5)"),
    FIELDS.md5: gettext_noop("Check sum (MD5)"),
    "attachment": gettext_noop("File in EspoCRM"),
    FIELDS.file_status: gettext_noop("State of the file"),
    FIELDS.old_file_status: gettext_noop("State of the file"),
    FIELDS.xai_id: gettext_noop("File at xAI"),
    FIELDS.xai_collections: gettext_noop("Its collections at xAI"),
    FIELDS.collection_id: gettext_noop("Collection at xAI"),
    FIELDS.xai_synced_hash: gettext_noop("Check sum of what is at xAI"),
    FIELDS.xai_status: gettext_noop("State at xAI"),
    FIELDS.xai_error: gettext_noop("Fault at xAI"),
    FIELDS.sync_error: gettext_noop("Fault of the sync"),
    FIELDS.sync_failed_at: gettext_noop("Failed at"),
    FIELDS.synced_at: gettext_noop("Time of the last sync"),
    FIELDS.parent_status: gettext_noop("Status"),
}


def flow() -> Flow:
    parents, joins = settings.CONFIG.COLLECTION_ENTITIES, tuple(settings.CONFIG.LINK_ENTITIES.values())
    return Flow(
        "documents",
        _("Documents of the CRM made searchable at xAI"),
        receives=(FIELDS.document_entity, *joins),
        steps=(
            StepSpec(
                "link_webhook",
                _("Receives links made and removed in the CRM"),
                (http("POST /vmh/webhook/entity/link"), http("POST /vmh/webhook/entity/unlink")),
                emits=tuple(topic_of(kind, "update") for kind in (FIELDS.document_entity, *parents)),
                title=_("Links in the CRM"),
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
            *_of_joins(),
        ),
        adoptions=(
            Adoption(
                "documents",
                "syncapp.flows.documents.adopting.DocumentsTakenOver",
                _("Documents"),
                ("espocrm", "xai"),
                after=("collections",),
            ),
        ),
        fields=lambda: LABELS,
        reasons=REASONS,
        mended_by_data=frozenset({Why.INDEXING_FAILED, Why.FILE_MISMATCH}),
    )


def _of_joins() -> Iterator[StepSpec]:
    config = settings.CONFIG
    if told := [kind for kind in config.LINK_ENTITIES.values() if kind in config.WEBHOOK_ENTITIES.values()]:
        yield StepSpec(
            JOIN_SYNC,
            _("Has a document looked at when the CRM joins it to a parent, or no longer does"),
            tuple(topic(topic_of(kind, "*")) for kind in told),
            emits=(topic_of(FIELDS.document_entity, "update"),),
            runs="syncapp.flows.documents.joins.JoinSync",
            systems=("espocrm",),
            entity_types=tuple(told),
            title=_("Documents at their parents"),
        )
