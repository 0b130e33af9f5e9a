"""In whose calendar an appointment of Advoware is shown."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar.appointments import belongs_to, owners_of_new
from tests.unit.flows.appointments import BERLIN, termin


@pytest.mark.parametrize(
    ("sb", "anwalt", "private", "shown"),
    [
        ("SB", "", 0, {"SB"}),
        ("", "SB", 0, {"SB"}),
        ("sb", "XY", 0, {"SB", "XY"}),
        ("SB", "SB", 0, {"SB"}),
        ("SB", None, 0, {"SB"}),
        ("", None, 0, {"SB", "XY"}),
        ("ZZ", "", 0, set()),
        ("SB", "XY", 1, {"SB"}),
        ("", "XY", 1, {"XY"}),
        ("", "", 1, set()),
        ("XY", "SB", "ja", {"XY"}),
    ],
)
def test_whose_it_is(sb: Any, anwalt: Any, private: Any, shown: set[str]) -> None:
    found = Appointment.from_api(termin(sb=sb, anwalt=anwalt, privat=private), BERLIN)
    assert {kuerzel for kuerzel in ("SB", "XY") if belongs_to(found, kuerzel)} == shown


@pytest.mark.parametrize(
    ("before", "private", "named"),
    [
        ({}, 0, {"sb": "SB", "anwalt": "SB"}),  # never there: an empty one may mean everyone
        ({"sb": "SB", "anwalt": "XY"}, 0, {"sb": "SB", "anwalt": "XY"}),
        ({"sb": "XY", "anwalt": "SB"}, 0, {"sb": "XY", "anwalt": "SB"}),
        ({"sb": "SB", "anwalt": ""}, 0, {"sb": "SB", "anwalt": "SB"}),
        ({"sb": "", "anwalt": "SB"}, 0, {"sb": "SB", "anwalt": "SB"}),
        ({"sb": "", "anwalt": ""}, 0, {}),  # everyone's, and so again
        ({"sb": "", "anwalt": ""}, 1, {"sb": "SB", "anwalt": "SB"}),  # a private one is nobody else's
        ({"sb": "SB", "anwalt": "XY"}, 1, {"sb": "SB", "anwalt": "XY"}),
        ({"sb": "XY", "anwalt": "SB"}, 1, {"sb": "SB", "anwalt": "SB"}),  # or it would leave the calendar it is made in
    ],
)
def test_who_a_new_one_names(before: dict[str, str], private: int, named: dict[str, str]) -> None:
    assert owners_of_new(before, termin(privat=private), "SB") == named
