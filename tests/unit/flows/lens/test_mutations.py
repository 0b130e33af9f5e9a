"""Planted faults: each breaks a lens or the merge in one place, and a law or a table has to notice.

The unbroken code passes the very same checks, so that a check that always fails proves nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syncapp.flows.lens import (
    agreement,
    banks,
    core,
    days,
    descriptions,
    entries,
    mails,
    merge,
    own,
    phones,
    records,
    spans,
    spans_advoware,
    spans_google,
    texts,
    within,
)
from syncapp.flows.lens.core import EMPTY, Attribute, CantHold, Unreadable
from syncapp.flows.lens.declaration import Base, Field, Holds, Side, What
from syncapp.flows.lens.records import merge as merge_record
from syncapp.flows.lens.spans_advoware import AdvowareSpan
from tests.unit.flows.lens import laws
from tests.unit.flows.lens.cases import CASES
from tests.unit.flows.lens.strategies import (
    BICS,
    DAYS,
    IBANS,
    INVISIBLE,
    MAILS,
    NO_IBANS,
    NO_MAILS,
    NO_NUMBERS,
    NUMBERS,
    REMARKS,
    TEXTS,
)

POOLS: dict[str, tuple[Any, ...]] = {
    "phone": (*NUMBERS[:6], *NO_NUMBERS[:4], "030 1234567 privat", "+4930123456 Durchwahl 12", None),
    "mail": (*MAILS[:6], *NO_MAILS[:3], "a@x.example (privat)", None),
    "iban": (*IBANS, *NO_IBANS[:3], "DE89 3704 0044 0532 0130 00 Sparkasse", None),
    "bic": (*BICS, None),
    "day": (*DAYS, None),
    "name": (*TEXTS, None),
    "text": (*TEXTS, None),
    "short note": (
        "<b>Frist</b><br>Akte",
        "&gt;",
        "&amp;lt;b&amp;gt;",
        "<b>&",
        "5 < 7",
        "Zeile\r\nzwei",
        "x" * 40,
        None,
    ),
    "salutation": ("Herr", "Herrn", "Mr.", "Frau", "Firma", "", None),
}


def every_law(name: str) -> None:
    case, pool = CASES[name], POOLS[name.partition(",")[0]]
    said = [case.source.get(raw) for raw in pool]
    values = [EMPTY, *(value for value in said if not isinstance(value, Unreadable))]
    for raw in pool:
        laws.get_put(case.lens, raw)
        laws.holds_what_it_says(case.lens, raw, None, case.refuses)
        laws.sameness(case.lens, raw)
        for sign in INVISIBLE:
            laws.unseen_is_no_difference(case.lens, raw, 3, sign)
    for raw, value in itertools.product(pool, values):
        laws.put_get(case.lens, raw, value)
        laws.put_put(case.lens, raw, value, values[-1])
        if isinstance(case.lens, within.Within):
            laws.remark_stays(case.lens, raw, value)
        record = {"vorher": raw, "feld": raw, "nachher": REMARKS[0]}
        laws.no_more_than_asked(Attribute("feld", case.lens), record, value, {"feld"})


ADVOWARE, GOOGLE = AdvowareSpan(ZoneInfo("Europe/Berlin")), spans_google.GoogleSpan(ZoneInfo("Europe/Berlin"))
WHEN: Field[Any, Any, spans.Span] = Field("when", ADVOWARE, GOOGLE)
NAME: Field[Any, Any, str] = Field(
    "name", Attribute("n", texts.Text()), Attribute("n", texts.Text(charset="latin-1", limit=9)), Holds.HERE
)


def the_merge() -> None:
    """Edits of both sides, an own write, an unreadable value and a side that keeps less."""
    base = Base("a", "a")
    assert merge.decide(NAME, "b", "a", base).to == (Side.THERE,)
    assert merge.decide(NAME, "a", "b", base).to == (Side.HERE,)
    assert merge.decide(NAME, "a", "x", Base("a", "x")).what is What.LEFT
    assert merge.decide(NAME, "b", "c", base).loser is Side.THERE
    assert merge.decide(NAME, Unreadable("?"), "c", base).what is What.UNREADABLE
    assert merge.decide(NAME, Unreadable("?"), "c", None).what is What.UNREADABLE
    ours = own.with_own_writes(NAME, base, [own.Own(Side.THERE, "Łb")], "Łb", "?b")
    assert merge.decide(NAME, "c", "?b", ours).loser is None
    edited = merge_record(
        [NAME], {"n": "Łuk Roth und Söhne"}, {"n": "?uk Weiß"}, {"name": Base("Łuk Roth und Söhne", "?uk Roth")}
    )
    assert edited.here == {"n": "Łuk Weiß und Söhne"}


def the_spans() -> None:
    """The clocks' missing hour, the one that comes twice, whole days, and no more than asked."""
    missing = {"datum": "2026-03-29", "uhrzeitVon": "02:30", "datumBis": "2026-03-29", "uhrzeitBis": "03:00"}
    said = ADVOWARE.get(missing)
    assert isinstance(said, spans.Span)
    assert said.start < said.end
    night = {"start": {"dateTime": "2026-10-25T02:15:00+01:00"}, "end": {"dateTime": "2026-10-25T02:45:00+01:00"}}
    created = merge_record([WHEN], {}, night, {})
    base = {"when": Base(ADVOWARE.get(created.here), GOOGLE.get(night))}
    moved = merge_record([WHEN], {**created.here, "uhrzeitBis": "04:00:00"}, night, base).there
    assert moved["start"] == night["start"]
    whole = ADVOWARE.put({}, spans.Span(date(2026, 3, 2), date(2026, 3, 4)))
    assert not isinstance(whole, CantHold)
    assert whole["datumBis"] == "2026-03-03T00:00:00"


