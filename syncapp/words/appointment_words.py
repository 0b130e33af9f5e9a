"""Values of appointments as staff would write them.

Values come as the flow stores them: in the journal as JSON, in tasks as the text of it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import date, datetime

from django.template.defaultfilters import date as formatted
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from syncapp.words.held_words import held_in_words

# Parts of Google's rules for series, and the flow's own words, for what can't be brought over.
BEYOND: Mapping[str, str] = {
    "COUNT": gettext_noop("a series that ends after a number of times"),
    "BYDAY": gettext_noop("a series on several weekdays, or on a weekday of the month such as the second Tuesday"),
    "BYMONTHDAY": gettext_noop("a series on several days of the month, or counted from its end"),
    "BYMONTH": gettext_noop("a series in certain months"),
    "BYSETPOS": gettext_noop("a series on a counted day, such as the last workday of the month"),
    "BYHOUR": gettext_noop("a series several times a day"),
    "BYWEEKNO": gettext_noop("a series in certain weeks of the year"),
    "BYYEARDAY": gettext_noop("a series on certain days of the year"),
    "FREQ": gettext_noop("a series that repeats within a day"),
    "INTERVAL": gettext_noop("a series with an unusual interval"),
    "UNTIL": gettext_noop("a series whose end can't be read"),
    "WKST": gettext_noop("a series with an unusual first day of the week"),
    "EXDATE": gettext_noop("a series that leaves out single days"),
    "RDATE": gettext_noop("a series with additional days"),
    "EXRULE": gettext_noop("a series with a rule of exceptions"),
    "timeZone": gettext_noop("a series in the time of another country, which is another hour here in some weeks"),
    "RRULE": gettext_noop("a series with several rules"),
    "changed occurrence": gettext_noop("a single occurrence of a series was changed"),
    "cancelled occurrence": gettext_noop("a single occurrence of a series was deleted"),
    "which": gettext_noop("perhaps it is an appointment of the other side: a person says what belongs together"),
    # Why a program may only read it, and the kinds of Google's events that are no appointments.
    "organizer": gettext_noop("only its organizer can change the event in Google"),
    "locked": gettext_noop("the event is locked in Google"),
    "forbidden": gettext_noop("the other side does not let the hub change it"),
    "derived": gettext_noop("Advoware makes it out of another entry"),
    "birthday": gettext_noop("a birthday"),
    "outOfOffice": gettext_noop("a time out of the office"),
    "workingLocation": gettext_noop("a place of work"),
    "focusTime": gettext_noop("focus time"),
    "fromGmail": gettext_noop("an entry that Google made of a mail"),
    "length": gettext_noop("a series whose occurrences last longer than a day"),
}
NOTHING = (None, "", "None")


def value_in_words(field: str, value: object) -> str | None:
    """None: no field of an appointment, or a value that needs no words of its own."""
    match field:
        case "start" | "end":
            return "" if value in NOTHING else moment_in_words(str(value))
        case "all_day" | "private":
            return "" if value in NOTHING else _("yes") if value in (True, "True") else _("no")
        case "series":
            return _series(value)
        case "why":
            return beyond_in_words(str(value or ""))
        case "":
            return ", ".join(str(value or "").split(","))
    return None


def beyond_in_words(part: str) -> str:
    """Why Advoware can't hold it; what is not in the table is shown as the flow calls it."""
    return _(BEYOND[part]) if part in BEYOND else held_in_words(part) or part


def moment_in_words(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{day_in_words(moment.date())} {moment:%H:%M}"


def day_in_words(day: date) -> str:
    """As Germans write it for those who read German, else YYYY-MM-DD."""
    return formatted(day, "d.m.Y") if (get_language() or "").startswith("de") else day.isoformat()


def _series(stored: object) -> str:
    if stored in NOTHING:
        return ""
    try:
        unit, every, until = ast.literal_eval(stored) if isinstance(stored, str) else stored  # type: ignore[misc]
        words = repeated(str(unit), int(every))
        return (
            words
            if until is None
            else _("%(how)s until %(day)s")
            % {
                "how": words,
                "day": day_in_words(date.fromisoformat(str(until))),
            }
        )
    except (ValueError, TypeError, SyntaxError):
        return str(stored)


def repeated(unit: str, every: int) -> str:
    match unit:
        case "daily":
            words = ngettext("every day", "every %(every)d days", every)
        case "weekly":
            words = ngettext("every week", "every %(every)d weeks", every)
        case "monthly":
            words = ngettext("every month", "every %(every)d months", every)
        case "yearly":
            words = ngettext("every year", "every %(every)d years", every)
        case _other:
            words = unit
    return words % {"every": every}
