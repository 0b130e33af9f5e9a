"""Calendars, whatever happens in whatever order: no edit is lost, nothing is made twice, in the end both sides agree.

People enter, edit, move, delete and restore on both sides; tokens expire, answers get lost, the hub is killed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from syncapp.engine.outside import outages
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery.sweep import sweep
from syncapp.events import running
from syncapp.flows.calendar import questions
from syncapp.flows.calendar.fields import BERLIN
from syncapp.flows.calendar.flow import CALENDAR_SYNC, EMPLOYEE
from syncapp.flows.calendar.journal import CalendarWrite
from syncapp.models import (
    CalendarLink,
    JournalEntry,
    Lock,
    Record,
    Status,
    Task,
    TaskState,
    Urgency,
)
from syncapp.people import tasks
from tests.calendars import Calendars, google_times, soon
from tests.histories import histories, in_own_transactions, taken_back
from tests.integration.flows.test_agreement import dying
from tests.world import World

pytestmark = in_own_transactions
OTHER = "AP"  # has a calendar too, in which are the appointments that name this Kürzel
SLOTS = 4  # appointments that people have in mind; each is on one side first
CLOCKS = ["09:00", "10:30", "23:30"]
# How an appointment that others have entered on both sides differs there.
FILLED: dict[str, tuple[int, str, bool]] = {  # days later, text, marked
    "the same": (0, "neu", False),
    "moved": (1, "neu", False),
    "renamed": (0, "dort", False),
    "marked": (2, "neu", True),
    "marked, renamed": (0, "dort", True),
}
RULES = {None: (0, 0, 0), "DAILY": (1, 1, 1), "WEEKLY": (1, 1, 2), "MONTHLY": (1, 1, 3)}

# What an event may have and Advoware doesn't know.
RICH: dict[str, Any] = {
    "colorId": "7",
    "reminders": {"useDefault": False},
    "attendees": [{"email": "zeuge@x.example"}],
    "transparency": "transparent",
    "description": "<b>Frist</b><ul><li>Akte</li></ul>",
}

slot = st.integers(0, SLOTS - 1)
side = st.sampled_from(["advoware", "google", "other"])  # the last: the calendar of whom it is shared with
clock = st.sampled_from(CLOCKS)
day = st.integers(2, 6)
edit = st.one_of(
    st.tuples(st.just("enter"), slot, side, day, clock, st.sampled_from(list(RULES))),
    st.tuples(st.just("rename"), slot, side),
    st.tuples(st.just("move"), slot, side, day, clock),
    st.tuples(st.just("delete"), slot, side),
    st.tuples(st.just("restore"), slot, st.sampled_from(["advoware", "google"])),
    st.tuples(st.just("whole days"), slot, side, day, st.integers(1, 3)),
    st.tuples(st.just("give"), slot, st.sampled_from(["", OTHER])),
    st.tuples(st.just("occurrence"), slot, st.integers(0, 2), st.booleans()),
    st.tuples(st.just("fill"), slot, st.sampled_from(list(FILLED)), day, clock, st.booleans()),
)
steps = st.one_of(
    edit,
    edit,
    st.tuples(st.just("work")),
    st.tuples(st.just("crash"), st.integers(0, 8), st.booleans()),
    st.tuples(
        st.just("fault"),
        st.sampled_from(["cut_before", "cut_after", "garbage", "truncated", "500", "503", "429", "412"]),
        st.sampled_from(["advoware", "google", "google-batch"]),
        st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ),
    st.tuples(st.just("expire"), st.sampled_from(["sync", "google", "advoware"])),
    # An edit whose way is cut short, and another one before the hub comes back to it.
    st.tuples(st.just("cut short"), edit, st.integers(1, 7), st.booleans(), edit),
)


# The appointment was made in Advoware and found there, its mark came to Google without an answer; then it is deleted.
DELETED_BEFORE_THE_MARK = [
    ("enter", 2, "google", 3, "09:00", None),
    ("crash", 2, True),
    ("crash", 2, True),
    ("delete", 2, "google"),
    ("work",),
]

# The same the other way round: made in Google, not answered, and deleted there before the hub looked.
DELETED_BEFORE_IT_WAS_SEEN = [
    ("cut short", ("enter", 2, "advoware", 3, "09:00", None), 2, True, ("enter", 0, "advoware", 6, "09:00", None)),
    ("cut short", ("rename", 0, "advoware"), 3, True, ("delete", 2, "google")),
]

# Two copies that an earlier hub left in Google; one of them is moved there, so that both hold and share a text.
ONE_COPY_MOVED = [("fill", 1, "the same", 5, "10:30", True), ("move", 1, "google", 4, "09:00"), ("work",)]
# Two copies of which one is renamed: whoever is asked about that one must not throw the edit away.
ONE_COPY_RENAMED = [("fill", 3, "marked", 2, "23:30", True), ("rename", 3, "google"), ("work",)]


@dataclass
class Story:
    """One appointment as people see it: the last word of each side about it."""

    texts: dict[str, str] = field(default_factory=dict)  # side: the newest text given there
    deleted_on: str = ""
    bin: dict[str, Any] = field(default_factory=dict)  # side: what was deleted there last, by whomever
    sides: set[str] = field(default_factory=set)  # where people did anything at all after it was entered
    entered: bool = False
    event: str = ""  # in which it was entered in Google
    filled: bool = False  # by others, on both sides
    copies: int = 1  # of an earlier hub, in Google
    unsure: bool = False  # deleted in Advoware before the hub could know that its creation was done


class Play:
    def __init__(self, world: World) -> None:
        self.calendars = Calendars.ready(world)
        self.others = Calendars.ready(world, OTHER, "ap@kanzlei.example")
        self.world = world
        self.stories = [Story() for _ in range(SLOTS)]
        self.edits = 0
        self.calendars.sync()
        self.others.sync()

    def do(self, step: tuple[Any, ...]) -> None:
        kind, *args = step
        getattr(self, "_" + kind.replace(" ", "_"))(*args)

    # Where an appointment is, by the text it bears: "S<slot>" begins it and nobody changes that.

    def _number(self, which: int) -> int | None:
        rows = self.calendars.appointments().values()
        return next((row["frNr"] for row in rows if row["text"].startswith(f"S{which} ")), None)

    def _event(self, which: int, side: str = "google") -> str | None:
        calendars = self._of(side)
        rows = calendars.google.events(calendars.calendar)
        mine = (
            row for row in rows if row.get("summary", "").startswith(f"S{which} ") and "recurringEventId" not in row
        )
        return next((row["id"] for row in mine), None)

    def _of(self, side: str) -> Calendars:
        return self.others if side == "other" else self.calendars

    # People

    def _enter(self, which: int, side: str, day: int, clock: str, rule: str | None) -> None:
        story = self.stories[which]
        if story.entered:
            return
        story.entered = True
        start, text = soon(day, clock), f"S{which} neu"
        if side == "advoware":
            series, every, unit = RULES[rule]
            until = {"datumBis": "2037-12-31"} if rule else {}
            self.calendars.appointment(start, text=text, dauertermin=series, turnus=every, turnusArt=unit, **until)
        else:
            rules = [f"RRULE:FREQ={rule}"] if rule else []
            story.event = self.calendars.event(start, summary=text, recurrence=rules, **RICH)

    def _fill(self, which: int, how: str, day: int, clock: str, twice: bool) -> None:
        """An earlier hub has entered it on both sides, in Google perhaps twice, and the present one meets it."""
        story = self.stories[which]
        if story.entered:
            return
        story.entered = story.filled = True
        story.copies = 1 + twice
        number = self.calendars.appointment(soon(day, clock), text=f"S{which} neu")
        later, text, marked = FILLED[how]
        properties = {"extendedProperties": {"private": {"advowareFrNr": str(number)}}} if marked else {}
        for _ in range(1 + twice):
            start = soon(day + later, clock)
            story.event = self.calendars.event(start, summary=f"S{which} {text}", **RICH, **properties)
        self._work()

    def _give(self, which: int, anwalt: str) -> None:
        """The other one takes part, or does not any more."""
        if (number := self._number(which)) is not None:
            self.calendars.advoware.update_appointment(number, {"anwalt": anwalt})

    def _occurrence(self, which: int, number: int, cancelled: bool) -> None:
        """One occurrence of a series is changed or cancelled in Google: a person must do it in Advoware."""
        event = self._event(which)
        if event is None or not self.calendars.google.event(self.calendars.calendar, event).get("recurrence"):
            return
        rows = self.calendars.google.occurrences(self.calendars.calendar, event)
        if number >= len(rows) or rows[number]["status"] == "cancelled":
            return
        if cancelled:
            self.calendars.google.remove_event(self.calendars.calendar, rows[number]["id"])
        else:
            self.calendars.google.update_event(
                self.calendars.calendar, rows[number]["id"], {"summary": "ausnahmsweise"}
            )

    def _whole_days(self, which: int, side: str, day: int, days: int) -> None:
        start = soon(day, "00:00")
        number = self._number(which)
        row = self.calendars.appointments().get(number) if number is not None else None
        if row is not None and row["dauertermin"]:
            return  # its end is that of the series
        last = start + timedelta(days=days - 1)
        here = {"datum": f"{start:%Y-%m-%d}", "datumBis": f"{last:%Y-%m-%d}", "abwesenheit": 1, "uhrzeitVon": ""}
        empty = {"dateTime": None, "timeZone": None}
        there = {
            "start": {"date": f"{start:%Y-%m-%d}", **empty},
            "end": {"date": f"{start + timedelta(days=days):%Y-%m-%d}", **empty},
        }
        event = self._event(which, side) if side != "advoware" else None
        if event and self._of(side).google.event(self._of(side).calendar, event).get("recurrence"):
            return
        self._change(which, side, {**here, "uhrzeitBis": ""}, there)

    def _rename(self, which: int, side: str) -> None:
        self.edits += 1
        text = f"S{which} {self.edits}"
        if self._change(which, side, {"text": text}, {"summary": text}):
            self.stories[which].texts[side] = text

    def _move(self, which: int, side: str, day: int, clock: str) -> None:
        start = soon(day, clock)
        end = start + timedelta(hours=1)
        number = self._number(which)
        row = self.calendars.appointments().get(number) if number is not None else None
        last = {} if row is None or row["dauertermin"] else {"datumBis": f"{end:%Y-%m-%d}T00:00:00"}
        empty = {"date": None}
        there = {name: empty | value for name, value in google_times(start).items()}
        times = {"abwesenheit": 0, "datum": f"{start:%Y-%m-%d}T00:00:00", "uhrzeitVon": f"{start:%H:%M:%S}", **last}
        self._change(which, side, {**times, "uhrzeitBis": f"{end:%H:%M:%S}"}, there)

    def _change(self, which: int, side: str, here: dict[str, Any], there: dict[str, Any]) -> bool:
        if side == "advoware" and (number := self._number(which)) is not None:
            self.calendars.advoware.update_appointment(number, here)
        elif side != "advoware" and (event := self._event(which, side)) is not None:
            self._of(side).google.update_event(self._of(side).calendar, event, there)
        else:
            return False
        self.stories[which].sides.add(side)
        return True

    def _delete(self, which: int, side: str) -> None:
        story = self.stories[which]
        there = {"advoware": self._number(which), "google": self._event(which)}
        story.bin |= {name: key for name, key in there.items() if key is not None}
        if side == "advoware" and (number := self._number(which)) is not None:
            self.stories[which].unsure |= self._creation_is_open()
            self.calendars.advoware.remove_appointment(number)
        elif side != "advoware" and (event := self._event(which, side)) is not None:
            self._of(side).google.remove_event(self._of(side).calendar, event)
        else:
            return
        self.stories[which].sides.add(side)
        self.stories[which].deleted_on = side

    def _restore(self, which: int, side: str) -> None:
        """What a side has not any more, whether a person deleted it there or the hub."""
        story = self.stories[which]
        if side not in story.bin or (self._number(which) if side == "advoware" else self._event(which)) is not None:
            return
        if side == "advoware":
            self.calendars.advoware.restore_appointment(story.bin[side])
        else:
            self.calendars.google.update_event(self.calendars.calendar, story.bin[side], {"status": "confirmed"})
        story.sides.add(side)
        story.deleted_on = ""

    def _creation_is_open(self) -> bool:
        return JournalEntry.objects.filter(
            action=CalendarWrite.CREATE_APPOINTMENT, state__in=["intended", "lost"]
        ).exists()

    # The hub

    def _ask(self, urgency: Urgency = Urgency.EVENT, *, force: bool = False) -> None:
        targets = [Target(CALENDAR_SYNC, EMPLOYEE, each.kuerzel) for each in (self.calendars, self.others)]
        sync_requests.request(targets, urgency=urgency, full=True, force=force)

    def _work(self) -> None:
        self._ask()
        for record in Record.objects.filter(status=Status.WAITING).order_by("pk"):
            running.run_now(record.pk, record.step, even_early=True)

    def _crash(self, calls: int, answered: bool) -> None:
        with dying(calls, answered):
            self._work()
        Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
        sweep()

    def _cut_short(self, first: tuple[Any, ...], calls: int, answered: bool, then: tuple[Any, ...]) -> None:
        self.do(first)
        self._crash(calls, answered)
        self.do(then)

    def _fault(self, kind: str, system: str, method: str) -> None:
        rule = {"kind": "status", "status": int(kind)} if kind.isdigit() else {"kind": kind}
        self.world.sandbox.add_fault(**rule, system=system, method=method, times=1)  # type: ignore[arg-type]

    def _expire(self, what: str) -> None:
        if what == "sync":
            self.calendars.google.expire_sync_tokens()
        elif what == "google":
            self.calendars.google.expire_tokens()
        else:
            self.calendars.advoware.expire_tokens()

    # The end

    def calm_down(self) -> None:
        self.world.sandbox.clear_faults()
        for _ in range(4):
            for system in ("advoware", "google"):
                outages.try_now(system)
            self._ask(Urgency.STAFF, force=True)
            self.world.drive()
            self._say_what_belongs_together()
            for task in Task.objects.filter(state=TaskState.OPEN):
                tasks.close_task(task, None, "gesehen")

    def _say_what_belongs_together(self) -> None:
        for shown in questions.shown(questions.waiting(), BERLIN):
            kuerzel, copy = shown.row.employee_id, shown.row.event_id
            calendars = self.calendars if kuerzel == self.calendars.kuerzel else self.others
            which = {event: form["text"].split()[0] for event, form in shown.events.items()}
            if copy:
                self._twice_or_own(calendars, shown)
                continue
            here = shown.row.here["text"].split()[0]
            choice = next((event for event in which if which[event] == here), "")
            questions.answer(shown.row, choice, shown.seen(choice), None)

    def _twice_or_own(self, calendars: Calendars, shown: questions.Shown) -> None:
        """A person removes a copy that says what another event says; one that was renamed is kept for itself."""
        rows = calendars.google.events(calendars.calendar)
        called = {row["id"]: row.get("summary", "") for row in rows if "recurringEventId" not in row}
        text = called.pop(shown.row.event_id, "")
        if text in called.values():
            calendars.google.remove_event(calendars.calendar, shown.row.event_id)
        else:
            questions.answer(shown.row, "", shown.seen(), None)

    def shown(self, calendars: Calendars) -> tuple[list[Any], list[Any]]:
        """Texts, days and times of day of both sides; whole days have no time. Copies may share a text, so these are
        lists."""
        here = [
            (row["text"], row["datum"][:10], "" if row["abwesenheit"] else row["uhrzeitVon"][:5])
            for row in calendars.appointments().values()
        ]
        rows = calendars.google.events(calendars.calendar)
        there = [
            (row.get("summary", ""), start[:10], start[11:16])
            for row in rows
            if "recurringEventId" not in row
            for start in [row["start"].get("date") or row["start"]["dateTime"]]
        ]
        return sorted(here), sorted(there)


def rich(calendars: Calendars, event_id: str) -> dict[str, Any]:
    event = calendars.google.event(calendars.calendar, event_id)
    return {name: event.get(name) for name in RICH}


def nothing_lost(play: Play, which: int, story: Story, texts: list[str]) -> None:
    """What one side alone touched ends as it was left there; else every edit is there or written down."""
    mine = [text for text in texts if text.startswith(f"S{which} ")]
    # Two copies of an earlier hub in Google may end as two, when the one that was asked about is gone or staff say so.
    assert len(mine) <= story.copies, "an appointment was made twice"
    if not story.entered:
        return
    if len(story.sides) <= 1 and not story.filled:
        (only,) = story.sides or {""}
        if story.deleted_on:
            assert mine == [] or story.unsure, "a deleted appointment came back"
        else:
            assert mine == [story.texts.get(only, f"S{which} neu")]
        return
    journal = JournalEntry.objects.filter(action__in=["update_event", "update_appointment", "insert_event"])
    replaced = {entry.changes["text"][0] for entry in journal if "text" in entry.changes}
    notices = Task.objects.filter(kind="appointment_overruled")
    replaced |= {fact["wanted"] for notice in notices for fact in notice.facts if fact["field"] == "text"}
    for text in story.texts.values():
        assert text in mine or text in replaced or story.deleted_on, f"{text} is lost"


@histories()
@example(script=DELETED_BEFORE_THE_MARK)
@example(script=DELETED_BEFORE_IT_WAS_SEEN)
@example(script=[*DELETED_BEFORE_IT_WAS_SEEN, ("expire", "sync")])
@example(script=ONE_COPY_MOVED)
@example(script=ONE_COPY_RENAMED)
@given(script=st.lists(steps, min_size=3, max_size=20))
@taken_back()
def test_any_history_ends_in_agreement(world: World, script: list[tuple[Any, ...]]) -> None:
    world.sandbox.reset()
    play = Play(world)
    as_entered = rich(play.calendars, play.calendars.event(soon(9), summary="S", **RICH))
    for step in script:
        play.do(step)
    play.calm_down()

    for calendars in (play.calendars, play.others):
        record = calendars.record()
        assert record.status == Status.IN_SYNC, (record.reason, record.detail)
        here, there = play.shown(calendars)
        assert here == there
    texts = [text for text, *_ in play.shown(play.calendars)[0]]
    for which, story in enumerate(play.stories):
        nothing_lost(play, which, story, texts)
        if story.event and not story.filled:
            assert rich(play.calendars, story.event) == as_entered, "Google lost what Advoware doesn't know"
    links = CalendarLink.objects.exclude(google__parent__gt="")
    assert links.filter(employee="SB").count() == len(texts)
    assert not links.exclude(state="agreed").exists()
    assert not JournalEntry.objects.filter(state__in=["intended", "lost"]).exists()
    assert not Lock.objects.exists()

    before = world.mark()
    play.calendars.sync()
    play.others.sync()
    assert world.writes(before) == [], "syncing again must write nothing"
