"""Parties, whatever happens in whatever order: no edit is lost, nothing is made twice, and in the end both sides agree.

People edit on both sides, events come or don't, answers get lost, the hub is killed. What should have come of it is
worked out from the edits alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from syncapp.engine.outside import outages
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery.sweep import sweep
from syncapp.events import running
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES, PARTIES
from syncapp.models import (
    Conflict,
    ConflictState,
    JournalEntry,
    Lock,
    Record,
    Status,
    SystemName,
    Task,
    TaskState,
    Urgency,
)
from syncapp.people import conflicts
from tests.histories import histories, in_own_transactions, taken_back
from tests.integration.flows.test_agreement import dying
from tests.parties import MAIL, MOBILE, PARTY, Parties
from tests.world import World, configured

pytestmark = in_own_transactions
CRM_NAMES = {"name": "lastName", "vorname": "firstName", "geburtsdatum": "dateOfBirth", "rechtsform": "rechtsform"}
WHO = 3  # the last one is in the CRM only at first
START = {"name": "Wendland", "vorname": "Almut", "geburtsdatum": "1961-04-17", "rechtsform": ""}
VALUES = {
    "name": ["Oster", "Hinrichs", "Tiede"],
    "vorname": ["Käthe", "Jörn", ""],
    "geburtsdatum": ["1948-08-30", "1979-11-02", ""],
    "rechtsform": ["Erbengemeinschaft", "GbR"],
}
MAILS, MOBILES = ["a@kanzlei.example", "b@kanzlei.example"], ["+4915112345678", "+4916011112222"]

which = st.integers(0, WHO - 1)
a_field = st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name])))
a_contact = st.sampled_from([*MAILS, *MOBILES])
an_edit = st.one_of(
    st.tuples(st.sampled_from(["crm", "advoware"]), a_field),
    st.tuples(st.sampled_from(["crm contact", "advoware contact"]), a_contact),
)
steps = st.one_of(
    st.tuples(st.just("crm"), which, a_field),
    st.tuples(st.just("advoware"), which, a_field),
    st.tuples(st.just("crm contact"), which, a_contact),
    st.tuples(st.just("advoware contact"), which, a_contact),
    st.tuples(st.just("advoware note"), which),
    st.tuples(st.just("event"), which, st.booleans()),
    st.tuples(st.just("scan")),
    st.tuples(st.just("work"), st.integers(1, 3)),
    st.tuples(st.just("crash"), st.integers(0, 7), st.booleans()),
    st.tuples(
        st.just("fault"),
        st.sampled_from(["cut_before", "cut_after", "garbage", "truncated", "500", "503", "429"]),
        st.sampled_from(["espocrm", "advoware", "advoware-security"]),
        st.sampled_from(["GET", "POST", "PUT"]),
    ),
    st.tuples(st.just("new token")),
    # An edit whose way is cut short, and another one before the hub comes back to it.
    st.tuples(st.just("cut short"), which, st.lists(an_edit, min_size=1, max_size=2), st.integers(1, 7), st.booleans()),
)


@dataclass
class Edit:
    side: str
    name: str
    value: str


@dataclass
class Story:
    """One party, and everything that people did to it."""

    pk: str
    edits: list[Edit] = field(default_factory=list)
    contacts: list[tuple[str, str, bool]] = field(default_factory=list)  # (side, value, whether it is there now)


class Play:
    def __init__(self, world: World) -> None:
        self.parties = Parties(world)
        self.world = world
        crm = {CRM_NAMES[name]: value or None for name, value in START.items()}
        data = {**START, "geburtsdatum": "1961-04-17T00:00:00", "bemerkung": "bleibt", "beruf": "Bäckerin"}
        self.stories = []
        for number in range(WHO):
            if number < WHO - 1:
                pk, _ = self.parties.pair((MAIL, MAILS[0]), crm=crm, **data)
                self.stories.append(Story(pk))
            else:
                self.stories.append(Story(self.parties.in_crm(**crm)))

    def do(self, step: tuple[Any, ...]) -> None:
        kind, *args = step
        getattr(self, "_" + kind.replace(" ", "_"))(*args)

    def number(self, story: Story) -> int | None:
        number: int | None = self.parties.crm(story.pk)["betnr"]
        return number

    # People

    def _crm(self, who: int, change: tuple[str, str]) -> None:
        story, (name, value) = self.stories[who], change
        self.parties.edit_crm(story.pk, **{CRM_NAMES[name]: value or None})
        story.edits.append(Edit("espocrm", name, value))

    def _advoware(self, who: int, change: tuple[str, str]) -> None:
        story, (name, value) = self.stories[who], change
        number = self.number(story)
        if number is not None:
            written = f"{value}T00:00:00" if name == "geburtsdatum" and value else value or None
            self.parties.edit_advoware(number, **{name: written})
            story.edits.append(Edit("advoware", name, value))

    def _crm_contact(self, who: int, value: str) -> None:
        """Adds it, or removes it when it is there."""
        story = self.stories[who]
        data = self.parties.crm(story.pk)
        name, key = ("emailAddressData", "emailAddress") if "@" in value else ("phoneNumberData", "phoneNumber")
        rows = data[name] or []
        kept = [row for row in rows if row[key] != value]
        if len(kept) == len(rows):
            kept.append({key: value, "type": "Mobile"} if key == "phoneNumber" else {key: value})
            story.contacts.append(("espocrm", value, True))
        else:
            story.contacts.append(("espocrm", value, False))
        if kept and not any(row.get("primary") for row in kept):
            kept[0] = {**kept[0], "primary": True}
        self.parties.edit_crm(story.pk, **{name: kept})

    def _advoware_contact(self, who: int, value: str) -> None:
        story = self.stories[who]
        number = self.number(story)
        if number is None:
            return
        if any(tlf == value for _, tlf in self.parties.entries(number)):
            self.parties.remove_entry(number, value)
            story.contacts.append(("advoware", value, False))
        else:
            self.parties.add_entry(number, MAIL if "@" in value else MOBILE, value)
            story.contacts.append(("advoware", value, True))

    def _advoware_note(self, who: int) -> None:
        number = self.number(self.stories[who])
        if number is not None:
            self.parties.edit_advoware(number, bemerkung="geändert")

    # The hub

    def _event(self, who: int, full: bool) -> None:
        self.parties.event(self.stories[who].pk, full=full)

    def _scan(self) -> None:
        scans.run(PARTIES, confirmed=True)

    def _work(self, runs: int) -> None:
        if runs % 2:  # half of the time many are looked at first, as in a flood
            self.world.glance()
        for record in Record.objects.filter(status=Status.WAITING).order_by("pk")[:runs]:
            running.run_now(record.pk, record.step, even_early=True)

    def _crash(self, calls: int, answered: bool) -> None:
        with dying(calls, answered):
            self._work(3)
        Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
        sweep()

    def _cut_short(self, who: int, edits: list[tuple[str, Any]], calls: int, answered: bool) -> None:
        first, *later = edits
        self.do((first[0], who, first[1]))
        self.parties.event(self.stories[who].pk, full=True)
        self._crash(calls, answered)
        for kind, change in later:
            self.do((kind, who, change))

    def _fault(self, kind: str, system: str, method: str) -> None:
        rule = {"kind": "status", "status": int(kind)} if kind.isdigit() else {"kind": kind}
        self.world.sandbox.add_fault(**rule, system=system, method=method, times=1)  # type: ignore[arg-type]

    def _new_token(self) -> None:
        self.world.sandbox.advoware.expire_tokens()

    # The end

    def calm_down(self) -> None:
        """The faults stop, comparisons run, and people do what they are asked to."""
        self.world.sandbox.clear_faults()
        for _ in range(4):
            for system in ("espocrm", "advoware"):
                outages.try_now(system)
            scans.run(ALL_PARTIES, confirmed=True)
            self.look_at_all()
            if not self.people_at_work():
                break
        self.look_at_all()

    def look_at_all(self) -> None:
        targets = [Target(PARTY_SYNC, PARTY, story.pk) for story in self.stories]
        sync_requests.request(targets, urgency=Urgency.STAFF, full=True, force=True)
        self.world.drive()

    def people_at_work(self) -> bool:
        busy = False
        for record in Record.objects.all():
            open_now = Conflict.objects.filter(record=record, state=ConflictState.OPEN)
            busy |= bool(
                conflicts.decide(
                    record, dict.fromkeys(open_now.values_list("pk", flat=True), SystemName.ADVOWARE), None
                )
            )
        for task in Task.objects.filter(state=TaskState.OPEN, kind="creation_uncertain"):
            # The person looks in Advoware: whoever nobody knows is the one.
            known = {self.number(story) for story in self.stories}
            (mine,) = self.parties.numbers() - known
            self.parties.edit_crm(task.record.entity_id, betnr=mine)
            busy = True
        return busy


def same(play: Play, story: Story) -> None:
    """Both sides have the same; returns nothing, fails with what differs."""
    number = play.number(story)
    assert number is not None
    crm, advoware = play.parties.crm(story.pk), play.parties.advoware(number)
    for name, theirs in CRM_NAMES.items():
        assert (crm[theirs] or "") == (advoware[name] or "").replace("T00:00:00", "").replace("0001-01-01", ""), name
    ours = play.parties.mails(story.pk) | set(play.parties.phones(story.pk))
    assert ours == {value for _, value in play.parties.entries(number) if value}


def nothing_lost(play: Play, story: Story) -> None:
    """Every edit is on both sides, or was replaced by the same side's people, or is written down."""
    crm = play.parties.crm(story.pk)
    entries = list(JournalEntry.objects.filter(record__entity_id=story.pk))
    for position, edit in enumerate(story.edits):
        if (crm[CRM_NAMES[edit.name]] or "") == edit.value:
            continue
        if any(later.side == edit.side and later.name == edit.name for later in story.edits[position + 1 :]):
            continue
        written_down = any((entry.changes.get(edit.name) or [None])[0] == edit.value for entry in entries)
        chosen = Conflict.objects.filter(record__entity_id=story.pk, field=edit.name)
        in_conflict = any(edit.value in (row.here, row.there) for row in chosen)
        assert written_down or in_conflict, edit


