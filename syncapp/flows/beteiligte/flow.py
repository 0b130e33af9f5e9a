"""Parties of the CRM and of Advoware, both ways: what belongs to this flow."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.events.spec import Adoption, Flow, StepSpec, topic
from syncapp.events.topics import ACTIONS, TASK_CHANGED, topic_of
from syncapp.flows.beteiligte import fields
from syncapp.flows.beteiligte.journal import Write
from syncapp.flows.limits import Resource

PARTY_SYNC, PARTY_BRINGING = "beteiligte_sync", "party_bringing"
RENAMED = topic_of(FIELDS.party_entity, "collection")
ACCOUNTS = "vmh.bankkonten.check"
REASONS = {
    "no_name": _("The party has no name. Enter it in the CRM; then it is created in Advoware."),
    "gone_there": _("The party does not exist in Advoware any more. Staff decided to leave it so."),
    "number_taken": _(
        "Two parties of the CRM bear the same Advoware number. Correct the number at one of them, then press Retry."
    ),
    "nameless_there": _("The party has no name in Advoware. Enter it there; the next comparison brings it to the CRM."),
    "nowhere": _("Advoware does not have this party (any more), so there is nothing to bring to the CRM."),
}


def flow() -> Flow:
    named = FIELDS.party_entity in settings.CONFIG.COLLECTION_ENTITIES
    collection = (RENAMED,) if named else ()  # else nobody would hear it
    restored = frozenset({*map(str, fields.Kind), *(each.name for each in fields.TABLE)})
    return Flow(
        "beteiligte",
        _("Parties of the CRM and of Advoware, both ways"),
        receives=(FIELDS.party_entity,),
        steps=(
            StepSpec(
                PARTY_SYNC,
                _("Brings a party and its contacts into agreement between the CRM and Advoware"),
                (
                    *(topic(topic_of(FIELDS.party_entity, action)) for action in ACTIONS),
                    topic("advoware.party.wanted"),
                ),
                emits=(ACCOUNTS, TASK_CHANGED, *collection),
                runs="syncapp.flows.beteiligte.sync.BeteiligteSync",
                systems=("espocrm", "advoware"),
                title=_("Parties"),
            ),
            StepSpec(
                PARTY_BRINGING,
                _("Creates a party that only Advoware has in the CRM"),
                emits=(topic_of(FIELDS.party_entity, "update"), TASK_CHANGED),
                runs="syncapp.flows.beteiligte.bringing.PartyBringing",
                systems=("espocrm", "advoware"),
                entity_types=(Resource.PARTY,),
                only_if="PARTIES_TO_ESPOCRM",
                title=_("Parties from Advoware"),
            ),
        ),
        own_types=(Resource.PARTY,),
        adoptions=(
            Adoption(
                "parties", "syncapp.flows.beteiligte.adopting.PartiesTakenOver", _("Parties"), ("espocrm", "advoware")
            ),
        ),
        undoable=dict.fromkeys((Write.UPDATE, Write.CONTACT, Write.CRM), restored),
        fields=fields.labels,
        reasons=REASONS,
    )
