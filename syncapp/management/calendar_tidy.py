"""Events that are there twice, and what belongs to no appointment: found, and taken away when a person says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.management.base import CommandError

from syncapp.clients.errors import ClientError, Outdated
from syncapp.engine.outside import locks
from syncapp.engine.runs import switches
from syncapp.engine.runs.claims import ClaimLost
from syncapp.flows.calendar import audit, doubles, looking, tidying
from syncapp.flows.calendar.audit import Extra
from syncapp.flows.calendar.flow import CALENDAR_SYNC
from syncapp.flows.calendar.looking import Looker
from syncapp.management.base import FOUND, NOT_ASKED, agreed, misused
from syncapp.management.calendar_employees import Say, ask_each, chosen, request
from syncapp.management.output import plural, table
from syncapp.management.recording import recorded
from syncapp.models import CalendarEmployee, CalendarLink, System, SystemName

DUPLICATES = """Finds events that are in a Google calendar twice: with the mark of the same appointment, or saying the
same at the same time.

--remove deletes the extra ones: those that no appointment of Advoware hangs on, and those that the hub itself once made
because it did not see that an event and an appointment that were there are one; their appointment, which the hub made
too, goes with the next run. What goes says all the same as what stays, and nobody has edited it. The others are for a
person: deleting them in Google would delete their appointment in Advoware, or what somebody has entered in them."""
ORPHANS = """Finds events with the hub's mark whose appointment is not in Advoware, and links of which neither side has
anything any more.

--remove deletes the events, after asking Advoware once more for each and only when nobody has changed them meanwhile,
and takes the links away. Events that people entered in Google are never among them."""

Look = Callable[[CalendarEmployee], "Found"]


@dataclass(slots=True)
class Found:
    """What one employee's calendar has too many. `links`: of which neither side has anything any more."""

    employee: CalendarEmployee
    looker: Looker
    extras: list[Extra]
    links: list[CalendarLink]

    @property
    def removable(self) -> list[Extra]:
        return [extra for extra in self.extras if extra.removable]

    @property
    def rows(self) -> list[tuple[object, ...]]:
        fate = {True: "removable", False: "for a person"}
        events = [(each.event_id, each.number, each.why, each.keep, fate[each.removable]) for each in self.extras]
        gone = [(link.event_id, link.number, "a link, gone on both sides", "", fate[True]) for link in self.links]
        return [(self.employee.pk, *(cell or "-" for cell in row)) for row in [*events, *gone]]


def duplicates(employee: CalendarEmployee) -> Found:
    looker = looking.looker(employee.pk)
    events, known = looker.events(employee.calendar_id), looker.remembered(employee)
    return Found(employee, looker, doubles.duplicates(employee.pk, events, known, looker.zone), [])


def orphans(employee: CalendarEmployee) -> Found:
    looker = looking.looker(employee.pk)
    state = looker.whole()
    return Found(employee, looker, audit.orphans(state), audit.forgotten(state))


def tidy(say: Say, *, look: Look, kuerzel: Sequence[str], remove: bool, dry_run: bool, yes: bool) -> int:
    if dry_run and not remove:
        raise misused("--dry-run goes with --remove. Without --remove nothing is changed anyway.")
    if remove and not dry_run and (held := _held_back()):
        raise CommandError(f"{held}: nothing is written outside.", returncode=FOUND)
    found, code = [], 0
    for employee, answer in ask_each([row for row in chosen(kuerzel) if row.calendar_id], "Looking", look):
        if isinstance(answer, ClientError):
            say(f"{employee.pk} could not be asked: {answer}")
            code = NOT_ASKED
        else:
            found.append(answer)
    rows = [row for each in found for row in each.rows]
    if not rows:
        say("Nothing was found.")
        return code
    say(table(("employee", "event", "frNr", "why", "stays", ""), rows))
    removable = sum(len(each.removable) + len(each.links) for each in found)
    say(f"\n{plural(len(rows), 'finding')}, {removable} of which --remove takes away.")
    if not remove or dry_run or not removable:
        return code or FOUND
    if not yes and not agreed(f"Take {removable} away for good?"):
        say("Left as it is.")
        return FOUND
    left = sum(_remove(each, say) for each in found) + len(rows) - removable
    return code or (FOUND if left else 0)


def _held_back() -> str:
    if settings.CONFIG.OBSERVE_ONLY:
        return "OBSERVE_ONLY is set"
    switch = switches.switch(CALENDAR_SYNC)
    if switch.paused or switch.observe:
        return f"The step {CALENDAR_SYNC} {'is paused' if switch.paused else 'only observes'}"
    paused = System.objects.filter(name=SystemName.GOOGLE, paused=True).exists()
    return f"{SystemName.GOOGLE.label} is paused" if paused else ""


def _remove(found: Found, say: Say) -> int:
    """How many stayed."""
    wanted = len(found.removable) + len(found.links)
    if not wanted:
        return 0
    gone = 0
    remover = tidying.Remover(found.looker, found.employee)
    if not remover.known:
        say(f"{found.employee.pk}: was never synced. Sync it first: manage.py calendar resync {found.employee.pk}")
        return wanted
    with recorded("remove_event", "CalendarEmployee", found.employee.pk, f"{wanted} found") as row:
        try:
            with remover.alone():
                for extra in found.removable:
                    gone += _removed(remover, extra, say)
                gone += tidying.forget(found.links)
        except locks.LockBusy:
            say(f"{found.employee.pk}: a run is busy with this calendar. Try again in a minute.")
        except (ClientError, ClaimLost) as exc:
            say(f"{found.employee.pk}: stopped: {exc}")
        row.count = gone
    request([found.employee.pk])
    say(f"{found.employee.pk}: {gone} of {wanted} taken away.")
    return wanted - gone


def _removed(remover: tidying.Remover, extra: Extra, say: Say) -> bool:
    try:
        if remover.remove(extra):
            return True
        say(f"{extra.event_id}: left: it was gone already, or its appointment is there after all.")
    except Outdated:
        say(f"{extra.event_id}: left: somebody has changed it meanwhile.")
    return False
