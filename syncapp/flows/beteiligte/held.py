"""What waits until writing to a system is switched on. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from syncapp.engine.runs.planning import Postponed
from syncapp.flows.beteiligte.actions import ADVOWARE, Action, WriteCrm
from syncapp.flows.beteiligte.state import PartyState, Why

HELD_FOR = timedelta(days=1)  # switching writing on wakes what waits for it, so this is only a reminder


def held_ending(held: Iterable[Action]) -> Postponed:
    return Postponed(Why.WRITING_OFF, HELD_FOR, detail=", ".join(sorted({action.system for action in held})))


def held_back(
    wanted: Iterable[Action], state: PartyState, *, tells: bool = True
) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    """What may be written, and what waits until writing to that system is switched on."""
    actions: list[Action] = []
    held: list[Action] = []
    for action in wanted:
        if action.system in state.writable:
            actions.append(action)
        elif isinstance(action, WriteCrm) and ADVOWARE in state.writable:
            # Where the party is in Advoware must be noted even when nothing else is brought to EspoCRM.
            actions += [WriteCrm(status=action.status)] if tells else []
            held += [action] if action.changes else []
        else:
            held.append(action)
    return tuple(actions), tuple(held)
