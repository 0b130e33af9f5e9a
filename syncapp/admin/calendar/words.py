"""What the calendar's pages say: numbers of a run, decisions, and sides of an appointment, in words."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.flows.calendar.decision import Decision, What
from syncapp.flows.calendar.sides import Missing, Shows
from syncapp.models import CalendarLink, LinkState
from syncapp.words.appointment_words import beyond_in_words, day_in_words
from syncapp.words.fault_words import fault_in_words, system_of
from syncapp.words.reason_words import reason_in_words

GOOGLE = "https://www.googleapis.com"  # another root is a sandbox without such pages
CALENDAR_PAGE = "https://calendar.google.com/calendar/u/0?cid={}"
# Of the last run, by the names of the decisions that were carried out.
COUNTS: Mapping[str, str | Promise] = {
    "insert": gettext_lazy("created in Google"),
    "update_google": gettext_lazy("changed in Google"),
    "delete_google": gettext_lazy("deleted in Google"),
    "create": gettext_lazy("created in Advoware"),
    "update_advoware": gettext_lazy("changed in Advoware"),
    "delete_advoware": gettext_lazy("deleted in Advoware"),
    "forget": gettext_lazy("gone on both sides"),
}

# The labels of the states are sentences; these fit into a column.
SHORT: Mapping[str, str | Promise] = {
    LinkState.NEW: gettext_lazy("not synced"),
    LinkState.AGREED: gettext_lazy("in sync"),
    LinkState.HELD: gettext_lazy("held back"),
    LinkState.BY_HAND: gettext_lazy("by hand"),
    LinkState.FAILED: gettext_lazy("failed"),
}


def short(state: str) -> str:
    """In two words; as it stands there when a newer version has written it."""
    return str(SHORT.get(state, state))


DECISIONS: Mapping[What, str | Promise] = {
    What.NOTHING: gettext_lazy("Nothing: both sides agree."),
    What.INSERT: gettext_lazy("The appointment is created in Google."),
    What.UPDATE_GOOGLE: gettext_lazy("The event in Google is changed to what Advoware has."),
    What.DELETE_GOOGLE: gettext_lazy("The event is deleted in Google, because the appointment is gone in Advoware."),
    What.CREATE: gettext_lazy("The event is created in Advoware as an appointment."),
    What.UPDATE_ADVOWARE: gettext_lazy("The appointment in Advoware is changed to what Google has."),
    What.UPDATE_BOTH: gettext_lazy("Each side gets what was changed on the other one."),
    What.DELETE_ADVOWARE: gettext_lazy("The appointment is deleted in Advoware, because its event is gone in Google."),
    What.FORGET: gettext_lazy("The hub forgets it: it is gone on both sides."),
    What.BY_HAND: gettext_lazy("A person must do it: the other side can't hold it, or lets no program change it."),
    What.ASK: gettext_lazy("Nothing: a person says first what belongs together."),
    What.LEAVE: gettext_lazy("Both sides stay as they are: one of them may not be written, or isn't compared here."),
    What.UNREADABLE: gettext_lazy("Nothing: the appointment can't be read. Correct it where it was entered."),
}

MISSING: Mapping[Missing, str | Promise] = {
    Missing.NEVER: gettext_lazy("not there"),
    Missing.GONE: gettext_lazy("not there any more"),
    Missing.OUTSIDE: gettext_lazy("not asked for: it lies outside of the days that are compared"),
}


def count_words(counts: Mapping[str, Any]) -> list[str]:
    """["3 created in Google", ...]; empty when the last run had nothing to write."""
    return [f"{count} {COUNTS.get(name, name)}" for name, count in counts.items() if count]


def decision_words(decision: Decision) -> str:
    words = str(DECISIONS[decision.what])
    return f"{words} ({beyond_in_words(decision.detail)})" if decision.detail else words


def remarks(side: Shows) -> list[str]:
    """What is to be said about a side beside its values."""
    if isinstance(side, Missing):
        return [str(MISSING[side])]
    found = []
    if side.fixed:
        found.append(_("may only be read: %(why)s") % {"why": beyond_in_words(side.fixed)})
    if side.beyond:
        found.append(beyond_in_words(side.beyond))
    return found


def link_words(link: CalendarLink) -> str:
    """Why a link is as it is."""
    if link.state == LinkState.BY_HAND:
        return beyond_in_words(link.detail)
    if link.state == LinkState.HELD:
        return str(link.get_state_display())
    words = reason_in_words(link.reason, system_of(link.detail))
    return f"{words} ({fault_in_words(link.detail)})" if link.detail and words else words or link.detail


def days_words(link: CalendarLink) -> str:
    """From its first day to its last."""
    if link.first_day is None:
        return "–"
    first = day_in_words(link.first_day)
    if link.last_day is None:
        return _("%(day)s, without an end") % {"day": first}
    last = day_in_words(link.last_day)
    return first if first == last else f"{first} – {last}"


def subject(link: CalendarLink) -> str:
    """What the appointment is about, as it was last known; a client's data."""
    told: Mapping[str, Any] = link.google
    texts = [(kept or {}).get("text") for kept in (link.agreed_advoware, told.get("about"), link.agreed_google)]
    return str(texts[0] or (told.get("event") or {}).get("summary") or texts[1] or texts[2] or "")


def subjects() -> list[KeyTextTransform]:
    """The texts of which `subject` takes one, for the database to read out."""
    about, event = KeyTransform("about", "google"), KeyTransform("event", "google")
    return [
        KeyTextTransform("text", "agreed_advoware"),
        KeyTextTransform("summary", event),
        KeyTextTransform("text", about),
        KeyTextTransform("text", "agreed_google"),
    ]


def google_page(calendar_id: str) -> str:
    """Where a person sees a calendar at Google, by the form of Google's own links for sharing one; empty: nowhere."""
    if not calendar_id or not settings.CONFIG.GOOGLE_API_ROOT.startswith(GOOGLE):
        return ""
    return CALENDAR_PAGE.format(urlsafe_b64encode(calendar_id.encode()).decode().rstrip("="))
