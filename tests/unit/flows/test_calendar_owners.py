"""In whose calendar an appointment of Advoware is shown."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.clients.advoware import Appointment
from syncapp.flows.calendar.appointments import belongs_to
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
