"""A flow that lives elsewhere, as somebody would write it by the docs: the line HUB_FLOWS of the settings names it.

Every court case with a file number has one task in the CRM, so that somebody looks at its deadlines. One way only.
"""

from __future__ import annotations

from syncapp.events.spec import Comparison, Flow, StepSpec, topic
from syncapp.events.topics import topic_of

CASE = "Raeumungsklage"
FOLLOWUP_SYNC = "followup_sync"


def flow() -> Flow:
    return Flow(
        "followups",
        "Court cases of the CRM, each with a task",
        receives=(CASE,),
        steps=(
            StepSpec(
                FOLLOWUP_SYNC,
                "Gives a court case a task",
                (topic(topic_of(CASE, "*")),),
                runs="tests.followups.sync.FollowUp",
                systems=("espocrm",),
                entity_types=(CASE,),
                timeout=30,
                title="Cases",
            ),
        ),
        comparisons=(
            Comparison(
                "followups",
                "tests.followups.scan.cases",
                "Court cases",
                "court cases and their tasks",
                "Compares court cases with their tasks",
                ("espocrm",),
                "20 5 * * *",
                (FOLLOWUP_SYNC,),
            ),
        ),
        undoable={"rename_followup": frozenset({"name"})},
        fields=lambda: {"aktenzeichen": "File number"},
    )
