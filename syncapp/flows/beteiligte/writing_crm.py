"""Writes a party to EspoCRM: one write for values, contacts and what it shows of the sync, in the journal before it is
made.

One value that is refused holds up nothing: the rest is written without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils import timezone

from syncapp.clients.errors import Rejected
from syncapp.clients.espocrm import FIELDS, EspoClient, EspoParty
from syncapp.clients.espocrm.changes import espo_time
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.beteiligte import register, shared
from syncapp.flows.beteiligte.actions import WriteCrm
from syncapp.flows.beteiligte.agreement import contact_name, place
from syncapp.flows.beteiligte.contacts import PHONE_ROW, canonical, crm_kind
from syncapp.flows.beteiligte.crm_lists import Shared, lists_after
from syncapp.flows.beteiligte.fields import Kind, Rules
from syncapp.flows.beteiligte.journal import Write, contact_changes, field_changes, noted_time
from syncapp.flows.beteiligte.reading import bookkeeping
from syncapp.flows.beteiligte.remember import Refusals
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, changed, crm_side
from syncapp.flows.beteiligte.state import Shown
from syncapp.flows.lens.declaration import Side
from syncapp.flows.writes import CrmWrite
from syncapp.models import SystemName


class CrmWriter:
    def __init__(self, run: Run, crm: EspoClient, rules: Rules, refusals: Refusals) -> None:
        self._run, self._crm, self._rules, self._refusals = run, crm, rules, refusals

    def write(self, action: WriteCrm, crm: CrmSide, advoware: AdvowareSide | None) -> tuple[CrmSide, list[str]]:
        """The single write; returns what was answered, and the fields that the CRM did not take."""
        return self._tried(action, crm, advoware, self._shared(action, crm))

    def _shared(self, action: WriteCrm, crm: CrmSide) -> Shared:
        if crm.contacts is None:
            return {}
        spelled = shared.new(action.add.values(), self._rules)
        for row in crm.party.phones or ():
            text = str(row.get(PHONE_ROW) or "")
            key = canonical(crm_kind(row), text, Side.HERE, self._rules)
            if key and key in action.retype:
                spelled[crm.contacts.contact(key)] = text
        return shared.look_for(self._crm, spelled, self._run.entity_id)

    def _tried(
        self, action: WriteCrm, crm: CrmSide, advoware: AdvowareSide | None, known: Shared
    ) -> tuple[CrmSide, list[str]]:
        try:
            return self._written(action, crm, advoware, known)
        except Rejected as error:
            less = self._without(action, str(error.field), error.code, crm)
            if less is None:
                raise
        return self._tried(less, crm, advoware, known)

    def _without(self, action: WriteCrm, attribute: str, rule: str, crm: CrmSide) -> WriteCrm | None:
        """What is left of the write without what the CRM named; None: that is nothing of ours."""
        raw, targets = crm.party.raw, action.targets
        names = {each.name for each in crm.fields if attribute in changed([each], Side.HERE, raw, targets)}
        if names:
            self._refusals.places.update(dict.fromkeys((place(Side.HERE, name) for name in names), rule))
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
        left = [place(Side.HERE, contact_name(key)) for key in leave]
        if suspects[1:]:
            self._refusals.untried.update(left)
        else:
            self._refusals.places.update(dict.fromkeys(left, rule))
        return replace(
            action,
            add={key: contact for key, contact in action.add.items() if key not in leave},
            retype={key: kind for key, kind in action.retype.items() if key not in leave},
        )

    def _written(
        self, action: WriteCrm, crm: CrmSide, advoware: AdvowareSide | None, known: Shared
    ) -> tuple[CrmSide, list[str]]:
        fields = changed(crm.fields, Side.HERE, crm.party.raw, action.targets)
        wanted: dict[str, Kind] = {}
        changes: dict[str, object] = dict(field_changes(crm.said, action.targets))
        if action.contacts and crm.contacts is not None:
            kept = {key for key in action.retype if crm.contacts.contact(key) in known}
            wanted = {key: contact.kind for key, contact in action.add.items()}
            wanted |= {key: action.retype[key] for key in kept}
            retype = {key: kind for key, kind in action.retype.items() if key not in kept}
            fields |= lists_after(crm.party, action.remove, action.add.values(), retype, self._rules, known)
            leaving = [crm.contacts.contact(key) for key in sorted(action.remove) if key in crm.contacts.texts]
            changes |= contact_changes(leaving, [shared.as_kept(each, known) for each in action.add.values()])
            if retype:
                kinds = [(key, crm.contacts.kind(key), kind) for key, kind in sorted(retype.items())]
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
        now = crm_side(EspoParty.from_api(raw), self._rules)
        self._refusals.kinds.update(_otherwise(wanted, now))
        if advoware is not None and now.number != advoware.number:
            missing.append(FIELDS.party_number)
        return now, missing

    def _bookkeeping(self, action: WriteCrm, crm: CrmSide, advoware: AdvowareSide | None) -> dict[str, object]:
        """What the CRM shows of the sync, as far as it has fields for it."""
        status = Shown.UNCLEAN if self._refusals.places and action.status == Shown.CLEAN else action.status
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


def _otherwise(wanted: Mapping[str, Kind], now: CrmSide) -> dict[str, Kind]:
    """Of these the types that EspoCRM has kept for others who have the numbers."""
    shown = now.contacts.entries.kinds if now.contacts is not None else {}
    return {key: Kind(shown[key]) for key, kind in wanted.items() if key in shown and shown[key] != kind}
