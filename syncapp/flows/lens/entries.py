"""Entries of a list, such as a party's phone numbers. Pure.

Each is a field of its own, named by its canonical value; what is said of it is its type, or nothing where it isn't. So
they are merged as every other field, and edits of different entries never meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncapp.flows.lens.core import EMPTY, CantHold, Lens, Nothing, Said, Unreadable, Value
from syncapp.flows.lens.declaration import Base, Field, Holds, Outcome, Side, Way, What
from syncapp.flows.lens.merge import decide
from syncapp.flows.lens.own import Own, with_own_writes
from syncapp.flows.lens.records import remembered


@dataclass(frozen=True, slots=True)
class Entries:
    """`kinds`: canonical value to type. `unreadable`: entries that are no value; each is a task, always."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()

    def said(self, key: str) -> Value[str]:
        return self.kinds.get(key, EMPTY)

    def with_kinds(self, kinds: Mapping[str, str]) -> Entries:
        return replace(self, kinds={**self.kinds, **kinds})


@dataclass(frozen=True, slots=True)
class Agreed:
    """What each side had at the last agreement."""

    here: Entries = field(default_factory=Entries)
    there: Entries = field(default_factory=Entries)

    def base(self, key: str) -> Base[str] | None:
        """None: neither side had it, so that it is seen for the first time."""
        said = Base(self.here.said(key), self.there.said(key))
        return None if said == Base(EMPTY, EMPTY) else said


class _AsItIs(Lens[Value[str], str]):
    def get(self, raw: Value[str]) -> Said[str]:
        return raw

    def put(self, raw: Value[str], value: Value[str]) -> Value[str] | CantHold:  # noqa: ARG002  nothing is kept of it
        return value


def _field(key: str, here: Value[str], there: Value[str], way: Way) -> Field[Any, Any, str]:
    """An edit beats a deletion."""
    rule = Holds.THERE if isinstance(here, Nothing) and not isinstance(there, Nothing) else Holds.HERE
    return Field(key, _AsItIs(), _AsItIs(), rule, way)


def merge_entries(
    here: Entries | None,
    there: Entries | None,
    agreed: Agreed | None,
    *,
    way: Way = Way.BOTH,
    forced: Mapping[str, Value[str]] | None = None,
) -> dict[str, Outcome[str]]:
    """By canonical value. A side that did not tell is more likely broken than empty: then nothing moves."""
    if here is None or there is None:
        return {}
    outcomes = {}
    wanted = forced or {}
    for key in sorted({*here.kinds, *there.kinds, *wanted}):
        ours, theirs = here.said(key), there.said(key)
        base = agreed.base(key) if agreed else None
        outcomes[key] = decide(_field(key, ours, theirs, way), ours, theirs, base, forced=wanted.get(key))
    return _without_doubtful_removals(outcomes, here, there, agreed, wanted)


def _without_doubtful_removals(
    outcomes: dict[str, Outcome[str]],
    here: Entries,
    there: Entries,
    agreed: Agreed | None,
    wanted: Mapping[str, Value[str]],
) -> dict[str, Outcome[str]]:
    """An entry that is gone while something unreadable came may be what that was: it stays on the other side."""
    came = {
        Side.HERE: here.unreadable - agreed.here.unreadable if agreed else frozenset(),
        Side.THERE: there.unreadable - agreed.there.unreadable if agreed else frozenset(),
    }
    for key, outcome in outcomes.items():
        if outcome.what is not What.PUT or outcome.value is not EMPTY or key in wanted:
            continue
        source = outcome.to[0].other
        if came[source]:
            unreadable = Unreadable("; ".join(sorted(came[source])))
            sides = {"here": unreadable} if source is Side.HERE else {"there": unreadable}
            outcomes[key] = replace(outcome, what=What.UNREADABLE, to=(), **sides)  # type: ignore[arg-type]
    return outcomes


def with_own_entries(agreed: Agreed, writes: Iterable[tuple[str, Own[str]]], here: Entries, there: Entries) -> Agreed:
    """`writes`: canonical value, and the type that we wrote, or nothing where we took the entry away."""
    bases: dict[str, Base[str] | None] = {}
    for key, own in writes:
        ours, theirs = here.said(key), there.said(key)
        before = bases.get(key, agreed.base(key))
        bases[key] = with_own_writes(_field(key, ours, theirs, Way.BOTH), before, [own], ours, theirs)
    return _agreed(agreed, bases, agreed.here.unreadable, agreed.there.unreadable)


@dataclass(frozen=True, slots=True)
class Remembered:
    agreed: Agreed
    not_kept: frozenset[str] = frozenset()
    moved_on: bool = False


def remembered_entries(
    outcomes: Mapping[str, Outcome[str]], agreed: Agreed | None, here: Entries, there: Entries
) -> Remembered:
    """`here`, `there`: after everything was written and read back. What waits for a person keeps its old place."""
    before, bases, not_kept, moved_on = agreed or Agreed(), {}, set(), False
    for key in {*outcomes, *here.kinds, *there.kinds}:
        ours, theirs = here.said(key), there.said(key)
        outcome = outcomes.get(key, Outcome(EMPTY, EMPTY, What.AGREED))
        waits = outcome.what is What.UNREADABLE  # its removal is doubtful, and what it says is of another entry
        seen = remembered(_field(key, ours, theirs, Way.BOTH), outcome, before.base(key), ours, theirs)
        bases[key] = before.base(key) if waits else seen.base or before.base(key)
        moved_on |= seen.moved_on and not waits
        not_kept |= set() if seen.kept else {key}
    doubtful = any(outcome.what is What.UNREADABLE for outcome in outcomes.values())
    unreadable = (
        side.unreadable & then.unreadable if doubtful else side.unreadable
        for side, then in ((here, before.here), (there, before.there))
    )
    return Remembered(_agreed(Agreed(), bases, *unreadable), frozenset(not_kept), moved_on)


def _agreed(
    agreed: Agreed,
    bases: Mapping[str, Base[str] | None],
    here_unreadable: frozenset[str],
    there_unreadable: frozenset[str],
) -> Agreed:
    sides = []
    for side, then in ((Side.HERE, agreed.here), (Side.THERE, agreed.there)):
        kinds = {key: base.of(side) for key, base in bases.items() if base is not None}
        merged = {**then.kinds, **kinds}
        sides.append({key: kind for key, kind in merged.items() if isinstance(kind, str)})
    return Agreed(Entries(sides[0], here_unreadable), Entries(sides[1], there_unreadable))
