"""What is to be done about a court case. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncapp.engine.runs.planning import Action, Plan, Settled, Skipped
from syncapp.kit.marking import gettext_noop


@dataclass(frozen=True, slots=True)
class CreateFollowUp(Action):
    kind, words = "followup.create", gettext_noop("create the task of the case")
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RenameFollowUp(Action):
    kind, words, shown = "followup.rename", gettext_noop("rename the task %(id)s"), ("id",)
    id: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaseState:
    """`number` "": it has none, or the case is gone. `id`, `name`: of its task, "" while there is none."""

    number: str
    id: str = ""
    name: str = ""


def plan(state: CaseState) -> Plan:
    if not state.number:
        return Plan(Skipped("no_file"))
    wanted = f"Fristen prüfen: {state.number}"
    if not state.id:
        return Plan(Settled(), (CreateFollowUp(wanted),))
    return Plan(Settled(), (RenameFollowUp(state.id, wanted),) if state.name != wanted else ())
