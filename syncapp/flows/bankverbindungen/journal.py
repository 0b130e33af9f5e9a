"""How writes of bank accounts are noted, and what an entry of the journal meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from syncapp.flows.bankverbindungen.fields import TABLE
from syncapp.flows.lens.core import Unreadable
from syncapp.flows.lens.declaration import Side
from syncapp.flows.lens.own import Own
from syncapp.models import JournalAction, JournalEntry, JournalState


class AccountWrite(JournalAction):
    CREATE = "create_bank_account", _("bank account created in Advoware")
    CRM = "update_crm_bank_account", _("bank account changed in the CRM")


def own_writes(entries: Iterable[JournalEntry], number: int) -> Mapping[str, tuple[Own[str], ...]]:
    """What the entries may have changed, by field, oldest first; a write that was refused changed nothing.

    `number`: of the party; what was created for another one is another account.
    """
    own: dict[str, tuple[Own[str], ...]] = defaultdict(tuple)
    for entry in entries:
        here = entry.action == AccountWrite.CRM
        there = entry.action == AccountWrite.CREATE and entry.target_id == str(number)
        if entry.state == JournalState.FAILED or not (here or there):
            continue
        for each in TABLE:
            lens = each.here if here else each.there
            said = lens.get({lens.name: entry.changes.get(lens.name, ("", ""))[1]})
            if lens.name in entry.changes and not isinstance(said, Unreadable):
                # Advoware may answer a creation that never happened; the CRM answers with the whole account.
                seen = here and entry.state == JournalState.DONE
                own[each.name] += (Own(Side.HERE if here else Side.THERE, said, seen),)
    return own
