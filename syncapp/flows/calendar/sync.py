"""The step of one employee's calendar: read both sides, decide about every appointment, write, remember.

An appointment's failure never stops the others: it stays on its link, staff see it, and the next run tries again. A
system that is away ends the run as everywhere.
"""

from __future__ import annotations

import time
from collections import Counter

from django.db import transaction
from django.utils import timezone

from syncapp.clients import errors
from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.errors import ClientError
from syncapp.clients.google import BATCH_LIMIT, GoogleClient
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Failed, Plan, Settled, Skipped, TaskNeed, read_again
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.calendar import links, noting, push, questions, refusals
from syncapp.flows.calendar.decide import decide
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.form import differing, form_of
from syncapp.flows.calendar.journal import APPOINTMENT, CalendarWrite
from syncapp.flows.calendar.needs import GOOGLE, needs_after
from syncapp.flows.calendar.plan import CreateCalendar, ShareCalendar, Why, Write, plan
from syncapp.flows.calendar.reading import Reader
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.calendar.writing import Writer
from syncapp.flows.lens.declaration import Side
from syncapp.models import CalendarEmployee, CalendarLink, JournalState, LinkState, SystemName
from syncapp.people import tasks

LONGEST_RUN = 300.0  # seconds; the rest goes on in the next run, long before the queue's time-out
# These say something about one appointment only; everything else is about the system and ends the run.
OF_ONE = (errors.Rejected, errors.Forbidden, errors.NotFound, errors.Outdated, errors.Duplicate, errors.TooLarge)


