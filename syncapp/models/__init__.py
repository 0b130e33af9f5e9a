"""The tables are the truth; the queue only carries."""

from syncapp.models.adoption import Adoption, AdoptionFinding, AdoptionState, Cause, Verdict
from syncapp.models.attempts import Attempt, JournalAction, JournalEntry, JournalState, Outcome, Seen
from syncapp.models.calendar import (
    CalendarEmployee,
    CalendarLink,
    CalendarQuestion,
    CalendarTombstone,
    LinkState,
    PushChannel,
)
from syncapp.models.engine import Cursor, Lock, QuotaBucket, ScanRun, ScanState, Worker
from syncapp.models.figures import About, Figures, Span
from syncapp.models.handling import Handling, NeedKind
from syncapp.models.inbox import InboxItem, InboxMessage, InboxState
from syncapp.models.notices import KnownTrouble, Notice, NoticeChoice, NoticeState, TroubleKind
from syncapp.models.proxy import HubRight, ProxyCall, ProxyKey, ProxyRefusal, ProxyWindow
from syncapp.models.reasons import PATIENT, Reason
from syncapp.models.records import NEEDS_A_PERSON, NO_REASON, TAKEN_BY, Record, Status, Urgency
from syncapp.models.references import Orphan, OrphanState, OrphanWhy, Reference, ReferenceKind
from syncapp.models.schedules import JobState, ScheduledFailure, ScheduledJob
from syncapp.models.second_factor import SecondFactor
from syncapp.models.staff import StaffAction
from syncapp.models.systems import Outage, StepSwitch, System, SystemName, SystemState
from syncapp.models.tasks import (
    NOTICES,
    Conflict,
    ConflictState,
    Task,
    TaskKind,
    TaskState,
    Undo,
    UndoRefusal,
    UndoState,
)

__all__ = [
    "NEEDS_A_PERSON",
    "NOTICES",
    "NO_REASON",
    "PATIENT",
    "TAKEN_BY",
    "About",
    "Adoption",
    "AdoptionFinding",
    "AdoptionState",
    "Attempt",
    "CalendarEmployee",
    "CalendarLink",
    "CalendarQuestion",
    "CalendarTombstone",
    "Cause",
    "Conflict",
    "ConflictState",
    "Cursor",
    "Figures",
    "Handling",
    "HubRight",
    "InboxItem",
    "InboxMessage",
    "InboxState",
    "JobState",
    "JournalAction",
    "JournalEntry",
    "JournalState",
    "KnownTrouble",
    "LinkState",
    "Lock",
    "NeedKind",
    "Notice",
    "NoticeChoice",
    "NoticeState",
    "Orphan",
    "OrphanState",
    "OrphanWhy",
    "Outage",
    "Outcome",
    "ProxyCall",
    "ProxyKey",
    "ProxyRefusal",
    "ProxyWindow",
    "PushChannel",
    "QuotaBucket",
    "Reason",
    "Record",
    "Reference",
    "ReferenceKind",
    "ScanRun",
    "ScanState",
    "ScheduledFailure",
    "ScheduledJob",
    "SecondFactor",
    "Seen",
    "Span",
    "StaffAction",
    "Status",
    "StepSwitch",
    "System",
    "SystemName",
    "SystemState",
    "Task",
    "TaskKind",
    "TaskState",
    "TroubleKind",
    "Undo",
    "UndoRefusal",
    "UndoState",
    "Urgency",
    "Verdict",
    "Worker",
]
