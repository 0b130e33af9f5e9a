"""What may belong together as staff see it: an appointment, and each event that it could be with what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from syncapp.admin.calendar.pages import value
from syncapp.admin.people.differing import Pieces, differing
from syncapp.flows.calendar import questions
from syncapp.flows.calendar.form import Form
from syncapp.flows.calendar.labels import FIELDS
from syncapp.flows.calendar.questions import Shown
from syncapp.models import CalendarQuestion
from syncapp.words.field_words import field_in_words

NONE = "-"  # no event has such an id
SHOWN = 5  # events of an appointment; what is less likely is folded away
LONGEST = 300  # signs of a value
TIMES = ("start", "end", "all_day", "series")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field on both sides. `holds`: the one that both have afterwards; `replaced`: what is lost, if anything is."""

    label: str
    advoware: Pieces
    google: Pieces
    into: str
    holds: str
    replaced: str


@dataclass(frozen=True, slots=True)
class EventView:
    event: str
    form: Form
    here: Form
    chosen: bool = False

    @property
    def title(self) -> str:
        return _title(self.form)

    @property
    def when(self) -> str:
        return _when(self.form)

    @property
    def differences(self) -> list[Difference]:
        return [_difference(name, *sides) for name, sides in self._fields.items() if sides[0] != sides[1]]

    @property
    def same(self) -> str:
        """The fields that say the same."""
        alike = (name for name, (one, other) in self._fields.items() if one == other and one and name != "all_day")
        return ", ".join(field_in_words(name) for name in alike if name != "private")

    @property
    def _fields(self) -> dict[str, tuple[str, str]]:
        return {name: (_short(self.here, name), _short(self.form, name)) for name in FIELDS}


@dataclass(frozen=True, slots=True)
class AlikeView:
    """`choice`: what the person at the page has chosen so far: an event, or `NONE`."""

    shown: Shown
    choice: str = ""

    @property
    def row(self) -> CalendarQuestion:
        return self.shown.row

    @property
    def copy(self) -> EventView | None:
        """The event that has no appointment, when it looks like one that has."""
        form = self.shown.events.get(self.row.event_id)
        return EventView(self.row.event_id, form, {}) if form else None

    @property
    def seen(self) -> str:
        """Of all that is shown: a decision about something else does not count."""
        return sha256(repr(sorted(self.shown.seen().items())).encode()).hexdigest()

    @property
    def title(self) -> str:
        return _title(self._form)

    @property
    def when(self) -> str:
        return _when(self._form)

    @property
    def facts(self) -> list[tuple[str, str]]:
        names = [name for name in FIELDS if name not in ("start", "end", "all_day", "text")]
        return [(field_in_words(name), _short(self._form, name)) for name in names if self._form.get(name)]

    @property
    def events(self) -> list[EventView]:
        rows = self.shown.events.items() if not self.row.event_id else ()
        return [EventView(event, form, self.row.here, event == self.choice) for event, form in rows]

    @property
    def likely(self) -> list[EventView]:
        return self.events[:SHOWN]

    @property
    def others(self) -> list[EventView]:
        return self.events[SHOWN:]

    @property
    def none(self) -> bool:
        return self.choice == NONE

    @property
    def chosen(self) -> EventView | None:
        return next((view for view in self.events if view.chosen), None)

    @property
    def valid(self) -> bool:
        """Whether something was chosen that there is to choose."""
        return self.none or self.chosen is not None

    @property
    def answer(self) -> str:
        return "" if self.none else self.choice

    @property
    def _form(self) -> Form:
        return self.copy.form if self.copy else self.row.here


def views(rows: Iterable[CalendarQuestion], choices: Mapping[int, str] | None = None) -> list[AlikeView]:
    """Without events that are gone since: the next run has nothing to ask about them."""
    zone = ZoneInfo(settings.CONFIG.ADVOWARE_TIME_ZONE)
    found = [AlikeView(shown, (choices or {}).get(shown.row.pk, "")) for shown in questions.shown(rows, zone)]
    return [view for view in found if view.copy or not view.row.event_id]


def _title(form: Form) -> str:
    return str(form.get("text") or "") or _("(no subject)")


def _when(form: Form) -> str:
    start, end = (value(form, name) for name in ("start", "end"))
    if start.split()[:1] == end.split()[:1]:
        end = " ".join(end.split()[1:])  # on the same day
    return f"{start} – {end}" if end else start


def _short(form: Form, name: str) -> str:
    return Truncator(value(form, name)).chars(LONGEST)


def _difference(name: str, here: str, there: str) -> Difference:
    """What is empty is filled; else, and for the times, which are one field, the rule of the firm says what holds."""
    by_rule = name in TIMES or (here and there)
    to_google = settings.CONFIG.CALENDAR_CONFLICTS != "google" if by_rule else bool(here)
    holds, replaced = (here, there) if to_google else (there, here)
    into = "Google" if to_google else "Advoware"
    return Difference(field_in_words(name), *differing(here, there), into, holds, replaced)
