"""The laws that every lens keeps, as checks of one lens with one raw value; properties call them with ugly ones."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from syncapp.flows.lens.core import CantHold, Lens, Nothing, Unreadable, Why
from syncapp.flows.lens.within import Within, plain


def bytes_of(raw: Any) -> str:
    return json.dumps(raw, ensure_ascii=True, default=repr)


def get_put(lens: Lens[Any, Any], raw: Any) -> None:
    """Writing back what was read changes not one byte."""
    said = lens.get(raw)
    if not isinstance(said, Unreadable):
        assert bytes_of(lens.put(raw, said)) == bytes_of(raw)


def put_get(lens: Lens[Any, Any], raw: Any, value: Any) -> None:
    """What was written is read again, as far as this side can hold it; what is unreadable was not written over."""
    before = lens.get(raw)
    after = lens.put(raw, value)
    if isinstance(before, Unreadable):
        assert isinstance(after, CantHold)
        return
    if isinstance(after, CantHold):
        return
    now = lens.get(after)
    assert not isinstance(now, Unreadable)
    assert lens.same(value, now)
    assert lens.kept(value, now)
    assert isinstance(value, Nothing) == isinstance(now, Nothing)


def put_put(lens: Lens[Any, Any], raw: Any, first: Any, second: Any) -> None:
    """Only the last write counts, and the same write again changes nothing."""
    once = lens.put(raw, first)
    if isinstance(once, CantHold):
        return
    assert bytes_of(lens.put(once, first)) == bytes_of(once)
    twice, directly = lens.put(once, second), lens.put(raw, second)
    if not isinstance(twice, CantHold) and not isinstance(directly, CantHold):
        one, other = lens.get(twice), lens.get(directly)
        assert not isinstance(one, Unreadable)
        assert not isinstance(other, Unreadable)
        assert lens.same(second, one)
        assert lens.same(second, other)


def no_more_than_asked(lens: Lens[Any, Any], raw: Mapping[str, Any], value: Any, owned: Collection[str]) -> None:
    """Every attribute that is not the field's own stays as it was, in its place, and none comes."""
    after = lens.put(raw, value)
    if isinstance(after, CantHold):
        return
    mine = {name.lower() for name in owned}
    others = [(name, bytes_of(held)) for name, held in raw.items() if name.lower() not in mine]
    assert [(name, bytes_of(held)) for name, held in after.items() if name.lower() not in mine] == others


def holds_what_it_says(lens: Lens[Any, Any], raw: Any, empty: Any, refuses: Collection[Why] = ()) -> None:
    """A value that this side says can be put where it says nothing: a lens is no excuse for writing nothing."""
    said = lens.get(raw)
    if isinstance(said, Unreadable | Nothing):
        return
    after = lens.put(empty, said)
    if isinstance(after, CantHold):
        assert after.reason in refuses
        return
    now = lens.get(after)
    assert not isinstance(now, Unreadable | Nothing)
    assert lens.same(said, now)


def sameness(lens: Lens[Any, Any], raw: Any) -> None:
    said = lens.get(raw)
    if not isinstance(said, Unreadable):
        assert lens.same(said, said)
        assert lens.kept(said, said)


def unseen_is_no_difference(lens: Lens[Any, Any], raw: Any, at: int, sign: str) -> None:
    """Neither a sign that nobody sees nor the way a letter is composed changes what a side says."""
    if not isinstance(raw, str):
        return
    at %= len(raw) + 1
    shown = lens.get(raw)
    for other in (raw[:at] + sign + raw[at:], unicodedata.normalize("NFD", raw), f"{raw} "):
        assert lens.get(other) == shown


def remark_stays(lens: Within, raw: Any, value: Any) -> None:
    """What a person wrote around a value is there after another one was put in its place."""
    text = plain(raw)
    before = lens.spot(text) if text else None
    after = lens.put(raw, value)
    if before is None or isinstance(after, CantHold) or isinstance(value, Nothing):
        return
    now = lens.spot(plain(after))
    assert now is not None
    assert plain(after)[: now.start] == text[: before.start]
    assert plain(after)[now.end :] == text[before.end :]