def the_entries() -> None:
    before = entries.Agreed(entries.Entries({"+4930111111": "office"}), entries.Entries({"+4930111111": "office"}))
    now = entries.Entries({}, frozenset({"030 11 / 12"})), entries.Entries({"+4930111111": "office"})
    assert entries.merge_entries(*now, before)["+4930111111"].what is What.UNREADABLE


def what_is_made_once() -> None:
    """Advoware lets nobody change a bank account."""
    lens = core.MadeOnce("bic", banks.Bic())
    assert lens.put({"id": 7, "bic": "COBADEFF"}, "INGDDEFFXXX") == CantHold(core.Why.FIXED)
    assert lens.put({}, "INGDDEFFXXX") == {"bic": "INGDDEFFXXX"}
    fields = [Field("bic", Attribute("bic", banks.Bic()), lens)]
    ours, theirs = {"bic": "INGDDEFF"}, {"id": 7, "bic": "COBADEFF"}
    merged = merge_record(fields, ours, theirs, {"bic": Base("COBADEFFXXX", "COBADEFFXXX")})
    assert (merged.there, merged.outcomes["bic"].what) == (theirs, What.CANT_HOLD)
    after = agreement.settled(fields, merged.outcomes, {"bic": Base("COBADEFFXXX", "COBADEFFXXX")}, ours, theirs)
    assert after.bases["bic"] == Base("COBADEFFXXX", "COBADEFFXXX")


def a_text_that_is_not_replaced() -> None:
    assert texts.Text(charset="latin-1", limit=9).same("Łukasz Roth", "Łukasz Ro")


def a_null_date() -> None:
    assert days.Day().get("0001-01-01T00:00:00") is EMPTY


@dataclass(frozen=True)
class Fault:
    what: str
    where: Any
    name: str
    broken: Any
    check: Callable[[], None]


def laws_of(name: str) -> Callable[[], None]:
    return lambda: every_law(name)


def _writes_the_canonical_form(self: Any, raw: Any, value: Any) -> Any:
    return "" if value is EMPTY else value


def _drops_the_remark(self: Any, raw: Any, value: Any) -> Any:
    return CantHold(core.Why.UNREADABLE) if isinstance(self.get(raw), Unreadable) else raw if self.same(
        value, self.get(raw)) else _writes_the_canonical_form(self, raw, value)  # fmt: skip


def _writes_one_more(self: Any, raw: Any, value: Any) -> Any:
    return {**raw, self.name: value, "nachher": None}


def _forgets_the_rest(self: Any, raw: Any, value: Any) -> Any:
    return {self.name: value}


def _takes_the_first(self: Any, text: str) -> Any:
    found = next(iter(phones._RUN.finditer(text)), None)
    value = self._number(found[0]) if found else None
    return within.Spot(*found.span(), value) if found and value else None


