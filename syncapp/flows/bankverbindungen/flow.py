"""Bank accounts of the CRM's parties, brought to Advoware: what belongs to this flow."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.events.spec import Adoption, Flow, StepSpec, topic
from syncapp.events.topics import TASK_CHANGED, topic_of
from syncapp.flows.bankverbindungen.fields import labels

BANK_SYNC = "bankverbindungen_sync"
PARTY_ACCOUNTS = "bankverbindungen_of_party"
CHECK_ACCOUNTS = "vmh.bankkonten.check"
PARTY_WANTED = "advoware.party.wanted"
REASONS = {
    "party_pending": _("The party must be in Advoware first. It goes on by itself."),
    "no_party": _("The bank account belongs to no party. Choose the party in the CRM."),
    "party_gone": _(
        "The party of the bank account was deleted in the CRM. Choose another one, or delete the bank account too."
    ),
    "no_iban": _("The bank account has no IBAN. Enter it in the CRM."),
    "iban_invalid": _("The IBAN is not valid. Correct it in the CRM; then it is tried again by itself."),
}


def flow() -> Flow:
    return Flow(
        "bankverbindungen",
        _("Bank accounts of the CRM's parties, brought to Advoware"),
        receives=(FIELDS.bank_entity,),
        steps=(
            StepSpec(
                BANK_SYNC,
                _("Brings a bank account of the CRM to Advoware; what must be done by hand there is a task"),
                (topic(topic_of(FIELDS.bank_entity, "*")),),
                emits=(CHECK_ACCOUNTS, PARTY_WANTED, TASK_CHANGED),
                runs="syncapp.flows.bankverbindungen.sync.BankverbindungenSync",
                systems=("espocrm", "advoware"),
                title=_("Bank accounts"),
            ),
            StepSpec(
                PARTY_ACCOUNTS,
                _("Keeps one default account for each party, and brings accounts of Advoware to the CRM"),
                (topic(CHECK_ACCOUNTS),),
                emits=(topic_of(FIELDS.bank_entity, "update"), TASK_CHANGED),
                runs="syncapp.flows.bankverbindungen.party.PartyAccounts",
                systems=("espocrm", "advoware"),
                entity_types=(FIELDS.party_entity,),
                title=_("Accounts of a party"),
            ),
        ),
        adoptions=(
            Adoption(
                "accounts",
                "syncapp.flows.bankverbindungen.adopting.AccountsTakenOver",
                _("Bank accounts"),
                ("espocrm", "advoware"),
                after=("parties",),
            ),
        ),
        fields=labels,
        reasons=REASONS,
        mended_by_data=frozenset({"iban_invalid"}),
    )
