"""The comparisons that look at several flows at once. What looks at one flow alone is declared there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.events.spec import Brake, Comparison, Flow
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.beteiligte.flow import PARTY_BRINGING, PARTY_SYNC
from syncapp.flows.collections.flow import COLLECTION_SYNC
from syncapp.flows.comparing.notes import WouldChange, WouldMove
from syncapp.flows.differences import ONLY_A_LOOK, How
from syncapp.flows.documents.flow import DOCUMENT_SYNC
from syncapp.flows.tasks.flow import TASK_MIRROR

CHANGES, EVERYTHING, PARTIES, ALL_PARTIES = "changes", "everything", "parties", "all_parties"
# Comparing everything costs one or two calls for each parent of documents: ten thousand take about half an hour.
LONGEST_SECONDS = 3 * 3600
XAI, ADVOWARE = ("espocrm", "xai"), ("espocrm", "advoware")

UNUSUAL = Brake(
    frozenset({How.NEW, How.GONE, How.LINKS}),
    "MASS_CHANGE_LIMIT",
    "MASS_CHANGE_PERCENT",
    WouldMove,
    _(
        "This comparison would bring in or take away unusually much at once. That is right when the hub meets the "
        "documents of the firm for the first time; else it is more often an outage or a mistake than an intention. "
        "None of it was done yet."
    ),
    _(
        "Has another hub served this firm before? Then take over what is there first (Machinery, Take over). Else "
        "check in the CRM whether so many entities are really new, deleted, closed or unlinked. If yes, confirm; if "
        "no, leave it: the next comparison looks again."
    ),
    _(
        "Everything that differs is brought into agreement: what is new is uploaded, what is gone is taken away. Have "
        "you checked the CRM?"
    ),
    (DOCUMENT_SYNC, COLLECTION_SYNC),
)
WRITING = Brake(
    frozenset(How) - ONLY_A_LOOK,
    "PARTIES_CHANGE_LIMIT",
    "PARTIES_CHANGE_PERCENT",
    WouldChange,
    _(
        "This comparison would write unusually many parties at once. That is right when the hub meets them for the "
        "first time; else it is more often a mistake than an intention. Nothing was written yet."
    ),
    _(
        "Look at some of them: open a party by its id and press Preview; it shows what would be written where. If it "
        "is right, confirm; if not, leave it: the next comparison looks again."
    ),
    _("All these parties and bank accounts are brought into agreement. Have you looked at some previews?"),
    (PARTY_SYNC, BANK_SYNC),
)


def flow() -> Flow:
    return Flow(
        "comparing",
        _("Comparisons of several flows at once"),
        comparisons=(
            Comparison(
                CHANGES,
                "syncapp.flows.comparing.documents.changes",
                _("Changes in the CRM"),
                "only what changed in EspoCRM since the last scheduled comparison",
                _("Compares what changed in the CRM lately, because webhooks get lost"),
                XAI,
                "*/15 * * * *",
                (DOCUMENT_SYNC, COLLECTION_SYNC),
                brake=UNUSUAL,
            ),
            Comparison(
                EVERYTHING,
                "syncapp.flows.comparing.documents.everything",
                _("Everything, links included"),
                "all documents and their parents, links and xAI included (the default; may take long)",
                _("Compares everything, links included, and looks for orphans"),
                XAI,
                "30 2 * * *",
                (DOCUMENT_SYNC, COLLECTION_SYNC),
                LONGEST_SECONDS,
                UNUSUAL,
            ),
            Comparison(
                PARTIES,
                "syncapp.flows.comparing.parties.changes",
                _("Changes at parties and bank accounts"),
                "parties and bank accounts: what changed in EspoCRM or Advoware since then",
                _("Compares what changed at parties and bank accounts, in the CRM and in Advoware"),
                ADVOWARE,
                "7-59/15 * * * *",
                (PARTY_SYNC, PARTY_BRINGING, BANK_SYNC),
                brake=WRITING,
            ),
            Comparison(
                ALL_PARTIES,
                "syncapp.flows.comparing.parties.everything",
                _("All parties and bank accounts"),
                "all parties and bank accounts",
                _("Compares all parties and bank accounts with Advoware"),
                ADVOWARE,
                "15 3 * * *",
                (PARTY_SYNC, PARTY_BRINGING, BANK_SYNC, PARTY_ACCOUNTS, TASK_MIRROR),
                LONGEST_SECONDS,
                WRITING,
            ),
        ),
    )
