"""The step of parties: read both sides, plan, write, read back, remember."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.conf import settings

from syncapp.clients.advoware import AdvowareParty
from syncapp.clients.espocrm import EspoParty
from syncapp.engine.outside import connections, outages
from syncapp.engine.runs.planning import Ending, Failed, Plan, Postponed, Settled, Skipped
from syncapp.engine.runs.run import Run
from syncapp.events import dispatch
from syncapp.flows import directions, texts
from syncapp.flows.beteiligte import contacts, reading, register
from syncapp.flows.beteiligte.actions import AddContact, CreateParty, EmptyContact, SaveParty, WriteCrm
from syncapp.flows.beteiligte.contacts import NOT_KEPT
from syncapp.flows.beteiligte.journal import Write
from syncapp.flows.beteiligte.needs import not_kept, notices, waiting_decisions
from syncapp.flows.beteiligte.plan import plan
from syncapp.flows.beteiligte.reading import Reader
from syncapp.flows.beteiligte.remember import result, stamped
from syncapp.flows.beteiligte.renaming import tell_collection
from syncapp.flows.beteiligte.sides import AdvowareSide
from syncapp.flows.beteiligte.state import PartyState, Shown, Why, merge
from syncapp.flows.beteiligte.writing import Writer
from syncapp.models import JournalState, Reason
from syncapp.people import conflicts, tasks, undos, written

AGAIN_SOON = timedelta(seconds=2)


class BeteiligteSync:
    """One run of one party."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._crm, self._advoware = connections.espocrm(run), connections.advoware(run)
        self._reader = Reader(run, self._crm, self._advoware)
        self._writer = Writer(run, self._crm, self._advoware, self._reader.rules)
        self._told: EspoParty | None = None  # the CRM's answer to our write

    def read(self) -> PartyState:
        return self._reader.read()

    def plan(self, state: PartyState) -> Plan:
        return plan(state)

    def apply(self, state: PartyState, plan: Plan) -> Ending:
        if state.untouched:
            return self._dated(state, plan.ending)
        if isinstance(plan.ending, Failed):
            self.failed(plan.ending.reason)
            return plan.ending
        self._settle_creation(state, plan)
        for need in notices(state):
            tasks.notify(self._run.record, need)
        for pk, refusal in state.taking_back.refused.items():
            undos.finish_undo(pk, refusal)
        advoware = self._write_advoware(state, plan)
        if refused := self._write_crm(state, plan, advoware):
            return refused
        return self._remember(state, plan, advoware)

    def failed(self, reason: str) -> None:
        """The CRM shows the failure too, if anything may be written at all."""
        if not directions.writable():
            return
        self._writer.tell_failure(self._crm.party(self._run.entity_id), Shown.FAILED, texts.for_crm(reason))

    # Writing

    def _settle_creation(self, state: PartyState, plan: Plan) -> None:
        """What an earlier creation came to: found, or not there, as a search or a person says."""
        run, number = self._run, state.number
        creates = any(isinstance(action, CreateParty) for action in plan.actions)
        if state.crm is None or (number is None and not creates):
            return
        for entry in run.unsettled_writes(Write.CREATE):
            run.resolve(entry, JournalState.DONE if number else JournalState.CLEARED, str(number or ""))
            if number is not None and state.crm.number is None:
                register.remember(run.entity_type, run.entity_id, number)

    def _write_advoware(self, state: PartyState, plan: Plan) -> AdvowareSide | None:
        """Returns Advoware's side as it is afterwards; what was written is read back."""
        party, number, look_again = self._reader.party, state.number, False
        for action in plan.actions:
            match action:
                case CreateParty():
                    number, look_again = self._writer.create(action, state.table), True
                    party = AdvowareParty(number, "", None, ())
                case SaveParty() if party is not None and state.advoware is not None:
                    party = self._writer.save(action, party, state.advoware, state.table)
                case AddContact() if party is not None:
                    self._writer.add_contact(action, party)
                    look_again = True
                case EmptyContact() if party is not None:
                    self._writer.empty_contact(action, party)
                    look_again = True
        if look_again and number is not None:
            party = self._advoware.party(number)
        if party is None:
            return None
        side = reading.advoware_side(party, state.table, state.rules)
        if look_again:
            self._writer.note_contacts(side)
        return side

    def _write_crm(self, state: PartyState, plan: Plan, advoware: AdvowareSide | None) -> Ending | None:
        for action in plan.actions:
            if isinstance(action, WriteCrm) and state.crm is not None:
                self._told, ignored = self._writer.write_crm(action, state.crm, advoware, state.table)
                if ignored:
                    return Failed(Reason.FIELD_MISSING, ", ".join(ignored))
        return None

    # Remembering

    def _remember(self, state: PartyState, plan: Plan, advoware: AdvowareSide | None) -> Ending:
        record, entity = self._run.record, (self._run.entity_type, self._run.entity_id)
        conflicts.reconcile_conflicts(record, (*plan.conflicts, *waiting_decisions(state)))
        crm = reading.crm_side(self._told, state.rules) if self._told is not None else state.crm
        if (
            crm is None
            or state.crm is None
            or advoware is None
            or (state.removed_number is not None and not plan.actions)
        ):
            if state.crm is None:
                register.forget(*entity)
            elif state.number is not None:
                register.mark_gone(*entity)
            tasks.reconcile_tasks(record, plan.tasks)
            # Comparisons go by the date of what was seen, or they would find our own word about it for ever.
            seen = reading.stamp(crm) if crm is not None else state.agreed.stamp
            return replace(plan.ending, agreed=replace(state.agreed, look=bool(plan.tasks), stamp=seen).to_json())
        before = state if state.advoware is not None else replace(state, number=advoware.number, advoware=advoware)
        came = result(before, merge(before), crm, advoware)
        fresh = [
            not_kept(name, wanted, advoware)
            for name, wanted in came.agreed.not_kept.items()
            if not name.startswith(NOT_KEPT)
        ]
        fresh += contacts.not_kept(came.agreed.not_kept, advoware)
        needs = {need.identity: need for need in (*plan.tasks, *fresh) if need.identity not in state.closed}
        open_tasks = tasks.reconcile_tasks(record, needs.values())
        if not plan.held_back:
            for pk in state.taking_back.done:
                undos.finish_undo(pk)
        look = bool(open_tasks or plan.conflicts or plan.held_back)
        agreed = stamped(came.agreed, reading.stamp(crm), written.last_entry(record), look=look)
        noted = crm.number == advoware.number
        self._run.clear_open_writes()  # both sides were read; a task or a conflict may stay open for long
        register.remember(
            *entity, advoware.number, fingerprint=advoware.fingerprint, row_id=advoware.row_id, noted=noted
        )
        self._tell_bank_accounts(state, advoware)
        tell_collection(self._run, plan)
        return replace(self._ending(plan, open_tasks, came.moved_on), agreed=agreed.to_json())

    def _dated(self, state: PartyState, ending: Ending) -> Ending:
        """Nothing to do; once the second of its last change is over, comparisons can rely on the CRM's date."""
        stamp = reading.stamp(state.crm) if state.crm is not None else ""
        if not stamp or stamp == state.agreed.stamp:
            return ending
        return replace(ending, agreed=replace(state.agreed, stamp=stamp).to_json())

    def _tell_bank_accounts(self, state: PartyState, advoware: AdvowareSide) -> None:
        """Accounts that waited for the party go on, or follow it; what only Advoware has is looked for (setting)."""
        run, before = self._run, state.agreed
        if before.number != advoware.number:
            outages.wake(Reason.PARTY_PENDING, detail=run.entity_id)
        wanted = settings.CONFIG.BANK_ACCOUNTS_TO_ESPOCRM and before.fingerprint != advoware.fingerprint
        if wanted or before.number not in (None, advoware.number):
            dispatch.emit("vmh.bankkonten.check", run.entity_type, [run.entity_id], trace_id=run.trace_id)

    def _ending(self, plan: Plan, open_tasks: int, moved_on: bool) -> Ending:
        if moved_on:
            return Postponed(Reason.OUTDATED, AGAIN_SOON)
        if isinstance(plan.ending, Settled) and open_tasks:
            return Skipped(Why.TASK_OPEN)
        return plan.ending
