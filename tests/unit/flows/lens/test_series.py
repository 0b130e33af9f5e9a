"""Google's rules for series: which of them Advoware can hold. No database, no HTTP."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from syncapp.flows.lens.series import series_of
from syncapp.flows.lens.spans import OtherSeries, Series, Unit

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 2, 10)  # a Monday


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), None),
        (("RRULE:FREQ=DAILY",), Series(Unit.DAILY)),
        (("RRULE:FREQ=WEEKLY;BYDAY=MO",), Series(Unit.WEEKLY)),
        (("RRULE:FREQ=WEEKLY;WKST=MO;INTERVAL=2;BYDAY=MO",), Series(Unit.WEEKLY, 2)),
        (("rrule:freq=weekly;until=20260401",), Series(Unit.WEEKLY, 1, date(2026, 4, 1))),
        (("RRULE:FREQ=MONTHLY;BYMONTHDAY=2",), Series(Unit.MONTHLY)),
        (("RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2",), Series(Unit.YEARLY)),
        (("RRULE:FREQ=DAILY;UNTIL=20371231T000000Z",), Series(Unit.DAILY)),
        (("RRULE:FREQ=DAILY;UNTIL=20380101T000000Z",), Series(Unit.DAILY)),
        (("RRULE:FREQ=DAILY;UNTIL=99991231",), Series(Unit.DAILY)),
        (("RRULE:FREQ=DAILY;UNTIL=99991231T235959Z",), Series(Unit.DAILY)),
        # 10:00 in Berlin is 08:00 UTC in summer: the day itself is in, or not.
        (("RRULE:FREQ=DAILY;UNTIL=20260630T080000Z",), Series(Unit.DAILY, 1, date(2026, 6, 30))),
        (("RRULE:FREQ=DAILY;UNTIL=20260630T075959Z",), Series(Unit.DAILY, 1, date(2026, 6, 29))),
        (("RRULE:FREQ=DAILY;UNTIL=20260630T220000Z",), Series(Unit.DAILY, 1, date(2026, 6, 30))),
    ],
)
def test_rules_that_advoware_can_hold(lines: tuple[str, ...], expected: Series | None) -> None:
    assert series_of(lines, START, BERLIN.key, BERLIN) == expected


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (("RRULE:FREQ=DAILY;COUNT=5",), "COUNT"),
        (("RRULE:FREQ=WEEKLY;BYDAY=MO,WE",), "BYDAY"),
        (("RRULE:FREQ=WEEKLY;BYDAY=TU",), "BYDAY"),
        (("RRULE:FREQ=MONTHLY;BYDAY=1MO",), "BYDAY"),
        (("RRULE:FREQ=MONTHLY;BYMONTHDAY=-1",), "BYMONTHDAY"),
        (("RRULE:FREQ=YEARLY;BYMONTH=4",), "BYMONTH"),
        (("RRULE:FREQ=DAILY;BYSETPOS=1",), "BYSETPOS"),
        (("RRULE:FREQ=HOURLY",), "FREQ"),
        (("RRULE:INTERVAL=2",), "FREQ"),
        (("RRULE:FREQ=DAILY;INTERVAL=0",), "INTERVAL"),
        (("RRULE:FREQ=DAILY;INTERVAL=x",), "INTERVAL"),
        (("RRULE:FREQ=DAILY;UNTIL=morgen",), "UNTIL"),
        (("RRULE:FREQ=DAILY;UNTIL=20261332",), "UNTIL"),
        (("RRULE:FREQ=DAILY", "EXDATE:20260303T090000Z"), "EXDATE"),
        (("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "RRULE"),
        (("RDATE:20260303T090000Z",), "RDATE"),
    ],
)
def test_rules_beyond_advoware_name_what_is_too_much(lines: tuple[str, ...], part: str) -> None:
    assert series_of(lines, START, BERLIN.key, BERLIN) == OtherSeries(lines, part, BERLIN.key)


@pytest.mark.parametrize(
    ("zone", "same"), [("Europe/Berlin", True), ("Europe/Vienna", True), ("UTC", False), ("America/New_York", False)]
)
def test_a_series_of_another_zone_is_for_a_person_where_its_hours_move(zone: str, same: bool) -> None:
    lines = ("RRULE:FREQ=WEEKLY",)
    expected = Series(Unit.WEEKLY) if same else OtherSeries(lines, "timeZone", zone)
    assert series_of(lines, START, zone, BERLIN) == expected
    assert series_of((), START, zone, BERLIN) is None
