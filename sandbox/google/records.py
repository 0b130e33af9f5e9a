"""What the store is made of: events, rules, entries of lists, calendars."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.google.clock import etag
from sandbox.google.fields import Record
from sandbox.google.times import Moment


@dataclass
class Event:
    """A single one, a series, or an occurrence; such a one is stored only when it differs from its series."""

    id: str
    fields: Record  # as a client wrote them, without id, status, start, end, recurrence
    start: Moment
    end: Moment
    status: str = "confirmed"
    recurrence: tuple[str, ...] = ()
    series: str = ""  # of an occurrence: the id of its series
    original: Moment | None = None  # of an occurrence: when the series has it
    creator: str = ""
    organizer: str = ""
    locked: bool = False
    sequence: int = 0
    created: int = 0
    changed: int = 0  # also what its ETag is made of
    revision: int = 0
    gone: bool = False  # an occurrence that ended with its series: it does not stand for an exception any more

    @property
    def etag(self) -> str:
        return etag(self.changed)

    @property
    def cancelled(self) -> bool:
        return self.status == "cancelled"


@dataclass
class Row:
    """A rule, or an entry of a user's list, with what changes by itself."""

    fields: Record
    changed: int = 0
    revision: int = 0
    deleted: bool = False

    @property
    def etag(self) -> str:
        return etag(self.changed)


@dataclass
class Calendar:
    id: str
    fields: Record
    owner: str
    primary: bool = False
    changed: int = 0
    events: dict[str, Event] = field(default_factory=dict)
    rules: dict[str, Row] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return str(self.fields["timeZone"])

    @property
    def etag(self) -> str:
        return etag(self.changed)

    def exceptions(self, series: str) -> dict[str, Event]:
        """By the suffix of their ids."""
        prefix = series + "_"
        return {
            key.removeprefix(prefix): event
            for key, event in self.events.items()
            if event.series == series and not event.gone
        }
