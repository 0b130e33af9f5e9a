"""What is to be done about one appointment, out of what both sides show and the last agreement. Pure.

An edit beats a deletion. When both sides were edited Advoware's holds, unless the installation says otherwise. What
left the window that is compared is not deleted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from syncapp.flows.calendar.entries import Entry, anonymised, with_edits, with_times_of
from syncapp.flows.calendar.from_advoware import beyond


class Missing(Enum):
    """Why a side shows no appointment."""

    NEVER = "there was none"
    GONE = "it was deleted"
    OUTSIDE = "it was not looked for: it lies outside of the window"


@dataclass(frozen=True, slots=True)
class Shown:
    """An appointment as a side shows it. `beyond`: why the other side can't hold it. `read_only`: nobody may write it.

    `unreadable`: the field for which nobody can place it; there is no entry then.
    """

    entry: Entry | None
    read_only: bool = False
    beyond: str = ""
    unreadable: str = ""


Side = Shown | Missing


@dataclass(frozen=True, slots=True)
class Pair:
    """`ours`: Google's event bears our mark. `marked`: and the number of this appointment."""

    advoware: Side
    google: Side
    agreed_advoware: Entry | None = None
    agreed_google: Entry | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """`google_wins`: when both sides were edited. `show_contents`: else Google only shows when somebody is busy."""

    google_wins: bool = False
    show_contents: bool = True


class What(Enum):
    NOTHING = "both sides agree"
    INSERT = "insert into Google"
    UPDATE_GOOGLE = "change in Google"
    DELETE_GOOGLE = "delete in Google"
    CREATE = "create in Advoware"
    UPDATE_ADVOWARE = "change in Advoware"
    DELETE_ADVOWARE = "delete in Advoware"
    FORGET = "gone on both sides"
    BY_HAND = "a person must change it in Advoware"
    LEAVE = "left as it is"
    UNREADABLE = "can't be read"


@dataclass(frozen=True, slots=True)
class Decision:
    """`entry`: what is to stand on the side that is written (None: nothing is written). `detail`: why by hand, or the
    field that can't be read. `overruled`: the entry of the side whose own edit is replaced."""

    what: What
    entry: Entry | None = None
    detail: str = ""
    overruled: Entry | None = None

    @property
    def towards_advoware(self) -> bool:
        return self.what in (What.CREATE, What.UPDATE_ADVOWARE, What.DELETE_ADVOWARE)

    @property
    def deletes(self) -> bool:
        return self.what in (What.DELETE_GOOGLE, What.DELETE_ADVOWARE)


def decide(pair: Pair, rules: Rules) -> Decision:
    advoware, google = pair.advoware, pair.google
    if isinstance(advoware, Shown) and advoware.entry is None:
        return Decision(What.UNREADABLE, detail=advoware.unreadable)
    if isinstance(google, Shown) and google.entry is None and not google.beyond:
        return Decision(What.UNREADABLE, detail=google.unreadable)
    if isinstance(advoware, Shown):
        assert advoware.entry is not None  # noqa: S101  looked at above
        if isinstance(google, Shown):
            return _both(pair, advoware, advoware.entry, google, rules)
        return _only_advoware(pair, advoware, advoware.entry, google, rules)
    if isinstance(google, Shown):
        return _only_google(pair, advoware, google, _as_shown(pair, google, rules))
    if advoware is Missing.OUTSIDE:
        return Decision(What.LEAVE)  # deleted in Google too; nothing is decided without a look at Advoware
    return Decision(What.FORGET)


def for_google(entry: Entry, rules: Rules) -> Entry:
    """What Google is to show of an appointment of Advoware."""
    return entry if rules.show_contents else anonymised(entry)


def for_advoware(entry: Entry, present: Entry | None, agreed: Entry | None, rules: Rules) -> Entry:
    """What Advoware is to have when Google's event is carried over: what was edited there (`agreed`: as Google had it
    before), the rest as it is; an anonymised one tells only its times."""
    if present is None:
        return entry
    if not rules.show_contents:
        return with_times_of(present, entry)
    return entry if agreed is None else with_edits(present, agreed, entry)