def one_sided_edits_hold(play: Play, story: Story) -> None:
    """What only one side's people touched ends as they left it, and nobody is told of a conflict."""
    crm = play.parties.crm(story.pk)
    for name in {edit.name for edit in story.edits}:
        edits = [edit for edit in story.edits if edit.name == name]
        if len({edit.side for edit in edits}) == 1:
            assert (crm[CRM_NAMES[name]] or "") == edits[-1].value, name
            assert not Task.objects.filter(record__entity_id=story.pk, kind="value_overruled", key=name).exists(), name
            assert not Conflict.objects.filter(record__entity_id=story.pk, field=name).exists(), name
    ours = play.parties.mails(story.pk) | set(play.parties.phones(story.pk))
    for value in {value for _, value, _ in story.contacts}:
        changes = [(side, there) for side, each, there in story.contacts if each == value]
        if len({side for side, _ in changes}) == 1:
            assert (value in ours) == changes[-1][1], value
        elif all(there for _, there in changes):
            assert value in ours, value
        elif not any(there for _, there in changes):
            assert value not in ours, value


def only_what_was_touched(story: Story) -> None:
    touched = {edit.name for edit in story.edits}
    for entry in JournalEntry.objects.filter(record__entity_id=story.pk).exclude(action="create_party"):
        assert set(entry.changes) & set(CRM_NAMES) <= touched