class CalendarSync:
    """One run of one employee."""

    def __init__(
        self,
        run: Run,
        advoware: AdvowareClient | None = None,
        google: GoogleClient | None = None,
        new: CalendarEmployee | None = None,
    ) -> None:
        self._run = run
        self._advoware, self._google = advoware or connections.advoware(run), google or connections.google(run)
        self._reader = Reader(run, self._advoware, self._google, new)
        self._writer = Writer(run, self._advoware, self._google, self._reader.zone)

    def read(self) -> CalendarState:
        return self._reader.read()

    def plan(self, state: CalendarState) -> Plan:
        return plan(state)

    def apply(self, state: CalendarState, plan: Plan) -> Ending:
        if state.off:
            tasks.reconcile_tasks(self._run.record, ())  # nobody has to do anything for a calendar that is off
            return plan.ending
        if state.calendar_gone and not plan.actions:
            tasks.reconcile_tasks(self._run.record, plan.tasks)
            return plan.ending
        if state.calendar_gone:
            noting.begin_anew(state.employee)
            return read_again()
        self._store_told(state)
        self._settle_creations(state)
        refused = self._prepare(state, plan)
        counts: Counter[str] = Counter()
        again, unfinished = self._write_all(plan, state, counts)
        noting.note_quiet(state, plan, self._reader.zone)
        open_tasks = tasks.reconcile_tasks(self._run.record, needs_after(plan.tasks, state))
        CalendarEmployee.objects.filter(pk=state.employee.pk).update(
            synced_at=timezone.now(), counts=counts, shared_with=state.employee.shared_with
        )
        if unfinished or again:
            return read_again()
        if refused is not None:
            return Failed(Why.NOT_SHARED, str(refused))
        ending = plan.ending
        if isinstance(ending, Settled) and open_tasks:
            return Skipped(Why.TASK_OPEN)
        return ending

    def failed(self, reason: str, detail: str = "", system: str = "") -> None:
        """Neither system has a place to say so; the hub's page of employees shows it."""

    # The calendar itself

    def _prepare(self, state: CalendarState, plan: Plan) -> ClientError | None:
        """Returns why Google does not let it be shared, which holds up no appointment."""
        employee = state.employee
        refused: ClientError | None = None
        for action in plan.actions:
            match action:
                case CreateCalendar():
                    intent = WriteIntent(
                        SystemName.GOOGLE, CalendarWrite.CREATE_CALENDAR, "Kalender", mark=action.calendar_name
                    )
                    with self._run.writing(intent) as entry:
                        made = self._google.create_calendar(action.calendar_name, self._reader.zone.key)
                        entry.target_id = state.calendar_id = made.id
                case ShareCalendar():
                    refused = self._share(state)
        if employee.calendar_id != state.calendar_id:
            employee.calendar_id = state.calendar_id
            CalendarEmployee.objects.filter(pk=employee.pk).update(calendar_id=state.calendar_id)
            push.ask_if_possible(employee.pk, self._run.trace_id)
        return refused

    def _share(self, state: CalendarState) -> ClientError | None:
        employee = state.employee
        intent = WriteIntent(SystemName.GOOGLE, CalendarWrite.SHARE_CALENDAR, "Kalender", state.calendar_id)
        try:
            with self._run.writing(intent):
                self._google.share(state.calendar_id, state.share_with, "writer")
                if employee.shared_with:
                    self._google.unshare(state.calendar_id, employee.shared_with)
        except (errors.Rejected, errors.Forbidden) as exc:
            return exc
        employee.shared_with = state.share_with
        return None

    def _store_told(self, state: CalendarState) -> None:
        """What Google told, and how far it has told it, in one: a change is never read past without being kept."""
        now = timezone.now()
        with transaction.atomic():
            CalendarLink.objects.filter(pk__in=[link.pk for link in state.joined]).delete()
            adopted = [item.link for item in state.items if item.link.number in state.found.values()]
            for link in {id(link): link for link in (*state.told, *adopted)}.values():
                if link.state == LinkState.AGREED and not links.same_as_agreed(link, self._reader.zone):
                    link.state = LinkState.NEW  # should this run end here, the next one has to see it
                link.changed_at = now
                link.save()
            questions.ask(state.employee, state.questions, state.answers)  # what was answered stands on the links now
            if state.next_token is not None:
                CalendarEmployee.objects.filter(pk=state.employee.pk).update(sync_token=state.next_token)

    def _settle_creations(self, state: CalendarState) -> None:
        for journal in self._run.unsettled_writes(CalendarWrite.CREATE_APPOINTMENT):
            number = state.found.get(journal.pk)
            self._run.resolve(journal, JournalState.DONE if number else JournalState.CLEARED, str(number or ""))

    # The appointments

    def _write_all(self, plan: Plan, state: CalendarState, counts: Counter[str]) -> tuple[bool, bool]:
        """Whether something moved on meanwhile, and whether the time was over first."""
        ends, again = time.monotonic() + LONGEST_RUN, False
        writes = [action for action in plan.actions if isinstance(action, Write)]
        new = [action.item for action in writes if action.does is What.INSERT]
        moved_on: set[int] = set()  # what is to be done about these was decided before
        for action in (action for action in writes if action.does is not What.INSERT):
            item = action.item
            if time.monotonic() > ends:
                return again, True
            if id(item) in moved_on:
                continue
            if item.link.event_id not in state.answers.same:  # who said that these are one saw what is replaced
                self._tell_overruled(item)
            try:
                self._writer.write(state, item, action.does)
            except OF_ONE as exc:
                if self._of_one(state, item, exc):
                    moved_on.add(id(item))
            else:
                counts[action.does.name.lower()] += 1
        again |= bool(moved_on)
        for batch in (new[start : start + BATCH_LIMIT] for start in range(0, len(new), BATCH_LIMIT)):
            if time.monotonic() > ends:
                return again, True
            again |= self._insert(state, batch, counts)
        return again, False

    def _insert(self, state: CalendarState, batch: list[Item], counts: Counter[str]) -> bool:
        again, of_all = False, None
        for item, error in zip(batch, self._writer.insert(state, batch), strict=True):
            if error is None:
                counts["insert"] += 1
            elif isinstance(error, OF_ONE):
                again |= self._of_one(state, item, error)
            else:
                of_all = of_all or error
        if of_all is not None:
            raise of_all
        return again

    def _of_one(self, state: CalendarState, item: Item, exc: ClientError) -> bool:
        """An error that concerns one appointment only; whether it has moved on and is to be looked at again soon."""
        if isinstance(exc, errors.Outdated | errors.NotFound):
            return self._look_anew(state, item, exc)
        if side := refusals.of_this_one(exc, item):
            item.pair = refusals.forbidden(item.pair, side)
            item.decision = decide(item.pair, state.rules)
            item.link.refused = refusals.stored(item)
            item.link.save()
            return True
        noting.fail(item.link, exc)
        return False

    def _look_anew(self, state: CalendarState, item: Item, exc: ClientError) -> bool:
        """Somebody was faster: what Google has now is kept, and the next run decides. Who says so twice of what is as
        it was refuses this one, and would do so every two seconds."""
        link, before = item.link, item.link.google
        if link.pk is None or not link.event_id:
            return True
        try:
            event = self._google.event(state.calendar_id, link.event_id)
        except errors.NotFound:
            link.google = {**link.google, "deleted": True, "event": None} if link.google else {}
        else:
            link.google = links.told(event, state.employee.kuerzel, self._reader.zone)
        if link.google != before or self._has_moved_on(item, exc):
            link.save()
            return True
        refused_before = link.state == LinkState.FAILED
        noting.fail(link, exc)
        return not refused_before

    def _has_moved_on(self, item: Item, exc: ClientError) -> bool:
        """In Advoware, where that is who said so."""
        if exc.system != SystemName.ADVOWARE or item.appointment is None:
            return False
        try:
            return self._advoware.appointment(item.number).raw != item.appointment.raw
        except errors.NotFound:
            return True

    def _tell_overruled(self, item: Item) -> None:
        losing = item.decision.overruled
        if not losing or item.now:
            return
        zone = self._reader.zone
        loser = next(iter(losing.values())).loser or Side.THERE
        lost, holds = (
            form_of({name: each.of(side) for name, each in losing.items()}, zone) for side in (loser, loser.other)
        )
        facts = tuple((name, str(new), str(old)) for name, (old, new) in differing(lost, holds).items())
        system = SystemName.ADVOWARE if loser is Side.HERE else GOOGLE
        need = TaskNeed("appointment_overruled", str(system), item.label[:64], APPOINTMENT, item.label, facts)
        tasks.notify(self._run.record, need)
