"""Having things done: the same requests that staff's buttons leave, on record with the name of the key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from syncapp.engine.queue import retry
from syncapp.engine.queue.sync_requests import Target
from syncapp.models import ProxyKey, ProxyRefusal, Record, StaffAction, Status
from syncapp.programs.entities import Entity, targets_of
from syncapp.programs.holds import Holds
from syncapp.proxy.refusals import Refused

VIA = "api"
ASKED, NOTHING = 202, 200


def sync_now(entity: Entity, key: ProxyKey, trace_id: str) -> tuple[int, dict[str, Any]]:
    """Every step that works on it looks at it anew. Raises `Refused`."""
    return _ask("sync_now", targets_of(entity), entity.kind, entity.id, key, trace_id)


def try_again(
    rows: Sequence[Record], target: tuple[str, object], key: ProxyKey, trace_id: str
) -> tuple[int, dict[str, Any]]:
    """What failed of these. What agrees or is on its way stays as it is; conflicts are for a person. Raises
    `Refused`."""
    failed = [row for row in rows if row.status == Status.FAILED]
    if not failed:
        if any(row.status == Status.CONFLICT for row in rows):
            raise Refused(
                ProxyRefusal.FOR_A_PERSON,
                _("Both sides were changed: a person must choose in the hub. A retry mends nothing."),
            )
        return NOTHING, {
            "asked": [],
            "held_back": [],
            "message": _("Nothing failed here: there is nothing to try again."),
        }
    targets = [Target(row.step, row.entity_type, row.entity_id) for row in failed]
    return _ask("retry", targets, *target, key, trace_id)


def _ask(
    action: str, targets: Sequence[Target], target_type: str, target_id: object, key: ProxyKey, trace_id: str
) -> tuple[int, dict[str, Any]]:
    """All but what is held back; if that is all, nothing is asked and nothing is left waiting."""
    holds = Holds()
    held = {target.step: found for target in targets if (found := holds.of(target.step))}
    free = [target for target in targets if target.step not in held]
    if not free:
        raise Refused(ProxyRefusal.HELD_BACK, " ".join(dict.fromkeys(found.words for found in held.values())))
    with StaffAction.recorded(action, target_type, target_id, key.name, via=VIA) as row:
        asked = retry.ask(free, trace_id)
        row.count = len(asked)
    return ASKED, {
        "asked": [{"record": each.pk, "step": each.target.step} for each in asked],
        "held_back": [{"step": step, **found.told} for step, found in held.items()],
        "message": _("Asked for: a run usually starts within seconds."),
    }