@histories()
@given(script=st.lists(steps, min_size=3, max_size=25))
@taken_back()
def test_any_history_ends_in_agreement(world: World, script: list[tuple[Any, ...]]) -> None:
    world.sandbox.reset()
    with configured(PARTY_CONFLICTS={"vorname": "person", "rechtsform": "advoware"}):
        play = Play(world)
        JournalEntry.objects.all().delete()
        for step in script:
            play.do(step)
        play.calm_down()

        stuck = Record.objects.filter(step=PARTY_SYNC).exclude(status=Status.IN_SYNC)
        assert not stuck.exists(), list(stuck.values("status", "reason", "detail"))
        for story in play.stories:
            same(play, story)
            nothing_lost(play, story)
            one_sided_edits_hold(play, story)
            only_what_was_touched(story)
            if story is not play.stories[-1]:
                assert play.parties.advoware(play.number(story) or 0)["beruf"] == "Bäckerin"
        assert len(play.parties.numbers()) == WHO, "a party was made twice"
        assert not JournalEntry.objects.filter(state__in=["intended", "lost"], record__status=Status.IN_SYNC).exists()
        assert not Lock.objects.exists()

        before = world.mark()
        scans.run(ALL_PARTIES, confirmed=True)
        play.look_at_all()
        assert world.writes(before) == [], "syncing again must write nothing"
