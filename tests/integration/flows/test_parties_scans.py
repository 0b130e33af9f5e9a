"""Comparisons of parties find what nobody reported."""

from __future__ import annotations

import pytest

from syncapp.flows.comparing import scans
from syncapp.models import ScanState
from tests.parties import Parties
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_change_in_advoware_is_found_right_after_our_own_write_to_the_crm(world: World) -> None:
    parties = Parties(world)
    pk, number = parties.pair()
    assert parties.record(pk).agreed["stamp"] == "", "within this second the CRM's date says nothing"
    parties.edit_advoware(number, rechtsform="GbR")
    scan = scans.run(scans.PARTIES, confirmed=True)
    assert scan is not None
    assert (scan.state, scan.differing) == (ScanState.DONE, 1)
    world.drive()
    assert parties.crm(pk)["rechtsform"] == "GbR"
