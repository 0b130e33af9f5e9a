"""Postal addresses of parties, which are compared and never written: what belongs to this flow."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm import FIELDS
from syncapp.events.spec import Comparison, Flow, StepSpec, topic
from syncapp.events.topics import ACTIONS, TASK_CHANGED, topic_of
from syncapp.flows.adressen.plan import ADDRESS, Why
from syncapp.kit.marking import gettext_noop

ADDRESS_LOOK, ADDRESSES = "address_look", "addresses"
LONGEST_SECONDS = 3 * 3600
REASONS = {
    str(Why.NO_NUMBER): _("The party has no number of Advoware yet, so there is no address to compare with."),
    str(Why.NOT_THERE): _("Advoware does not know the party's number, so there is no address to compare with."),
}


def flow() -> Flow:
    comparison = Comparison(
        ADDRESSES,
        "syncapp.flows.adressen.scan.everything",
        _("Addresses of parties"),
        "postal addresses of parties",
        _("Has the addresses of all parties compared with Advoware"),
        ("espocrm", "advoware"),
        "20 4 * * *",
        (ADDRESS_LOOK,),
        LONGEST_SECONDS,
    )
    return Flow(
        "adressen",
        _("Postal addresses of parties, which are compared and never written"),
        receives=(FIELDS.party_entity,),
        steps=(
            StepSpec(
                ADDRESS_LOOK,
                _("Compares the postal address of a party in the CRM with those in Advoware"),
                tuple(topic(topic_of(FIELDS.party_entity, action)) for action in ACTIONS),
                emits=(TASK_CHANGED,),
                runs="syncapp.flows.adressen.sync.AddressLook",
                systems=("espocrm", "advoware"),
                only_if="ADDRESS_NOTICES",
                title=_("Addresses"),
            ),
        ),
        comparisons=(comparison,) if settings.CONFIG.ADDRESS_NOTICES else (),
        fields=lambda: {ADDRESS: gettext_noop("Address")},
        reasons=REASONS,
    )
