"""A flow that lives elsewhere, as somebody would write it by the docs: the line HUB_FLOWS of the settings names it.

Every court case with a file number has one task in the CRM, so that somebody looks at its deadlines. One way only.
"""

from __future__ import annotations

from syncapp.events.spec import Flow, Schedule, StepSpec, topic
from syncapp.events.topics import topic_of

CASE = "Raeumungsklage"
FOLLOWUP_SYNC = "followup_sync"
CHECK = "followups.case.check"


def flow() -> Flow:
    return Flow(
        "followups",
        "Court cases of the CRM, each with a task",
        receives=(CASE,),
        steps=(
            StepSpec(
                FOLLOWUP_SYNC,
                "Gives a court case a task",
                (topic(topic_of(CASE, "*")), topic(CHECK)),
                runs="tests.followups.sync.FollowUp",
                systems=("espocrm",),
                entity_types=(CASE,),
                timeout=30,
                title="Cases",
            ),
        ),
        schedules=(
            Schedule(
                "followups",
                "tests.followups.scan.look_at_all",
                "Looks at every court case",
                cron="20 5 * * *",
                emits=(CHECK,),
                starts=(FOLLOWUP_SYNC,),
            ),
        ),
        undoable={"rename_followup": frozenset({"name"})},
        fields=lambda: {"aktenzeichen": "File number"},
    )
