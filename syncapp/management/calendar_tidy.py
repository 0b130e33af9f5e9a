"""Events that are there twice, and what belongs to no appointment: found, and taken away when a person says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.management.base import CommandError

from syncapp.clients.errors import ClientError, Outdated
from syncapp.engine.outside import locks
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.claims import ClaimLost
from syncapp.events.registry import CALENDAR_SYNC
from syncapp.flows.calendar import audit, looking, tidying
from syncapp.flows.calendar.audit import Extra
from syncapp.flows.calendar.everyone import EMPLOYEE
from syncapp.management.base import misused
from syncapp.management.calendar_found import Found
from syncapp.management.calendar_found import rows as rows_of
from syncapp.management.calendar_names import FOUND, TROUBLE, Say, chosen, each
from syncapp.management.output import plural, table
from syncapp.management.recording import recorded
from syncapp.models import CalendarEmployee, CalendarLink, Urgency

DUPLICATES = """Finds events that are in a Google calendar twice: with the mark of the same appointment, or saying the
same at the same time.

--remove deletes the extra ones: those that no appointment of Advoware hangs on, and only when nobody has changed them
meanwhile. The others are for a person: deleting them in Google would delete their appointment in Advoware."""
ORPHANS = """Finds events with the hub's mark whose appointment is not in Advoware, and links of which neither side has
anything any more.

--remove deletes the events, after asking Advoware once more for each and only when nobody has changed them meanwhile,
and takes the links away. Events that people entered in Google are never among them."""


@dataclass(frozen=True, slots=True)
class Order:
    action: str
    remove: bool = False
    dry_run: bool = False
    yes: bool = False


def run(names: Sequence[str], order: Order, say: Say) -> int:
    if order.dry_run and not order.remove:
        raise misused("--dry-run goes with --remove. Without --remove nothing is changed anyway.")
    if order.remove and not order.dry_run and settings.CONFIG.OBSERVE_ONLY:
        raise CommandError("OBSERVE_ONLY is set: nothing is written outside.", returncode=FOUND)
    found, troubled = _all(names, order, say)
    rows = [row for each_ in found for row in rows_of(each_)]
    if not rows:
        say("Nothing was found.")
        return TROUBLE if troubled else 0
    say(table(("employee", "event", "frNr", "why", "stays", ""), rows))
    removable = sum(len(each_.removable) + len(each_.links) for each_ in found)
    say(f"\n{plural(len(rows), 'finding')}, {removable} of which --remove takes away.")
    if not order.remove or order.dry_run or not removable:
        return TROUBLE if troubled else FOUND
    if not order.yes and not _agreed(removable):
        say("Left as it is.")
        return FOUND
    left = sum(_remove(each_, say) for each_ in found) + len(rows) - removable
    return TROUBLE if troubled else FOUND if left else 0


def _all(names: Sequence[str], order: Order, say: Say) -> tuple[list[Found], bool]:
    found, troubled = [], False
    for employee in each([row for row in chosen(names) if row.calendar_id], "Looking"):
        try:
            found.append(_one(employee, order.action))
        except ClientError as exc:
            troubled = True
            say(f"{employee.pk} could not be asked: {exc}")
    return found, troubled


def _one(employee: CalendarEmployee, action: str) -> Found:
    looker = looking.looker(employee.pk)
    if action == "orphans":
        state = looker.whole()
        return Found(employee, looker, audit.orphans(state), audit.forgotten(state))
    known = {link.event_id: link for link in CalendarLink.objects.filter(employee=employee).exclude(event_id="")}
    events = looker.events(employee.calendar_id)
    return Found(employee, looker, audit.duplicates(employee.pk, events, known, looker.zone))


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
    target = Target(CALENDAR_SYNC, EMPLOYEE, found.employee.pk)
    sync_requests.request([target], urgency=Urgency.STAFF, full=True, force=True)
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


def _agreed(count: int) -> bool:
    try:
        return input(f"Take {count} away for good? Type yes: ").strip().lower() == "yes"
    except EOFError:  # nobody there to ask
        return False
