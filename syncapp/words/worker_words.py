"""Why workers were started anew, as staff read it; the supervisor stores what it also logs."""

from __future__ import annotations

import re

from django.utils.translation import gettext, gettext_noop

NUMBER = re.compile(r"\d+")
RESTARTS = {
    "no proof of work for # s": gettext_noop("no proof of work for %(number)s seconds"),
    "the main process was killed by signal #": gettext_noop("the main process was killed by signal %(number)s"),
    "it ended by itself (code #)": gettext_noop("it ended by itself (code %(number)s)"),
    "its guarding process is gone": gettext_noop("its guarding process is gone"),
    "it was not running": gettext_noop("it was not running"),
}


def restart_in_words(reason: str) -> str:
    """What another version has stored is shown as it is."""
    words, number = RESTARTS.get(NUMBER.sub("#", reason)), NUMBER.search(reason)
    return gettext(words) % {"number": number[0] if number else ""} if words else reason
