"""Writes a party to Advoware, each write in the journal before it is made.

One value that is refused holds up nothing: the others are written without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from syncapp.clients.advoware import AdvowareClient, AdvowareParty, Communication
from syncapp.clients.errors import Rejected
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.beteiligte import register
from syncapp.flows.beteiligte.actions import AddContact, CreateParty, EmptyContact, ReuseEntry
from syncapp.flows.beteiligte.agreement import contact_name, place
from syncapp.flows.beteiligte.contacts import Contact, kind_of
from syncapp.flows.beteiligte.fields import Kind, Rules
from syncapp.flows.beteiligte.journal import Write, contact_changes, field_changes
from syncapp.flows.beteiligte.remember import Refusals
from syncapp.flows.beteiligte.sides import NOBODY, AdvowareSide, PartyFields, advoware_side, changed
from syncapp.flows.lens.core import Value, text_of
from syncapp.flows.lens.declaration import Side
from syncapp.flows.limits import Resource
from syncapp.models import JournalEntry, SystemName

Targets = Mapping[str, Value[str]]


class AdvowareWriter:
    def __init__(self, run: Run, advoware: AdvowareClient, rules: Rules, refusals: Refusals) -> None:
        self._run, self._advoware, self._rules, self._refusals = run, advoware, rules, refusals
        self._added: list[tuple[str, JournalEntry]] = []  # contacts of this run, by their canonical value

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
        except Rejected as error:
            if len(targets) == 1:
                self._refusals.places.update((place(Side.THERE, name), error.code) for name in targets)
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
        except Rejected as error:
            self._refusals.places[place(Side.THERE, contact_name(action.key))] = error.code
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
        except Rejected as error:
            self._refusals.places[place(Side.THERE, contact_name(str(action.entry.key)))] = error.code

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


def _entry(party: AdvowareParty, pk: int) -> Communication:
    return next(entry for entry in party.communications if entry.id == pk)