def _without_length(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first, last = spans.instant(start, zone), spans.instant(end, zone)
    return first, max(first, last)


def _writes_all_times(self: Any, raw: Any, value: Any) -> Any:
    return {**raw, **self._written(value)}


def _agrees_to_all(self: Any, here: Any, there: Any) -> bool:
    return here == there or isinstance(here, Unreadable)


def _agrees_at_once(field: Any, outcome: Any, base: Any, here: Any, there: Any) -> Any:
    return records.Remembered(Base(here, there))


def _always_replaced(self: Any, value: Any, said: Any) -> Any:
    return value == said or texts._replaced(self._cut(value), self.charset) == said


def a_text_with_signs_of_html() -> None:
    lens = descriptions.Description(limit=99)
    for text in ("&gt;", "<b>", "a <br> b & c"):
        assert lens.get(lens.put(None, text)) == text


_NEVER = "never"
NOTE = "short note, Google"


def _as_it_stands(raw: Any) -> str:
    return "" if raw is None else str(raw)


FAULTS = [
    Fault("texts are not composed", texts, "visible", lambda text, kept="": text, laws_of("name, Advoware")),
    Fault("a value is read as it stands", within, "plain", _as_it_stands, laws_of("phone, Advoware")),
    Fault("a bank code is read as it stands", banks, "plain", _as_it_stands, laws_of("bic")),
    Fault("a remark is lost", phones.Phone, "put", _drops_the_remark, laws_of("phone, Advoware")),
    Fault("a display name is lost", mails.Mail, "put", _drops_the_remark, laws_of("mail, Advoware")),
    Fault("unreadable is overwritten", phones.Phone, "put", _writes_the_canonical_form, laws_of("phone, Advoware")),
    Fault("unreadable dates are overwritten", days.Day, "put", _writes_the_canonical_form, laws_of("day, Advoware")),
    Fault("spelling is made canonical", banks.Bic, "put", _writes_the_canonical_form, laws_of("bic")),
    Fault("names are written always", texts.Text, "put", _writes_the_canonical_form, laws_of("name, Advoware")),
    Fault("another attribute is written", Attribute, "put", _writes_one_more, laws_of("name, Advoware")),
    Fault("other attributes are forgotten", Attribute, "put", _forgets_the_rest, laws_of("name, Advoware")),
    Fault("what is made once is changed", core.MadeOnce, "put", Attribute.put, what_is_made_once),
    Fault("what waits for a person is agreed", agreement, "remembered", _agrees_at_once, what_is_made_once),
    Fault("whoever cuts replaces too", texts.Text, "same", _always_replaced, a_text_that_is_not_replaced),
    Fault("a null date is a date", days, "NULL_DATE", _NEVER, a_null_date),
    Fault("extensions are not written", phones.Phone, "written", lambda self, v: v[:12], laws_of("phone, Advoware")),
    Fault("all is the same", texts.Text, "same", lambda self, value, said: True, laws_of("name, Advoware")),
    Fault("nothing can be held", banks.Iban, "written", lambda self, v: CantHold(core.Why.INVALID), laws_of("iban")),
    Fault("a choice writes our word", days.Choice, "put", _drops_the_remark, laws_of("salutation, Advoware")),
    Fault("the last agreement is not looked at", merge, "_source", lambda *given: (Holds.HERE, True), the_merge),
    Fault("own writes are edits", own, "with_own_writes", lambda field, base, *given: base, the_merge),
    Fault("what a side can't show is lost", texts.Text, "lifted", lambda self, full, before, after: after, the_merge),
    Fault("a clock that is passed ends at once", spans, "between", _without_length, the_spans),
    Fault("an exclusive end is the last day", spans_advoware, "DAY", timedelta(0), the_spans),
    Fault("the second hour is the first", spans, "lifted", lambda full, before, after: after, the_spans),
    Fault("all of a time is written", spans_google.GoogleSpan, "put", _writes_all_times, the_spans),
    Fault(
        "a removal is believed", entries, "_without_doubtful_removals", lambda outcomes, *given: outcomes, the_entries
    ),
    Fault("HTML is written anew", descriptions.Description, "put", _writes_the_canonical_form, laws_of(NOTE)),
    Fault("text is taken for HTML", descriptions, "escape", lambda text, quote: text, a_text_with_signs_of_html),
    Fault("what is unreadable is agreed to", Field, "agree", _agrees_to_all, the_merge),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_planted_fault_is_noticed(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault.check()
    monkeypatch.setattr(fault.where, fault.name, fault.broken)
    with pytest.raises(AssertionError):
        fault.check()
