"""Between the journal and the comparison: how writes of parties are noted, and what an entry meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm.fields import MODIFIED_AT
from syncapp.flows.beteiligte import fields
from syncapp.flows.beteiligte.agreement import Written
from syncapp.flows.beteiligte.contacts import Contact, read
from syncapp.flows.beteiligte.fields import ADVOWARE, CRM, Kind, Rules
from syncapp.flows.beteiligte.sides import SAME_SECOND
from syncapp.flows.lens.core import Said, Value, text_of
from syncapp.flows.lens.declaration import Holds, Side
from syncapp.models import JournalAction, JournalEntry, JournalState, SystemName

_KINDS = frozenset(map(str, Kind))
DEPTH = 20  # own writes in a row that are looked through


class Write(JournalAction):
    """The actions of this flow's journal entries."""

    CREATE = "create_party", _("party created in Advoware")
    UPDATE = "update_party", _("party changed in Advoware")
    CONTACT = "update_contact", _("contact entry changed in Advoware")
    CRM = "update_crm_party", _("party changed in the CRM")
    BRING = "create_crm_party", _("party created in the CRM")


def field_changes(before: Mapping[str, Said[str]], targets: Mapping[str, Value[str]]) -> dict[str, list[str]]:
    return {name: [text_of(before.get(name)), text_of(value)] for name, value in targets.items()}


def contact_changes(removed: Iterable[Contact], added: Iterable[Contact]) -> dict[str, list[list[str]]]:
    """{kind: [what goes, what comes]}"""
    changes: dict[str, list[list[str]]] = {}
    for position, contacts in enumerate((removed, added)):
        for contact in contacts:
            changes.setdefault(str(contact.kind), [[], []])[position].append(contact.text)
    return changes


def noted_time(moment: datetime | None) -> dict[str, list[str | None]]:
    """For the journal entry of a write to EspoCRM: when the record was changed before it."""
    return {MODIFIED_AT: [moment.isoformat(), None]} if moment is not None else {}


def own_writes(entries: Iterable[JournalEntry], rules: Rules) -> Iterator[Written]:
    """What the entries may have changed, oldest first; a write that was refused changed nothing."""
    for entry in entries:
        if entry.action in set(Write) and entry.state != JournalState.FAILED:
            yield _written(entry, rules)


def to_take_back(entry: JournalEntry, rules: Rules) -> Written:
    """Nothing, when it can't be taken back."""
    can_be = entry.action in (Write.UPDATE, Write.CONTACT, Write.CRM) and entry.state == JournalState.DONE
    return _written(entry, rules) if can_be else Written(CRM)


def _written(entry: JournalEntry, rules: Rules) -> Written:
    # Without the number of the entry nobody has shown that it was made.
    shown = not (entry.action == Write.CONTACT and entry.target_id.endswith("/"))
    return Written(
        ADVOWARE if entry.system == ADVOWARE else CRM,
        _fields(entry),
        added=_contacts(entry, 1, rules),
        removed=_contacts(entry, 0, rules),
        certain=entry.state == JournalState.DONE and shown,
    )


def _fields(entry: JournalEntry) -> dict[str, tuple[str, str]]:
    ours = {each.name for each in fields.TABLE}
    return {name: (pair[0] or "", pair[1] or "") for name, pair in entry.changes.items() if name in ours}


def _contacts(entry: JournalEntry, position: int, rules: Rules) -> dict[str, Contact]:
    found = {}
    for name, pair in entry.changes.items():
        if name not in _KINDS:
            continue
        for text in pair[position]:
            if contact := read(Kind(name), text, Side.THERE, rules):
                found[contact[0]] = contact[1]
    return found


def first(entity_id: str, crm: datetime | None, advoware: datetime | None) -> Holds:
    """Whose value holds at first contact: that of the side with the newer time, or the only one that is known, or
    EspoCRM's; nobody's when they are equal.

    A person's choice when the hub's own write hides when a person last changed the party in EspoCRM.
    """
    if crm is not None:
        person = _by_a_person(entity_id, crm)
        if person is None:
            return Holds.PERSON
        crm = person
    if crm is None or advoware is None:
        return Holds.THERE if advoware is not None else Holds.HERE
    if abs(crm - advoware) < SAME_SECOND:
        return Holds.NOBODY
    return Holds.HERE if crm > advoware else Holds.THERE


def _by_a_person(entity_id: str, moment: datetime) -> datetime | None:
    """The time before our own writes, which note what it was; None when one of them did not."""
    for _write in range(DEPTH):
        mine = JournalEntry.objects.filter(system=SystemName.ESPOCRM, target_id=entity_id)
        ended = Q(finished_at__gte=moment - SAME_SECOND) | Q(finished_at=None)
        entry = mine.filter(ended, begun_at__lte=moment + SAME_SECOND).order_by("pk").first()
        if entry is None:
            return moment
        before = (entry.changes.get(MODIFIED_AT) or [None])[0]
        if before is None or datetime.fromisoformat(before) >= moment:
            return None
        moment = datetime.fromisoformat(before)
    return None