def same_in_google(one: Entry | None, other: Entry | None, rules: Rules) -> bool:
    if one is None or other is None:
        return one is other
    return one == other if rules.show_contents else anonymised(one) == anonymised(other)


def _as_shown(pair: Pair, google: Shown, rules: Rules) -> Rules:
    """An event that shows no contents, because it was written without, tells its times only, whatever is wanted now."""
    hidden = any(entry is not None and anonymised(entry) == entry for entry in (pair.agreed_google, google.entry))
    return replace(rules, show_contents=rules.show_contents and not hidden)


def _both(pair: Pair, advoware: Shown, entry: Entry, google: Shown, wanted_rules: Rules) -> Decision:
    wanted, shown = for_google(entry, wanted_rules), google.entry
    if wanted == shown:
        return Decision(What.NOTHING)
    rules = _as_shown(pair, google, wanted_rules)
    same = shown is not None and same_in_google(wanted, shown, rules)
    if google.read_only:
        return Decision(What.NOTHING if same else What.LEAVE)
    to_google = Decision(What.UPDATE_GOOGLE, wanted)
    if same:
        return to_google  # at the same time, but with contents that it is not to show, or without those that it is to
    first_time = pair.agreed_advoware is None
    ours_changed = entry != pair.agreed_advoware
    theirs_changed = shown is None or not same_in_google(pair.agreed_google, shown, rules)
    if advoware.read_only:
        return replace(to_google, overruled=shown if theirs_changed and not first_time else None)
    if not ours_changed and not theirs_changed:
        return Decision(What.NOTHING)  # they differ as they did when they agreed: a text that Google cut
    if ours_changed and theirs_changed:
        if not rules.google_wins or shown is None:
            return replace(to_google, overruled=shown)
        return replace(_to_advoware(What.UPDATE_ADVOWARE, google, entry, None, rules), overruled=entry)
    if ours_changed:
        return to_google
    return _to_advoware(What.UPDATE_ADVOWARE, google, entry, pair.agreed_google, rules)


def _to_advoware(what: What, google: Shown, known: Entry | None, agreed: Entry | None, rules: Rules) -> Decision:
    """`known`: the appointment as Advoware has it, or had it."""
    if google.entry is None:
        return Decision(What.BY_HAND, detail=google.beyond)
    entry = for_advoware(google.entry, known, agreed, rules)
    if too_much := google.beyond or beyond(entry):
        return Decision(What.BY_HAND, detail=too_much)
    return Decision(what, entry)


def _only_advoware(pair: Pair, advoware: Shown, entry: Entry, google: Missing, rules: Rules) -> Decision:
    if google is Missing.NEVER or pair.agreed_advoware is None:
        return Decision(What.INSERT, for_google(entry, rules))
    if advoware.read_only or entry != pair.agreed_advoware:
        return Decision(What.INSERT, for_google(entry, rules))  # an edit beats a deletion
    return Decision(What.DELETE_ADVOWARE)


def _only_google(pair: Pair, advoware: Missing, google: Shown, rules: Rules) -> Decision:
    if google.read_only:
        return Decision(What.LEAVE)
    if advoware is Missing.OUTSIDE:
        return Decision(What.NOTHING)
    if pair.agreed_advoware is None:
        # Ours by its mark, without an appointment and without our memory of one: nobody knows what a person wants.
        return Decision(What.LEAVE) if pair.marked else _to_advoware(What.CREATE, google, None, None, rules)
    if same_in_google(pair.agreed_google, google.entry, rules):
        return Decision(What.DELETE_GOOGLE)
    # An edit beats a deletion. What was not edited is known from the last agreement.
    return _to_advoware(What.CREATE, google, pair.agreed_advoware, pair.agreed_google, rules)
