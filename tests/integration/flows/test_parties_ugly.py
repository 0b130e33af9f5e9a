"""Parties with what people really type, on both sides and in any order: nothing that can't be read is touched, nothing
differs in silence, and what the hub does not know stays as it is."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syncapp.clients.espocrm import EspoParty
from syncapp.flows.beteiligte.contacts import canonical, kind_of
from syncapp.flows.beteiligte.fields import CONTACTS, TABLE, Kind, Rules
from syncapp.flows.beteiligte.sides import crm_side
from syncapp.flows.lens.declaration import Side
from syncapp.flows.lens.within import plain
from syncapp.models import Reason, Status, Task, TaskState
from tests.histories import histories, in_own_transactions, taken_back
from tests.parties import MAIL, Parties
from tests.unit.flows.lens.strategies import BLANKS, MAILS, NO_MAILS, NO_NUMBERS, NUMBERS, REMARKS, TEXTS
from tests.world import World

pytestmark = in_own_transactions
NAMES = {each.name: each for each in TABLE}
FOREIGN = {"bemerkung": "nur\u00a0vormittags", "beruf": "B\u00e4ckerin", "titel": "Dr.", "gesperrt": True}
KOMMKZ = [number for each in CONTACTS for number in each.kommkz]
SENT = tuple(text for text in TEXTS if text.isprintable() or "\n" in text)  # JSON knows no half signs
SHORT = tuple(text for text in SENT if len(text) <= 100 and text.isprintable())

words = st.sampled_from([*SHORT, "Roth", "Weiss", "", "Herr", "Frau Notarin"])
remarked = st.builds("{}{}{}".format, st.sampled_from(NUMBERS), st.sampled_from(BLANKS), st.sampled_from(REMARKS))
entries = st.sampled_from([*NUMBERS, *NO_NUMBERS, *MAILS, *NO_MAILS, ""]) | remarked
names = st.sampled_from(["name", "vorname", "anrede", "rechtsform"])
good = st.sampled_from(["+49301234567", "+491701234567", "+495111230467", "a@x.example", "j@x.example"])
steps = st.one_of(
    st.tuples(st.just("crm"), names, st.sampled_from([text for text in SHORT if "<" not in text])),
    st.tuples(st.just("advoware"), names, words | st.sampled_from(SENT)),
    st.tuples(st.just("crm contact"), good, st.booleans()),
    st.tuples(st.just("new entry"), st.sampled_from(KOMMKZ), entries),
    st.tuples(st.just("edit entry"), st.integers(0, 3), entries),
    st.tuples(st.just("look")),
)


class Play:
    def __init__(self, world: World) -> None:
        self.world, self.parties, self.rules = world, Parties(world), Rules()
        self.pk, self.number = self.parties.pair((MAIL, "alt@x.example"), **FOREIGN)
        self.typed: dict[int, str] = {}  # entries as people left them

    def do(self, step: tuple[Any, ...]) -> None:
        kind, *args = step
        getattr(self, "_" + kind.replace(" ", "_"))(*args)

    def _crm(self, name: str, value: str) -> None:
        if name == "anrede":
            value = {"?": "Frau"}.get(value, "Herr")  # the CRM takes none but its options
        if name != "name" or value.strip():
            self.parties.edit_crm(self.pk, **{NAMES[name].crm: value})

    def _advoware(self, name: str, value: str) -> None:
        self.parties.edit_advoware(self.number, **{NAMES[name].advoware: value})

    def _crm_contact(self, value: str, there: bool) -> None:
        name, key = ("emailAddressData", "emailAddress") if "@" in value else ("phoneNumberData", "phoneNumber")
        rows = [row for row in self.parties.crm(self.pk)[name] or [] if row[key] != value]
        rows += [{key: value, **({} if "@" in value else {"type": "Office"})}] if there else []
        if rows and not any(row.get("primary") for row in rows):
            rows[0] = {**rows[0], "primary": True}
        self.parties.edit_crm(self.pk, **{name: rows})

    def _new_entry(self, kommkz: int, value: str) -> None:
        before = {row["id"] for row in self.entries()}
        self.parties.add_entry(self.number, kommkz, value)
        self.typed |= {row["id"]: value for row in self.entries() if row["id"] not in before}

    def _edit_entry(self, position: int, value: str) -> None:
        rows = self.entries()
        if position < len(rows):
            pk = rows[position]["id"]
            self.world.sandbox.advoware.update_communication(self.number, pk, {"tlf": value})
            self.typed[pk] = value

    def _look(self) -> None:
        self.parties.sync(self.pk)

    def entries(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.parties.advoware(self.number)["kommunikation"]
        return rows

    # What must hold

    def told(self) -> str:
        """All that open tasks show."""
        rows = Task.objects.filter(record__entity_id=self.pk, state=TaskState.OPEN)
        return str([(row.key, row.facts) for row in rows])

    def unreadable_is_as_it_was(self) -> None:
        now = {row["id"]: row["tlf"] or "" for row in self.entries()}
        for pk, text in self.typed.items():
            kind = kind_of(next(row["kommKz"] for row in self.entries() if row["id"] == pk), self.rules)
            if kind and plain(text) and canonical(kind, text, Side.THERE, self.rules) is None:
                assert now[pk] == text
                assert kind is Kind.OTHER or plain(text)[:40] in self.told(), text

    def nothing_differs_in_silence(self) -> None:
        party = EspoParty.from_api(self.parties.crm(self.pk))
        crm, there = crm_side(party, self.rules), self.parties.advoware(self.number)
        for each in crm.fields:
            ours, theirs = each.here.get(party.raw), each.there.get(there)
            assert each.agree(ours, theirs) or f"'{each.name}'" in self.told(), (each.name, ours, theirs)
        mine = {row["emailAddress"] for row in self.parties.crm(self.pk)["emailAddressData"] or []}
        mine |= set(self.parties.phones(self.pk))
        ours = {canonical(_kind(text), text, Side.HERE, self.rules) for text in mine}
        rows = [(kind_of(row["kommKz"], self.rules), row["tlf"] or "") for row in self.entries()]
        theirs = {canonical(kind, text, Side.THERE, self.rules) for kind, text in rows if kind} - {None}
        for key in ours ^ theirs:
            assert str(key) in self.told(), (key, ours, theirs)


def _kind(text: str) -> Kind:
    return Kind.MAIL if "@" in text else Kind.OFFICE


@histories()
@given(script=st.lists(steps, min_size=2, max_size=14))
@taken_back()
def test_what_people_type_is_never_lost_and_never_silent(world: World, script: list[tuple[Any, ...]]) -> None:
    world.sandbox.reset()
    play = Play(world)
    for step in script:
        play.do(step)
    play.parties.sync(play.pk)
    record = play.parties.record(play.pk)
    assert record.status == Status.IN_SYNC or record.reason == Reason.TASK_OPEN, (record.reason, record.detail)
    play.unreadable_is_as_it_was()
    play.nothing_differs_in_silence()
    there = play.parties.advoware(play.number)
    assert {name: there[name] for name in FOREIGN} == FOREIGN
    before = world.mark()
    play.parties.sync(play.pk)
    assert world.writes(before) == [], "syncing again must write nothing"
