"""Writes a party on both sides, each write in the journal before it is made."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, AdvowareParty, Communication
from syncapp.clients.espocrm import FIELDS, EspoClient, EspoParty
from syncapp.clients.espocrm.changes import espo_time
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.beteiligte import register, sides
from syncapp.flows.beteiligte.actions import AddContact, CreateParty, EmptyContact, ReuseEntry, SaveParty, WriteCrm
from syncapp.flows.beteiligte.fields import Kind, Rules
from syncapp.flows.beteiligte.journal import Write, contact_changes, field_changes, noted_time
from syncapp.flows.beteiligte.reading import advoware_side, bookkeeping, crm_side
from syncapp.flows.beteiligte.remember import refused
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide
from syncapp.flows.beteiligte.values import Contact
from syncapp.flows.limits import Resource
from syncapp.models import JournalEntry, SystemName


class Writer:
    def __init__(self, run: Run, crm: EspoClient, advoware: AdvowareClient, rules: Rules) -> None:
        self._run, self._crm, self._advoware, self._rules = run, crm, advoware, rules
        self._added: list[tuple[str, JournalEntry]] = []  # contacts of this run, by their canonical value

    # Advoware

    def create(self, action: CreateParty) -> int:
        run = self._run
        intent = WriteIntent(SystemName.ADVOWARE, Write.CREATE, Resource.PARTY)
        with run.writing(intent, field_changes({}, action.values)) as entry:
            number = self._advoware.create_party(sides.for_advoware(action.values, self._rules))
            entry.target_id = str(number)
            register.remember(run.entity_type, run.entity_id, number)
        return number

    def save(self, action: SaveParty, before: AdvowareSide) -> AdvowareParty:
        intent = WriteIntent(SystemName.ADVOWARE, Write.UPDATE, Resource.PARTY, str(before.number))
        with self._run.writing(intent, field_changes(before.reading.fields, action.targets)) as entry:
            saved = self._advoware.save_party(before.party, sides.for_advoware(action.targets, self._rules))
            now = advoware_side(saved, self._rules.fields, self._rules).reading.fields
            for name, (was, wanted) in dict(entry.changes).items():
                # Were a value that was not kept noted as written, its absence would look like a person's edit.
                if now[name] != wanted and refused(now[name], wanted, was):
                    entry.changes[name] = [was, now[name]]
        return saved

    def add_contact(self, action: AddContact, party: AdvowareParty) -> None:
        if isinstance(action, ReuseEntry):
            entry = self._change_entry(party, action.entry.id, action.contact.text, action.contact)
            self._added.append((action.key, entry))
            return
        intent = WriteIntent(SystemName.ADVOWARE, Write.CONTACT, Resource.CONTACT, f"{party.number}/")
        with self._run.writing(intent, contact_changes([], [action.contact])) as entry:
            made = self._advoware.create_communication(party.number, action.kommkz, action.contact.text)
            entry.target_id = f"{party.number}/{made or ''}"
        self._added.append((action.key, entry))

    def empty_contact(self, action: EmptyContact, party: AdvowareParty) -> None:
        self._change_entry(party, action.entry.id, "", None)

    def note_contacts(self, now: AdvowareSide) -> None:
        """Contacts that Advoware did not keep were not written: else their absence would look like a person's edit."""
        for key, entry in self._added:
            if now.reading.contacts is not None and key not in now.reading.contacts:
                entry.changes = {kind: [goes, []] for kind, (goes, _comes) in entry.changes.items()}
                entry.save(update_fields=["changes"])

    def _change_entry(self, party: AdvowareParty, pk: int, value: str, comes: Contact | None) -> JournalEntry:
        entry = _entry(party, pk)
        kind = sides.kind_of(entry.kind, self._rules) or Kind.OTHER
        gone = [Contact(kind, entry.value)] if entry.value else []
        intent = WriteIntent(SystemName.ADVOWARE, Write.CONTACT, Resource.CONTACT, f"{party.number}/{pk}")
        with self._run.writing(intent, contact_changes(gone, [comes] if comes else [])) as written:
            self._advoware.save_communication(party.number, entry, {"tlf": value})
        return written

    # EspoCRM

    def write_crm(self, action: WriteCrm, crm: CrmSide, advoware: AdvowareSide | None) -> tuple[CrmSide, list[str]]:
        """The single write; returns what was answered, and the fields that the CRM did not take."""
        fields = sides.for_crm(action.targets, self._rules, company=crm.company)
        changes: dict[str, object] = dict(field_changes(crm.reading.fields, action.targets))
        if action.contacts:
            fields |= self._contact_fields(action, crm)
            contacts = crm.reading.contacts or {}
            leaving = [contacts[key] for key in sorted(action.remove) if key in contacts]
            changes |= contact_changes(leaving, action.add.values())
            if action.retype:
                kinds = [(key, contacts[key].kind, kind) for key, kind in sorted(action.retype.items())]
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

    def _contact_fields(self, action: WriteCrm, crm: CrmSide) -> dict[str, object]:
        comes = {kind is Kind.MAIL: [] for kind in (Kind.MAIL, Kind.OTHER)}  # type: dict[bool, list[Contact]]
        for contact in action.add.values():
            comes[contact.kind is Kind.MAIL].append(contact)
        region = self._rules.phone_region
        old_mails, old_phones = list(crm.party.mails or ()), list(crm.party.phones or ())
        mails = sides.changed_mails(old_mails, action.remove, comes[True])
        phones = sides.changed_phones(old_phones, action.remove, comes[False], action.retype, region)
        lists = {FIELDS.party_mails: (old_mails, mails), FIELDS.party_phones: (old_phones, phones)}
        return {name: after for name, (before, after) in lists.items() if before != after}

    def _bookkeeping(self, action: WriteCrm, crm: CrmSide, advoware: AdvowareSide | None) -> dict[str, object]:
        """What the CRM shows of the sync, as far as it has fields for it."""
        wanted: dict[str, object] = {
            FIELDS.sync_status: str(action.status),
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
        intent = WriteIntent(SystemName.ESPOCRM, "tell_failure", FIELDS.party_entity, party.id)
        with self._run.writing(intent, {**changes, **noted_time(party.modified_at)}):
            self._crm.update(FIELDS.party_entity, party.id, fields, party.version)


def _entry(party: AdvowareParty, pk: int) -> Communication:
    return next(entry for entry in party.communications if entry.id == pk)
