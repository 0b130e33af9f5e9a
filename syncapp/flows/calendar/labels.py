"""What staff call the fields of an appointment, and what else its tasks and journal entries name. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.fields import WHEN
from syncapp.kit.marking import gettext_noop as _

# As `form.py` names them, in the order in which people read them.
FIELDS: Mapping[str, str] = {
    "start": _("Begins"),
    "end": _("Ends"),
    "all_day": _("Whole day"),
    "series": _("Repeats"),
    "text": _("Subject"),
    "place": _("Place"),
    "note": _("Note"),
    "private": _("Private"),
}
_OTHER_LABELS: Mapping[str, str] = {
    "why": _("What stands in the way"),
    "frNr": _("Number in Advoware"),
    WHEN: _("Time"),
    # Of a task about many of them.
    What.CREATE.value: _("To be created in Advoware"),
    What.DELETE_GOOGLE.value: _("To be deleted in Google"),
    What.DELETE_ADVOWARE.value: _("To be deleted in Advoware"),
    "": _("Appointments"),
}


def labels() -> Mapping[str, str]:
    return {**FIELDS, **_OTHER_LABELS}
