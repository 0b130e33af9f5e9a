"""The comparisons that look at several flows at once. What looks at one flow alone is declared there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.events.spec import Comparison, Flow
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.collections.flow import COLLECTION_SYNC
from syncapp.flows.documents.flow import DOCUMENT_SYNC
from syncapp.flows.tasks.flow import TASK_MIRROR

CHANGES, EVERYTHING, PARTIES, ALL_PARTIES = "changes", "everything", "parties", "all_parties"
# Comparing everything costs one or two calls for each parent of documents: ten thousand take about half an hour.
LONGEST_SECONDS = 3 * 3600
XAI, ADVOWARE = ("espocrm", "xai"), ("espocrm", "advoware")


def flow() -> Flow:
    return Flow(
        "comparing",
        _("Comparisons of several flows at once"),
        comparisons=(
            Comparison(
                CHANGES,
                _("Changes in the CRM"),
                "only what changed in EspoCRM since the last scheduled comparison",
                _("Compares what changed in the CRM lately, because webhooks get lost"),
                XAI,
                "*/15 * * * *",
                (DOCUMENT_SYNC, COLLECTION_SYNC),
            ),
            Comparison(
                EVERYTHING,
                _("Everything, links included"),
                "all documents and their parents, links and xAI included (the default; may take long)",
                _("Compares everything, links included, and looks for orphans"),
                XAI,
                "30 2 * * *",
                (DOCUMENT_SYNC, COLLECTION_SYNC),
                LONGEST_SECONDS,
            ),
            Comparison(
                PARTIES,
                _("Changes at parties and bank accounts"),
                "parties and bank accounts: what changed in EspoCRM or Advoware since then",
                _("Compares what changed at parties and bank accounts, in the CRM and in Advoware"),
                ADVOWARE,
                "7-59/15 * * * *",
                (PARTY_SYNC, BANK_SYNC),
            ),
            Comparison(
                ALL_PARTIES,
                _("All parties and bank accounts"),
                "all parties and bank accounts",
                _("Compares all parties and bank accounts with Advoware"),
                ADVOWARE,
                "15 3 * * *",
                (PARTY_SYNC, BANK_SYNC, PARTY_ACCOUNTS, TASK_MIRROR),
                LONGEST_SECONDS,
            ),
        ),
    )
