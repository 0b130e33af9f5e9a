"""How often something runs, as people say it: *every 15 minutes*, *daily at 2:30*."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MONDAY = date(2024, 1, 1)
EVERY = "*"


def timing_in_words(cron: str, minutes: int = 0) -> str:
    """A cron line that nobody has words for is shown as it is."""
    if not cron:
        return _every(minutes)
    minute, hour, day, month, weekday = (*cron.split(), *5 * ("",))[:5]
    if (day, month) != (EVERY, EVERY):
        return cron
    begin, _slash, pause = minute.partition("/")
    if (hour, weekday) == (EVERY, EVERY):
        if pause.isdecimal() and (begin == EVERY or begin.endswith("-59")):
            return _every(int(pause))
        return _("every hour, %(minutes)s minutes past") % {"minutes": minute} if minute.isdecimal() else cron
    if not (minute.isdecimal() and hour.isdecimal()):
        return cron
    time = f"{int(hour)}:{int(minute):02d}"
    if weekday == EVERY:
        return _("daily at %(time)s") % {"time": time}
    if not weekday.isdecimal():
        return cron
    name = date_format(MONDAY + timedelta(days=(int(weekday) - 1) % 7), "l")
    return _("every %(weekday)s at %(time)s") % {"weekday": name, "time": time}


def _every(minutes: int) -> str:
    return ngettext("every minute", "every %(minutes)d minutes", minutes) % {"minutes": minutes}


def lasting(milliseconds: int) -> str:
    """How long something took: in the unit in which people would say it."""
    if milliseconds < 1000:
        return _("%(count)d ms") % {"count": milliseconds}
    seconds = milliseconds // 1000
    if seconds < 120:
        return _("%(count)d s") % {"count": seconds}
    if seconds < 2 * 3600:
        return _("%(count)d min") % {"count": seconds // 60}
    return _("%(hours)d h %(minutes)d min") % {"hours": seconds // 3600, "minutes": seconds % 3600 // 60}
