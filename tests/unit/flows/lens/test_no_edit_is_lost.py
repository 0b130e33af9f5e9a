"""Histories of two sides that people edit while the hub runs, crashes and is not believed, against a tiny model.

The model knows one thing for each side: what it said when a run last settled the field (was not stopped, left no task).
What differs from that is an edit, which is to be found on both sides or reported. Of a run that was stopped while it
wrote nobody can tell how far it came: until the field is settled again, a person who types what that run read or wrote,
or what that side would make of it, can't be told from us.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.flows.lens.core import Attribute, Unreadable
from syncapp.flows.lens.declaration import Base, Field, Holds, Side, What
from syncapp.flows.lens.own import Own, with_own_writes
from syncapp.flows.lens.phones import Phone
from syncapp.flows.lens.records import merge, remembered
from syncapp.flows.lens.texts import Text
from tests.unit.flows.lens.strategies import examples

LIMIT = 12
REPORTED = (What.CONFLICT, What.CANT_HOLD, What.UNREADABLE)
TEXTS = ["", "a", "b", "?u", "Łu", "Łukasz Roth & Söhne", "Roth & Söhne Łódź", "Łukasz", "?", "x" * 30, "x" * 29 + "y"]
PHONES = [
    "",
    "030 1234567",
    "030 7654321 privat",
    "+4930123456 ext. 12",
    "keine",
    "0171 1234567 / 030 1234567",
    "Frau Roth",
]


@dataclass
class World:
    """`shorter`: the second side cuts texts and replaces signs by itself, whoever writes them."""

    field: Field[Any, Any, Any]
    shorter: bool = False
    here: dict[str, Any] = field(default_factory=lambda: {"v": "", "other": "x"})
    there: dict[str, Any] = field(default_factory=lambda: {"w": "", "other": "y"})
    base: Base[Any] | None = None
    own: list[Own[Any]] = field(default_factory=list)
    unsure: set[tuple[Side, Any]] = field(default_factory=set)
    known: dict[Side, Any] = field(default_factory=dict)

    def said(self, side: Side) -> Any:
        return self.field.here.get(self.here) if side is Side.HERE else self.field.there.get(self.there)

    def store(self, side: Side, text: str) -> None:
        if side is Side.HERE:
            self.here = {**self.here, "v": text}
        else:
            short = text.encode("latin-1", "replace").decode("latin-1")[:LIMIT].rstrip() if self.shorter else text
            self.there = {**self.there, "w": short}

    def settle_model(self) -> None:
        self.known, self.unsure = {side: self.said(side) for side in Side}, set()

    def run(self, *, crash: bool, dropped: bool) -> None:
        h, t = self.said(Side.HERE), self.said(Side.THERE)
        base = with_own_writes(self.field, self.base, self.own, h, t)
        merged = merge([self.field], self.here, self.there, {"f": base} if base else {})
        outcome = merged.outcomes["f"]
        raws = {Side.HERE: str(merged.here["v"]), Side.THERE: str(merged.there["w"])}
        unreadable = [side for side in Side if isinstance(self.said(side), Unreadable)]
        edited = [s for s in Side if self.said(s) != self.known[s] and not self.may_be_ours(s)]
        before = {Side.HERE: self.here["v"], Side.THERE: self.there["w"]}
        written = [side for side in Side if raws[side] != before[side]]
        assert not set(written) & set(unreadable), "what is unreadable was overwritten"
        if len(edited) == 2 and outcome.what is What.PUT:
            assert outcome.loser is not None, "an edit was overwritten in silence"
        for side in written:
            if not dropped:
                self.store(side, raws[side])
        for side in edited:
            if outcome.what in REPORTED or outcome.loser is side or (dropped and written):
                continue
            assert self.agreed() or self.may_be_arrived(side), f"the edit {side} was not carried over"
        if crash:
            self.own += [Own(side, outcome.value) for side in written]
            self.unsure |= {(side, outcome.value) for side in written}
            self.unsure |= {(side, outcome.of(side)) for side in Side if written}
            return
        seen = remembered(self.field, outcome, base, self.said(Side.HERE), self.said(Side.THERE))
        assert not seen.moved_on
        assert seen.kept or dropped, "what was kept was not seen"
        self.base, self.own = seen.base, []
        if outcome.what not in REPORTED:
            self.settle_model()

    def may_be_ours(self, side: Side) -> bool:
        said, lens = self.said(side), self.field.lens(side)
        unsure = [value for where, value in self.unsure if where is side]
        return said in unsure or any(
            not isinstance(each, Unreadable) and not isinstance(said, Unreadable) and lens.kept(each, said)
            for each in unsure
        )

    def may_be_arrived(self, side: Side) -> bool:
        """Whether the other side shows what it may have made of this very edit, and may have it from us."""
        value, now = self.said(side), self.said(side.other)
        readable = not isinstance(value, Unreadable) and not isinstance(now, Unreadable)
        return readable and self.may_be_ours(side.other) and self.field.lens(side.other).kept(value, now)

    def agreed(self) -> bool:
        return self.field.agree(self.said(Side.HERE), self.said(Side.THERE))


def _field(here: Any, there: Any, rule: Holds) -> Field[Any, Any, Any]:
    return Field("f", Attribute("v", here), Attribute("w", there), rule)


SIDES: dict[str, tuple[Any, Any, bool, list[str]]] = {
    "texts": (Text(), Text(), False, TEXTS),
    "a side that keeps less": (Text(), Text(limit=LIMIT, charset="latin-1"), True, TEXTS),
    "phones": (Phone(), Phone(extension="Durchwahl"), False, PHONES),
}


@pytest.mark.parametrize("name", SIDES)
@settings(max_examples=examples(150), deadline=None)
@given(data=st.data())
def test_no_edit_is_lost(name: str, data: st.DataObject) -> None:
    here, there, shorter, values = SIDES[name]
    world = World(_field(here, there, data.draw(st.sampled_from([Holds.HERE, Holds.THERE, Holds.PERSON]))), shorter)
    world.settle_model()
    world.run(crash=False, dropped=False)
    for _ in range(data.draw(st.integers(1, 6))):
        for side in data.draw(st.lists(st.sampled_from(Side), max_size=2)):
            world.store(side, data.draw(st.sampled_from(values)))
        world.run(crash=data.draw(st.booleans()), dropped=data.draw(st.sampled_from([False, False, True])))
    world.run(crash=False, dropped=False)
    before = world.here, world.there
    world.run(crash=False, dropped=False)
    assert (world.here, world.there) == before, "the hub doesn't come to rest"
    assert (world.here["other"], world.there["other"]) == ("x", "y")
