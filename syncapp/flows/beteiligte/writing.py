"""Writes a party on both sides, each write in the journal before it is made.

One value that a side refuses holds up nothing: it is written without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, AdvowareParty, Communication
from syncapp.clients.errors import Rejected
from syncapp.clients.espocrm import FIELDS, EspoClient, EspoParty
from syncapp.clients.espocrm.changes import espo_time
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.beteiligte import register
from syncapp.flows.beteiligte.actions import AddContact, CreateParty, EmptyContact, ReuseEntry, WriteCrm
from syncapp.flows.beteiligte.agreement import contact_name, place
from syncapp.flows.beteiligte.contacts import Contact, kind_of, lists_after
from syncapp.flows.beteiligte.fields import Kind, Rules
from syncapp.flows.beteiligte.journal import Write, contact_changes, field_changes, noted_time
from syncapp.flows.beteiligte.reading import bookkeeping
from syncapp.flows.beteiligte.remember import Refusals
from syncapp.flows.beteiligte.sides import (
    NOBODY,
    AdvowareSide,
    CrmSide,
    PartyFields,
    advoware_side,
    changed,
    crm_side,
    text_of,
)
from syncapp.flows.beteiligte.state import Shown
from syncapp.flows.lens.core import Value
from syncapp.flows.lens.declaration import Side
from syncapp.flows.limits import Resource
from syncapp.flows.writes import CrmWrite
from syncapp.models import JournalEntry, SystemName

Targets = Mapping[str, Value[str]]


class Writer:
    def __init__(self, run: Run, crm: EspoClient, advoware: AdvowareClient, rules: Rules) -> None:
        self._run, self._crm, self._advoware, self._rules = run, crm, advoware, rules
        self._added: list[tuple[str, JournalEntry]] = []  # contacts of this run, by their canonical value
        self._refused: set[str] = set()
        self._untried: set[str] = set()

    @property
    def refusals(self) -> Refusals:
        return Refusals(frozenset(self._refused), frozenset(self._untried))

    # Advoware

    def create(self, action: CreateParty, fields: PartyFields) -> AdvowareSide:
        """With the other values afterwards, one by one, where Advoware did not take all of them at once."""
        try:
            return advoware_side(self._created(action.targets, fields), fields, self._rules)
        except Rejected:
            needed = {each.name for each in fields if each.needed}
            rest = {name: value for name, value in action.targets.items() if name not in needed}
            if not rest:
                raise
        made = self._created({name: value for name, value in action.targets.items() if name in needed}, fields)
        return self.save(rest, advoware_side(self._advoware.party(made.number), fields, self._rules), fields)

    def _created(self, targets: Targets, fields: PartyFields) -> AdvowareParty:
        run = self._run
        intent = WriteIntent(SystemName.ADVOWARE, Write.CREATE, Resource.PARTY)
        with run.writing(intent, field_changes({}, targets)) as entry:
            number = self._advoware.create_party(changed(fields, Side.THERE, {}, targets))
            entry.target_id = str(number)
            register.remember(run.entity_type, run.entity_id, number)
        return replace(NOBODY, number=number)

    def save(self, targets: Targets, before: AdvowareSide, fields: PartyFields) -> AdvowareSide:
        """What is refused together is tried one by one."""
        try:
            return self._saved(targets, before, fields)
        except Rejected:
            if len(targets) == 1:
                self._refused.update(place(Side.THERE, name) for name in targets)
                return before
        for name, value in targets.items():
            before = self.save({name: value}, before, fields)
        return before

    def _saved(self, targets: Targets, before: AdvowareSide, fields: PartyFields) -> AdvowareSide:
        intent = WriteIntent(SystemName.ADVOWARE, Write.UPDATE, Resource.PARTY, str(before.number))
        with self._run.writing(intent, field_changes(before.said, targets)) as entry:
            values = changed(fields, Side.THERE, before.party.raw, targets)
            now = advoware_side(self._advoware.save_party(before.party, values), fields, self._rules)
            for name in targets:
                # Were a value that was not kept noted as written, its absence would look like a person's edit.
                was, wanted = entry.changes[name]
                shown = text_of(now.said[name])
                if shown == was or wanted.startswith(shown):
                    entry.changes[name] = [was, shown]
        return now

    def add_contact(self, action: AddContact, party: AdvowareParty) -> None:
        try:
            self._added.append((action.key, self._new_contact(action, party)))
        except Rejected:
            self._refused.add(place(Side.THERE, contact_name(action.key)))
            if isinstance(action, ReuseEntry) and action.entry.key:
                self.empty_contact(EmptyContact(action.entry), party)

    def _new_contact(self, action: AddContact, party: AdvowareParty) -> JournalEntry:
        if isinstance(action, ReuseEntry):
            return self._change_entry(party, action.entry.id, action.value, action.contact)
        intent = WriteIntent(SystemName.ADVOWARE, Write.CONTACT, Resource.CONTACT, f"{party.number}/")
        with self._run.writing(intent, contact_changes([], [action.contact])) as entry:
            made = self._advoware.create_communication(party.number, action.kommkz, action.value)
            entry.target_id = f"{party.number}/{made or ''}"
        return entry

    def empty_contact(self, action: EmptyContact, party: AdvowareParty) -> None:
        try:
            self._change_entry(party, action.entry.id, "", None)
        except Rejected:
            self._refused.add(place(Side.THERE, contact_name(str(action.entry.key))))

    def note_contacts(self, now: AdvowareSide) -> None:
        """Contacts that Advoware did not keep were not written: else their absence would look like a person's edit."""
        for key, entry in self._added:
            if now.contacts is not None and key not in now.contacts.entries.kinds:
                entry.changes = {kind: [goes, []] for kind, (goes, _comes) in entry.changes.items()}
                entry.save(update_fields=["changes"])

    def _change_entry(self, party: AdvowareParty, pk: int, value: str, comes: Contact | None) -> JournalEntry:
        entry = _entry(party, pk)
        kind = kind_of(entry.kind, self._rules) or Kind.OTHER
        gone = [Contact(kind, entry.value)] if entry.value else []
        intent = WriteIntent(SystemName.ADVOWARE, Write.CONTACT, Resource.CONTACT, f"{party.number}/{pk}")
        with self._run.writing(intent, contact_changes(gone, [comes] if comes else [])) as written:
            self._advoware.save_communication(party.number, entry, {"tlf": value})
        return written

    # EspoCRM

    def write_crm(self, action: WriteCrm, crm: CrmSide, advoware: AdvowareSide | None) -> tuple[CrmSide, list[str]]:
        """The single write; returns what was answered, and the fields that the CRM did not take."""
        try:
            return self._written(action, crm, advoware)
        except Rejected as error:
            less = self._without(action, str(error.field), crm)
            if less is None:
                raise
        return self.write_crm(less, crm, advoware)

    def _without(self, action: WriteCrm, attribute: str, crm: CrmSide) -> WriteCrm | None:
        """What is left of the write without what the CRM named; None: that is nothing of ours."""
        raw, targets = crm.party.raw, action.targets
        names = {each.name for each in crm.fields if attribute in changed([each], Side.HERE, raw, targets)}
        if names:
            self._refused.update(place(Side.HERE, name) for name in names)
            return replace(action, targets={name: value for name, value in action.targets.items() if name not in names})
        mails = FIELDS.party_mails.startswith(attribute)
        if not (mails or FIELDS.party_phones.startswith(attribute)):
            return None
        kinds = {**{key: contact.kind for key, contact in action.add.items()}, **action.retype}
        suspects = [key for key, kind in sorted(kinds.items()) if (kind is Kind.MAIL) is mails]
        if not suspects:
            return None
        # One alone is the one that was refused; of several the others are left for the next run.
        leave = suspects[1:] or suspects
        noted = self._untried if suspects[1:] else self._refused
        noted.update(place(Side.HERE, contact_name(key)) for key in leave)
        return replace(
            action,
            add={key: contact for key, contact in action.add.items() if key not in leave},
            retype={key: kind for key, kind in action.retype.items() if key not in leave},
        )

    def _written(self, action: WriteCrm, crm: CrmSide, advoware: AdvowareSide | None) -> tuple[CrmSide, list[str]]:
        fields = changed(crm.fields, Side.HERE, crm.party.raw, action.targets)
        changes: dict[str, object] = dict(field_changes(crm.said, action.targets))
        if action.contacts and crm.contacts is not None:
            fields |= lists_after(crm.party, action.remove, action.add.values(), action.retype, self._rules)
            leaving = [crm.contacts.contact(key) for key in sorted(action.remove) if key in crm.contacts.texts]
            changes |= contact_changes(leaving, action.add.values())
            if action.retype:
                kinds = [(key, crm.contacts.kind(key), kind) for key, kind in sorted(action.retype.items())]
                changes[FIELDS.party_phones] = [
                    [f"{key} ({before})" for key, before, _ in kinds],
                    [f"{key} ({after})" for key, _, after in kinds],
                ]
        noted = self._bookkeeping(action, crm, advoware)
        changes |= {name: [crm.shown.get(name), value] for name, value in noted.items()}
        changes |= noted_time(crm.party.modified_at)
        intent = WriteIntent(SystemName.ESPOCRM, Write.CRM, FIELDS.party_entity, self._run.entity_id)
        with self._run.writing(intent, changes):
            raw = self._crm.update(FIELDS.party_entity, self._run.entity_id, {**fields, **noted}, crm.party.version)
        if advoware is not None:
            register.remember(self._run.entity_type, self._run.entity_id, advoware.number, noted=True)
        missing = [name for name in fields if name not in raw]
        if advoware is not None and raw.get(FIELDS.party_number) != advoware.number:
            missing.append(FIELDS.party_number)
        return crm_side(EspoParty.from_api(raw), self._rules), missing

    def _bookkeeping(self, action: WriteCrm, crm: CrmSide, advoware: AdvowareSide | None) -> dict[str, object]:
        """What the CRM shows of the sync, as far as it has fields for it."""
        status = Shown.UNCLEAN if self._refused and action.status == Shown.CLEAN else action.status
        wanted: dict[str, object] = {
            FIELDS.sync_status: str(status),
            FIELDS.party_error: "",
            FIELDS.party_synced_at: espo_time(timezone.now()),
            FIELDS.party_retries: 0,
            FIELDS.party_next_retry: None,
            FIELDS.party_reset_at: None,
        }
        if advoware is not None:
            wanted |= bookkeeping(advoware)
        noted = {name: value for name, value in wanted.items() if name in crm.shown}
        if advoware is not None and crm.number != advoware.number:
            noted[FIELDS.party_number] = advoware.number
        return noted

    def tell_failure(self, party: EspoParty, status: str, text: str) -> None:
        told: Mapping[str, object] = {FIELDS.sync_status: status, FIELDS.party_error: text}
        fields = {name: value for name, value in told.items() if name in party.raw and party.raw[name] != value}
        if not fields:
            return
        changes = {name: [party.raw.get(name), value] for name, value in fields.items()}
        intent = WriteIntent(SystemName.ESPOCRM, CrmWrite.TELL_FAILURE, FIELDS.party_entity, party.id)
        with self._run.writing(intent, {**changes, **noted_time(party.modified_at)}):
            self._crm.update(FIELDS.party_entity, party.id, fields, party.version)


def _entry(party: AdvowareParty, pk: int) -> Communication:
    return next(entry for entry in party.communications if entry.id == pk)
