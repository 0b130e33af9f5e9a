"""Whether a system was ever asked. One that was never in trouble has no row of its own, and neither has one that nobody
needed yet: of the first what came of its answers tells, of the second nothing does."""

from __future__ import annotations

from syncapp.events import registry
from syncapp.models import Record, ScanRun, ScanState, Status, System

# To settle so, a run had to hear all systems of its step.
HEARD = (Status.IN_SYNC, Status.FAILED, Status.CONFLICT)
COMPARED = (ScanState.DONE, ScanState.STOPPED)


def asked(system: System) -> bool:
    if system.since or system.last_ok_at:
        return True
    steps = [spec.name for spec in registry.runnable() if system.name in spec.systems]
    if Record.objects.filter(status__in=HEARD, step__in=steps).exists():
        return True
    scans = [each.name for each in registry.comparisons() if system.name in each.systems]
    return ScanRun.objects.filter(state__in=COMPARED, scan__in=scans).exists()
