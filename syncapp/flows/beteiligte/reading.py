"""Reads a party on both sides, and asks no more than the decision needs."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import FIELDS, EspoClient, EspoParty
from syncapp.engine.runs.run import Run
from syncapp.flows import directions
from syncapp.flows.beteiligte import journal, register, search
from syncapp.flows.beteiligte.agreement import Agreed, with_own_writes
from syncapp.flows.beteiligte.fields import SYSTEMS, Rules
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, PartyFields, advoware_side, crm_side
from syncapp.flows.beteiligte.state import Choice, Creation, PartyState, Shown
from syncapp.flows.beteiligte.taking_back import take_back
from syncapp.people import conflicts, tasks, undos, written


def bookkeeping(side: AdvowareSide) -> dict[str, object]:
    """What EspoCRM shows of the sync when all is well, its status apart."""
    contacts = sorted(side.contacts.entries.kinds if side.contacts else ())
    return {
        FIELDS.party_row_id: side.party.row_id,
        FIELDS.party_error: "",
        FIELDS.party_contact_hash: sha256("\n".join(contacts).encode()).hexdigest()[:32],
    }


def stale(crm: CrmSide, advoware: AdvowareSide) -> bool:
    """The hash of the contacts tells nobody anything: it goes along with what is written, and a hub before this one may
    have made it otherwise."""
    wanted = bookkeeping(advoware)
    if crm.shown.get(FIELDS.party_contact_hash):
        del wanted[FIELDS.party_contact_hash]
    return crm.number != advoware.number or any(
        (crm.shown[name] or "") != value for name, value in wanted.items() if name in crm.shown
    )


_SIDES = {system: side for side, system in SYSTEMS.items()}


class Reader:
    def __init__(self, run: Run, crm: EspoClient, advoware: AdvowareClient) -> None:
        self._run, self._crm, self._advoware = run, crm, advoware
        self.rules = Rules.of_settings(settings.CONFIG)

    def read(self) -> PartyState:
        run = self._run
        agreed = Agreed.from_json(run.agreed)
        party = self._party()
        crm = crm_side(party, self.rules) if party is not None else None
        if crm is not None and self._is_echo(crm, agreed):
            return PartyState(agreed, crm, untouched=True)
        if party is not None:  # from here on values may be written
            self.rules = replace(self.rules, takes=self._crm.takes(FIELDS.party_entity))
            crm = crm_side(party, self.rules)
        reference = register.reference(run.entity_type, run.entity_id)
        known, noted = register.number(reference), register.noted(reference)
        if crm is None:
            return self._deleted(agreed, known)
        if FIELDS.party_number not in crm.party.raw:
            return PartyState(agreed, crm, lacking=FIELDS.party_number)
        number, removed = crm.number, None
        if number is None and known is not None:
            number, removed = (None, known) if noted else (known, None)
        state = PartyState(agreed, crm, number, rules=self.rules, writable=directions.writable())
        state = replace(state, closed=tasks.closed_by_hand(run.record))
        if number is None:
            return self._without_number(state, crm, removed)
        if owner := register.other_owner(run.entity_type, run.entity_id, number):
            return replace(state, taken_by=owner)
        return self._with_both(state, crm, number)

    def _party(self) -> EspoParty | None:
        try:
            party = self._crm.party(self._run.entity_id)
        except NotFound:
            return None
        return None if party.deleted else party

    def _is_echo(self, crm: CrmSide, agreed: Agreed) -> bool:
        """Whether the CRM's side is as it was agreed and nobody asked for more: then one read is enough."""
        run = self._run
        if run.full or agreed.look or run.record.served < run.claim.request_number - 1:
            return False
        if crm.number is None or crm.number != agreed.number or crm.shown.get("status", Shown.CLEAN) != Shown.CLEAN:
            return False
        return unchanged(crm, agreed)

    def _advoware_side(self, number: int, fields: PartyFields) -> AdvowareSide | None:
        try:
            party = self._advoware.party(number)
        except NotFound:
            return None
        return advoware_side(party, fields, self.rules)

    def _deleted(self, agreed: Agreed, known: int | None) -> PartyState:
        run, number = self._run, known or agreed.number
        state = PartyState(agreed, None, number, closed=tasks.closed_by_hand(run.record))
        state = self._with_undos(state)
        if number is None and (intents := run.unsettled_writes(journal.Write.CREATE)):
            return replace(state, creation=Creation(str(intents[0].pk)))
        if number is None or register.other_owner(run.entity_type, run.entity_id, number):
            return state  # another party of the CRM stands for it now
        return replace(state, advoware=self._advoware_side(number, ()))

    def _without_number(self, state: PartyState, crm: CrmSide, removed: int | None) -> PartyState:
        if removed is not None:
            there = self._advoware_side(removed, crm.fields) is not None
            return self._with_undos(replace(state, removed_number=removed if there else None))
        intents = self._run.unsettled_writes(journal.Write.CREATE)
        if not intents:
            return state
        found = search.look_for(self._advoware, intents[0], crm.fields)
        if found.number is not None:
            return self._with_both(replace(state, number=found.number), crm, found.number)
        if found.candidates or not found.looked:
            return replace(state, creation=Creation(str(intents[0].pk), found.candidates))
        return state

    def _with_both(self, state: PartyState, crm: CrmSide, number: int) -> PartyState:
        advoware = self._advoware_side(number, crm.fields)
        if advoware is None:
            return self._with_undos(state)
        record = self._run.record
        base = state.agreed
        if base.number not in (None, number):
            base = Agreed()  # a person chose another party in Advoware: what was agreed with the old one is void
        else:
            entries = written.entries_since(record, base.journal)
            base = with_own_writes(base, journal.own_writes(entries, self.rules), crm, advoware)
        if base.refused_on != timezone.localdate().isoformat():
            base = replace(base, refused={})  # a day later it gets one more try
        decided = conflicts.decisions(record)
        state = replace(
            state,
            advoware=advoware,
            base=base,
            first=journal.first(self._run.entity_id, crm.party.modified_at, advoware.party.changed_at),
            choices={name: Choice(_SIDES[each.choice], each.here, each.there) for name, each in decided.items()},
            stale_bookkeeping=stale(crm, advoware),
        )
        return self._with_undos(state)

    def _with_undos(self, state: PartyState) -> PartyState:
        asked = undos.requested_undos(self._run.record)
        asked_back = {undo.pk: journal.to_take_back(undo.entry, self.rules) for undo in asked}
        return replace(state, taking_back=take_back(asked_back, state.crm, state.advoware, state.base))


def unchanged(crm: CrmSide, agreed: Agreed) -> bool:
    """Whether the CRM says what it said when both sides agreed. Its lists don't tell the contacts: of these it says by
    the date of the party's last change."""
    if crm.contacts is None:
        if not agreed.stamp or crm.stamp(timezone.now()) != agreed.stamp:
            return False
    elif crm.contacts.entries != agreed.contacts.here:
        return False
    known = {name: base.here for name, base in agreed.fields.items()}
    return all(each.name in known and known[each.name] == crm.said[each.name] for each in crm.fields)
