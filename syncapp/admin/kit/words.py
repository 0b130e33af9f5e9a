"""What the pages say, in words for people who are no programmers."""

from __future__ import annotations

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.models import Record, Status
from syncapp.words.reason_words import reason_in_words

STATES: dict[str, str | Promise] = {
    Status.IN_SYNC: gettext_lazy("All systems agree."),
    Status.RUNNING: gettext_lazy("Is being worked on right now."),
    Status.WAITING: gettext_lazy("Waits for its turn."),
    Status.SKIPPED: gettext_lazy("Nothing is to be done here."),
    Status.FAILED: gettext_lazy("Could not be done; a person is needed."),
    Status.CONFLICT: gettext_lazy("Both sides were changed; a person must choose."),
}


def state_words(record: Record) -> str:
    return str(STATES[record.status])


def next_words(record: Record) -> str:
    """What happens next, or what staff should do next."""
    if record.reason:
        return reason_in_words(record.reason)
    if record.status == Status.WAITING and record.due_at and record.due_at <= timezone.now():
        return _("It is its turn: a free worker takes it within seconds.")
    if record.status == Status.WAITING:
        return _("It starts by itself when its time has come; nothing to do.")
    if (
        record.status == Status.RUNNING
        and record.claimed_request is not None
        and record.requested > record.claimed_request
    ):
        return _("Something changed meanwhile, so it runs once more afterwards; nothing to do.")
    return _("Nothing to do.")


def ending_words(status: str, reason: str) -> str:
    """Where a preview would leave the record."""
    label = str(Status(status).label)
    return f"{label}: {reason_in_words(reason)}" if reason else label
