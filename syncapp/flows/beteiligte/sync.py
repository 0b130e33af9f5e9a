"""The step of parties: read both sides, plan, write, read back, remember."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Self

from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, AdvowareParty
from syncapp.clients.espocrm import FIELDS, EspoClient
from syncapp.clients.http.observe import Observer
from syncapp.engine.outside import connections, outages
from syncapp.engine.runs.planning import Compared, Ending, Failed, Settled, Skipped, read_again
from syncapp.engine.runs.run import Run
from syncapp.events import dispatch
from syncapp.flows import directions, texts
from syncapp.flows.beteiligte import fields, register
from syncapp.flows.beteiligte.actions import AddContact, CreateParty, EmptyContact, SaveParty, WriteCrm
from syncapp.flows.beteiligte.agreement import Agreed
from syncapp.flows.beteiligte.comparison import PartyPlan
from syncapp.flows.beteiligte.fields import ADVOWARE
from syncapp.flows.beteiligte.flow import ACCOUNTS, RENAMED
from syncapp.flows.beteiligte.journal import Write
from syncapp.flows.beteiligte.needs import notices
from syncapp.flows.beteiligte.plan import plan
from syncapp.flows.beteiligte.reading import Reader
from syncapp.flows.beteiligte.remember import After, Refusals, remembered
from syncapp.flows.beteiligte.showing import compared
from syncapp.flows.beteiligte.sides import AdvowareSide, CrmSide, advoware_side
from syncapp.flows.beteiligte.state import PartyState, Shown, Why
from syncapp.flows.beteiligte.writing_advoware import AdvowareWriter
from syncapp.flows.beteiligte.writing_crm import CrmWriter
from syncapp.flows.glances import NOBODY, in_lists
from syncapp.models import JournalState, Reason
from syncapp.people import conflicts, tasks, undos, written


class BeteiligteSync:
    """One run of one party."""

    def __init__(self, run: Run, crm: EspoClient | None = None, advoware: AdvowareClient | None = None) -> None:
        self._run = run
        self._crm, self._advoware = crm or connections.espocrm(run), advoware or connections.advoware(run)
        self._reader = Reader(run, self._crm, self._advoware)
        self._refusals, rules = Refusals(), self._reader.rules
        self._here = CrmWriter(run, self._crm, rules, self._refusals)
        self._there = AdvowareWriter(run, self._advoware, rules, self._refusals)

    @classmethod
    def listed(cls, runs: Sequence[Run], watch: Observer) -> Iterator[tuple[Run, Self]]:
        return in_lists(lambda run, crm: cls(run, crm, NOBODY), runs, watch)

    def read(self) -> PartyState:
        return self._reader.read()

    def plan(self, state: PartyState) -> PartyPlan:
        return plan(state)

    def sides(self, state: PartyState) -> tuple[Compared, ...]:
        return compared(state)

    def apply(self, state: PartyState, plan: PartyPlan) -> Ending:
        if state.untouched:
            return _dated(state, plan.ending)
        if isinstance(plan.ending, Failed):
            self.failed(plan.ending.reason, plan.ending.detail)
            return plan.ending
        self._settle_creation(state, plan)
        for need in notices(state, plan.merged):
            tasks.notify(self._run.record, need)
        for pk, refusal in state.taking_back.refused.items():
            undos.finish_undo(pk, refusal)
        advoware = self._write_advoware(state, plan)
        crm, ignored = self._write_crm(state, plan, advoware)
        if ignored:
            return Failed(Reason.FIELD_MISSING, ", ".join(ignored))
        return self._remember(state, plan, crm, advoware)

    def failed(self, reason: str, detail: str = "", system: str = "") -> None:
        """The CRM shows the failure too, if anything may be written at all."""
        if not directions.writable():
            return
        words = texts.for_crm(reason, detail, system, self._crm.room(FIELDS.party_entity, FIELDS.party_error))
        self._here.tell_failure(self._crm.party(self._run.entity_id), Shown.FAILED, words)

    # Writing

    def _settle_creation(self, state: PartyState, plan: PartyPlan) -> None:
        """What an earlier creation came to: found, or not there, as a search or a person says."""
        run, number = self._run, state.number
        creates = any(isinstance(action, CreateParty) for action in plan.actions)
        if state.crm is None or (number is None and not creates):
            return
        for entry in run.unsettled_writes(Write.CREATE):
            run.resolve(entry, JournalState.DONE if number else JournalState.CLEARED, str(number or ""))
            if number is not None and state.crm.number is None:
                register.remember(run.entity_type, run.entity_id, number)

    def _write_advoware(self, state: PartyState, plan: PartyPlan) -> AdvowareSide | None:
        """Returns Advoware's side as it is afterwards; what was written is read back."""
        fields, now, look_again = state.crm.fields if state.crm else (), state.advoware, False
        for action in plan.actions:
            match action:
                case CreateParty():
                    now, look_again = self._there.create(action, fields), True
                case SaveParty() if now is not None:
                    now = self._there.save(action.targets, now, fields)
                case AddContact() if now is not None:
                    self._there.add_contact(action, now.party)
                    look_again = True
                case EmptyContact() if now is not None:
                    self._there.empty_contact(action, now.party)
                    look_again = True
        if look_again and now is not None:
            now = advoware_side(self._advoware.party(now.number), fields, state.rules)
            self._there.note_contacts(now)
        return now

    def _write_crm(
        self, state: PartyState, plan: PartyPlan, advoware: AdvowareSide | None
    ) -> tuple[CrmSide | None, list[str]]:
        """Returns the CRM's side as it is afterwards, and the fields that it did not take."""
        for action in plan.actions:
            if isinstance(action, WriteCrm) and state.crm is not None:
                lacks = action.status == Shown.CLEAN and self._lacks(state, plan, advoware)
                action = replace(action, status=Shown.UNCLEAN) if lacks else action
                return self._here.write(action, state.crm, advoware)
        return state.crm, []

    def _lacks(self, state: PartyState, plan: PartyPlan, advoware: AdvowareSide | None) -> bool:
        """Whether Advoware has not kept all that was just written there: the CRM is told with the same write."""
        memory = remembered(state, plan, After(state.crm, advoware, self._refusals))
        return any((need.system, need.kind) == (ADVOWARE, "value_not_kept") for need in memory.tasks)

    # Remembering

    def _remember(
        self, state: PartyState, plan: PartyPlan, crm: CrmSide | None, advoware: AdvowareSide | None
    ) -> Ending:
        run = self._run
        stamp = crm.stamp(timezone.now()) if crm is not None else state.agreed.stamp
        journal, day = written.last_entry(run.record), timezone.localdate().isoformat()
        after = After(crm, advoware, self._refusals, stamp, journal, day)
        memory = remembered(state, plan, after)
        conflicts.reconcile_conflicts(run.record, memory.conflicts)
        open_tasks = tasks.reconcile_tasks(run.record, memory.tasks)
        if not plan.held_back:
            for pk, refusal in state.taking_back.ended(memory.not_held).items():
                undos.finish_undo(pk, refusal)
        self._refer(state, crm, advoware)
        self._tell_collection(plan)
        agreed = replace(memory.agreed, look=bool(open_tasks or plan.conflicts or plan.held_back))
        return replace(_ending(plan, open_tasks, memory.moved_on), agreed=agreed.to_json())

    def _refer(self, state: PartyState, crm: CrmSide | None, advoware: AdvowareSide | None) -> None:
        """Where the party is in Advoware, and what it was like there."""
        entity = (self._run.entity_type, self._run.entity_id)
        if crm is None:
            register.forget(*entity)
        elif advoware is not None:
            self._run.clear_open_writes()  # both sides were read; a task or a conflict may stay open for long
            party = advoware.party
            synced = [each.advoware for each in state.rules.synced]
            told = {"fingerprint": party.fingerprint, "row_id": party.row_id, "said": party.said(synced)}
            made = register.remember(*entity, party.number, **told, noted=crm.number == party.number)
            self._tell_bank_accounts(state.agreed, party, restored=made and state.agreed.number == party.number)
        elif state.number is not None:
            register.mark_gone(*entity)

    def _tell_bank_accounts(self, before: Agreed, party: AdvowareParty, *, restored: bool) -> None:
        """Accounts that waited for the party go on, or follow it; what only Advoware has is looked for (setting). Of
        one that was deleted in between nobody has looked after them."""
        run = self._run
        if before.number != party.number:
            outages.wake(waits_for=run.entity_id)
        wanted = settings.CONFIG.BANK_ACCOUNTS_TO_ESPOCRM and before.fingerprint != party.fingerprint
        if wanted or restored or before.number not in (None, party.number):
            dispatch.emit(ACCOUNTS, run.entity_type, [run.entity_id], trace_id=run.trace_id)

    def _tell_collection(self, plan: PartyPlan) -> None:
        """A collection bears the party's new name, and EspoCRM sends no event about the hub's own writes. Should this
        get lost, the next comparison finds it."""
        run, names = self._run, {each.name for each in fields.TABLE if each.named}
        renamed = any(isinstance(action, WriteCrm) and names & action.targets.keys() for action in plan.actions)
        if renamed and dispatch.records(RENAMED, run.entity_type, run.entity_id).exists():
            dispatch.emit(RENAMED, run.entity_type, [run.entity_id], trace_id=run.trace_id)


def _dated(state: PartyState, ending: Ending) -> Ending:
    """Nothing to do; once the second of its last change is over, comparisons can rely on the CRM's date."""
    stamp = state.crm.stamp(timezone.now()) if state.crm is not None else ""
    if not stamp or stamp == state.agreed.stamp:
        return ending
    return replace(ending, agreed=replace(state.agreed, stamp=stamp).to_json())


def _ending(plan: PartyPlan, open_tasks: int, moved_on: bool) -> Ending:
    if moved_on:
        return read_again()
    if isinstance(plan.ending, Settled) and open_tasks:
        return Skipped(Why.TASK_OPEN)
    return plan.ending
