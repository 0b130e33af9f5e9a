"""The step of a party that only Advoware has (setting PARTIES_TO_ESPOCRM): it is created in EspoCRM, once.

It bears its number from its first moment, so it is found by it, whatever became of the answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings

from syncapp.clients.errors import Duplicate, NotFound, Rejected
from syncapp.clients.espocrm import FIELDS, EspoParty
from syncapp.clients.espocrm.fields import ID
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Failed, Plan, Settled
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.events import dispatch
from syncapp.events.topics import topic_of
from syncapp.flows import directions
from syncapp.flows.beteiligte import register, shared, twins
from syncapp.flows.beteiligte.brought import contacts, is_company, last_name, refused, values
from syncapp.flows.beteiligte.crm_lists import Shared, lists_after
from syncapp.flows.beteiligte.fields import CRM, Rules
from syncapp.flows.beteiligte.journal import Write, contact_changes, field_changes, noted_time
from syncapp.flows.beteiligte.only_there import BringParty, JoinParty, OnlyThere, Why, plan
from syncapp.flows.beteiligte.sides import PartyFields, advoware_side, changed
from syncapp.flows.lens.declaration import Side
from syncapp.models import SystemName
from syncapp.people import tasks

KIND = FIELDS.party_entity
ALIKE_THERE = "duplicate"
PARTY = "party"  # in what is kept: its id in EspoCRM, while it lacks its number there
NOT_YET = datetime(1970, 1, 1, tzinfo=UTC)  # no person has changed it before we made it: Advoware's values hold


class PartyBringing:
    """One run of one number."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._crm, self._advoware = connections.espocrm(run), connections.advoware(run)
        self._rules = Rules.of_settings(settings.CONFIG)
        self._fields: PartyFields = ()
        self._twin: EspoParty | None = None

    def read(self) -> OnlyThere:
        number, run = int(self._run.entity_id), self._run
        try:
            party = self._advoware.party(number)
        except NotFound:
            return OnlyThere(number, None)
        company, takes = is_company(party, self._rules), self._crm.metadata(KIND).takes
        self._rules = replace(self._rules, takes=takes)
        table = [each for each in self._rules.of(company) if each.crm_name(company) in takes]
        self._fields = tuple(self._rules.field(each, company) for each in table)
        there = advoware_side(party, self._fields, self._rules)
        state = OnlyThere(number, there, writable=CRM in directions.writable(), closed=tasks.closed_by_hand(run.record))
        if FIELDS.party_number not in takes:
            return replace(state, lacking=FIELDS.party_number)
        found = twins.look_for(self._crm, there, self._rules)
        self._twin = self._made_before() or found.surely
        return replace(
            state,
            targets=dict(values(self._fields, there)),
            contacts=tuple(contacts(there, self._rules)),
            party_id=found.bears or register.owner(number),
            twin=self._twin.id if self._twin is not None else "",
            alike=found.perhaps,
            cant_be_named=next((why for each in self._fields if each.needed and (why := refused(each, there))), None),
            on_its_way=twins.being_created(there),
        )

    def plan(self, state: OnlyThere) -> Plan:
        return plan(state)

    def apply(self, state: OnlyThere, plan: Plan) -> Ending:
        run = self._run
        for action in plan.actions:
            match action:
                case JoinParty() if self._twin is not None:
                    return self._ended(state, self._join(self._twin, state.number))
                case BringParty():
                    try:
                        return self._ended(state, self._brought(action, state))
                    except Duplicate as exc:
                        if exc.code != ALIKE_THERE:
                            raise  # another conflict, which no person answers by saying that it is somebody else
                        plan = self.plan(replace(state, refused_as_double=True))
        tasks.reconcile_tasks(run.record, plan.tasks)
        if state.party_id:
            run.clear_open_writes()
            if not register.owner(state.number):  # an earlier run did not live to ask for the look at it
                self._look_at(state.party_id)
        return plan.ending

    # Writing

    def _brought(self, action: BringParty, state: OnlyThere) -> EspoParty:
        """EspoCRM itself asks about everybody of the name, and of an address: those who have numbers of their own are
        known to be others."""
        known = shared.look_for(self._crm, shared.new(action.contacts, self._rules))
        try:
            return self._bring(action, state.number, known)
        except Duplicate as exc:
            if exc.code != ALIKE_THERE or state.there is None:
                raise
            if not twins.look_for(self._crm, state.there, self._rules).others:  # as they are now
                raise
        return self._bring(replace(action, alike=True), state.number, known)

    def _bring(self, action: BringParty, number: int, known: Shared) -> EspoParty:
        """Without the values that EspoCRM refuses: its step brings them over singly, and makes tasks of what can't."""
        try:
            return self._created(action, number, known)
        except Rejected as error:
            less = self._without(action, error.field or "")
            if less is None:
                raise
        return self._bring(less, number, known)

    def _created(self, action: BringParty, number: int, known: Shared) -> EspoParty:
        nobody = EspoParty.from_api({ID: "-", FIELDS.party_mails: [], FIELDS.party_phones: []})
        sent = changed(self._fields, Side.HERE, {}, action.targets)
        sent |= lists_after(nobody, (), action.contacts, {}, self._rules, known)
        sent |= last_name(sent, self._rules) | {FIELDS.party_number: number}
        came = [shared.as_kept(each, known) for each in action.contacts]
        noted = {**field_changes({}, action.targets), **contact_changes([], came), **noted_time(NOT_YET)}
        intent = WriteIntent(SystemName.ESPOCRM, Write.BRING, KIND, mark=str(number))
        with self._run.writing(intent, noted) as entry:
            party = EspoParty.from_api(self._crm.create(KIND, sent, even_if_alike=action.alike))
            entry.target_id = party.id
            self._remember(party, number)  # before the entry is closed, so that a death in between is noticed
        return party

    def _without(self, action: BringParty, attribute: str) -> BringParty | None:
        """What is left without what EspoCRM named; None: that is nothing that could be left out."""
        names = {
            each.name
            for each in self._fields
            if each.name in action.targets and attribute in changed([each], Side.HERE, {}, action.targets)
        }
        if names and not any(each.needed for each in self._fields if each.name in names):
            return replace(action, targets={name: each for name, each in action.targets.items() if name not in names})
        lists = (FIELDS.party_mails, FIELDS.party_phones)
        if attribute and action.contacts and any(each.startswith(attribute) for each in lists):
            return replace(action, contacts=())
        return None

    def _join(self, party: EspoParty, number: int) -> EspoParty:
        intent = WriteIntent(SystemName.ESPOCRM, Write.CRM, KIND, party.id)
        with self._run.writing(intent, {FIELDS.party_number: [None, number], **noted_time(party.modified_at)}):
            raw = self._crm.update(KIND, party.id, {FIELDS.party_number: number}, party.version)
            self._remember(EspoParty.from_api(raw), number)
        return EspoParty.from_api(raw)

    def _remember(self, party: EspoParty, number: int) -> None:
        if party.number == number:  # in this order: by the reference a later run knows that the look was asked for
            self._look_at(party.id)
            register.remember(KIND, party.id, number, noted=True)

    def _look_at(self, party_id: str) -> None:
        # Our own write sends us no event.
        dispatch.emit(topic_of(KIND, "update"), KIND, [party_id], trace_id=self._run.trace_id, full=True)

    def _ended(self, state: OnlyThere, party: EspoParty) -> Ending:
        if party.number != state.number:  # EspoCRM leaves out in silence what we may not write
            return Failed(Why.FIELD_MISSING, FIELDS.party_number, agreed={PARTY: party.id})
        tasks.reconcile_tasks(self._run.record, ())
        return Settled({})

    def _made_before(self) -> EspoParty | None:
        """By an earlier run whose number EspoCRM did not keep."""
        made = str(self._run.agreed.get(PARTY, ""))
        try:
            party = self._crm.party(made) if made else None
        except NotFound:
            return None
        return party if party is not None and party.number is None and not party.deleted else None
