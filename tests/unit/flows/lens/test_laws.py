"""Every law over every lens, with ugly values. No database, no HTTP."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncapp.flows.lens.core import Attribute, CantHold, MadeOnce
from syncapp.flows.lens.spans_advoware import AdvowareSpan
from syncapp.flows.lens.spans_google import GoogleSpan
from syncapp.flows.lens.within import Within
from tests.unit.flows.lens import laws
from tests.unit.flows.lens.cases import CASES, FLOWS, KINDS, declared
from tests.unit.flows.lens.strategies import INVISIBLE, examples

every_case = pytest.mark.parametrize("name", CASES)
thorough = settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


@every_case
@thorough
@given(data=st.data())
def test_every_law(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    raw, first, second = data.draw(case.raws), data.draw(case.values), data.draw(case.values)
    laws.get_put(case.lens, raw)
    laws.put_get(case.lens, raw, first)
    laws.put_put(case.lens, raw, first, second)
    laws.holds_what_it_says(case.lens, raw, None, case.refuses)
    laws.sameness(case.lens, raw)
    laws.unseen_is_no_difference(case.lens, raw, data.draw(st.integers(0, 400)), data.draw(st.sampled_from(INVISIBLE)))
    if isinstance(case.lens, Within):
        laws.remark_stays(case.lens, raw, first)


@every_case
@settings(thorough, max_examples=examples(25))
@given(data=st.data())
def test_no_more_than_asked(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    others = st.dictionaries(st.sampled_from(["id", "rowId", "TLF", "kommKz", "neu"]), case.raws, max_size=4)
    raw = {**data.draw(others), "feld": data.draw(case.raws), "danach": data.draw(case.raws)}
    for lens in (Attribute("feld", case.lens), Attribute("Feld", case.lens, any_case=True)):
        laws.get_put(lens, raw)
        laws.no_more_than_asked(lens, raw, data.draw(case.values), {"feld"})


@every_case
@settings(thorough, max_examples=examples(25))
@given(data=st.data())
def test_what_is_made_once_is_never_changed(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    lens = MadeOnce("feld", case.lens)
    raw = {"id": 7, "feld": data.draw(case.raws)}
    laws.get_put(lens, raw)
    laws.put_get(lens, raw, data.draw(case.values))
    laws.holds_what_it_says(lens, raw, {}, case.refuses)
    after = lens.put(raw, data.draw(case.values))
    assert isinstance(after, CantHold) or after is raw


def test_every_flow_that_merges_says_what_its_fields_are() -> None:
    merging = re.compile(r"from syncapp\.flows\.lens\.(records|merge|agreement) import")
    flows = {path.parent.name for path in FLOWS.glob("*/*.py") if merging.search(path.read_text())} - {"lens"}
    assert flows == set(declared())


def test_every_kind_of_lens_has_its_ugly_values() -> None:
    kinds = {type(case.lens) for case in CASES.values()}
    assert kinds == set(KINDS)


def test_what_is_no_single_attribute_has_laws_of_its_own() -> None:
    """Those of a span are in `test_spans.py`."""
    lenses = [lens for fields in declared().values() for each in fields for lens in (each.here, each.there)]
    assert {type(lens) for lens in lenses if not isinstance(lens, Attribute)} <= {AdvowareSpan, GoogleSpan}
