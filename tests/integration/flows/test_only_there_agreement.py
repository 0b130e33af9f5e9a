"""Parties that appear on one side only, whatever happens meanwhile: in the end each one is on both sides, once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from syncapp.engine.outside import outages
from syncapp.flows.beteiligte.flow import PARTY_BRINGING, PARTY_SYNC
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES
from syncapp.models import JournalEntry, Lock, Record, Status, Task, TaskState
from tests.histories import histories, in_own_transactions, taken_back
from tests.integration.flows.test_parties_agreement import Play
from tests.parties import MAIL, PARTY
from tests.world import World, configured

pytestmark = in_own_transactions

NAMES, MAILS = ["Oster", "Tiede"], ["", "a@kanzlei.example"]
steps = st.one_of(
    st.tuples(st.just("only there"), st.sampled_from(NAMES), st.sampled_from(MAILS)),
    st.tuples(st.just("only here"), st.sampled_from(NAMES), st.sampled_from(MAILS)),
    st.tuples(st.just("scan")),
    st.tuples(st.just("work"), st.integers(1, 3)),
    st.tuples(st.just("crash"), st.integers(0, 9), st.booleans()),
    st.tuples(
        st.just("fault"),
        st.sampled_from(["cut_before", "cut_after", "garbage", "500", "503", "429"]),
        st.sampled_from(["espocrm", "advoware"]),
        st.sampled_from(["GET", "POST", "PUT"]),
    ),
)


class Firm(Play):
    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.made = Counter[str]()

    def _only_there(self, name: str, mail: str) -> None:
        self.parties.in_advoware(*([(MAIL, mail)] if mail else []), name=name, vorname="")
        self.made["advoware"] += 1

    def _only_here(self, name: str, mail: str) -> None:
        pk = self.parties.in_crm(firstName="", lastName=name, **({"emailAddress": mail} if mail else {}))
        self.parties.event(pk, full=True)
        self.made["espocrm"] += 1

    def rows(self) -> list[dict[str, Any]]:
        return [row for row in self.world.sandbox.state("espocrm")["records"][PARTY] if not row["deleted"]]

    def people_at_work(self) -> bool:
        """They know that whoever is asked about is the same, as long as no number stands there."""
        busy = False
        free = self.parties.numbers() - {row["betnr"] for row in self.rows()}
        for task in Task.objects.filter(state=TaskState.OPEN, kind="party_alike"):
            if int(task.target_id) in free:
                without = [each["now"] for each in task.facts if not self.parties.crm(each["now"])["betnr"]]
                if without:
                    self.parties.edit_crm(without[0], betnr=int(task.target_id))
                    free.discard(int(task.target_id))
                    busy = True
        for task in Task.objects.filter(state=TaskState.OPEN, kind="creation_uncertain"):
            mine = min(free, default=0)
            if mine:
                self.parties.edit_crm(task.record.entity_id, betnr=mine)
                free.discard(mine)
                busy = True
        return busy

    def calm_down(self) -> None:
        self.world.sandbox.clear_faults()
        for _ in range(6):
            for system in ("espocrm", "advoware"):
                outages.try_now(system)
            scans.run(ALL_PARTIES, confirmed=True)
            self.world.drive()
            if not self.people_at_work():
                break
        scans.run(ALL_PARTIES, confirmed=True)
        self.world.drive()


# Two parties of Advoware are like one of the CRM whose own creation there was cut short: nobody waits for ever.
TWO_LIKE_ONE_ON_ITS_WAY = [
    ("only here", "Tiede", ""),
    ("only there", "Tiede", MAILS[1]),
    ("only there", "Tiede", MAILS[1]),
    ("scan",),
    ("crash", 3, False),
]


@histories()
@example(script=TWO_LIKE_ONE_ON_ITS_WAY)
@given(script=st.lists(steps, min_size=3, max_size=15))
@taken_back()
def test_whoever_appears_on_one_side_is_on_both_in_the_end_once(world: World, script: list[tuple[Any, ...]]) -> None:
    world.sandbox.reset()
    with configured(PARTIES_TO_ESPOCRM={"betnr": ("all",)}):
        firm = Firm(world)
        there, here = len(firm.parties.numbers()), len(firm.rows())
        for step in script:
            firm.do(step)
        firm.calm_down()

        borne = Counter(row["betnr"] for row in firm.rows())
        assert set(borne) == firm.parties.numbers(), "a party is on one side only"
        assert set(borne.values()) == {1}, "two parties of the CRM bear one number"
        assert len(firm.rows()) <= here + sum(firm.made.values()), "a party was made twice"
        assert len(firm.parties.numbers()) <= there + 1 + sum(firm.made.values()), "a party was made twice"
        stuck = Record.objects.filter(step__in=(PARTY_BRINGING, PARTY_SYNC)).exclude(status=Status.IN_SYNC)
        assert not stuck.exists(), list(stuck.values("step", "entity_id", "status", "reason", "detail"))
        assert not JournalEntry.objects.filter(state__in=["intended", "lost"]).exists()
        assert not Lock.objects.exists()
        before = world.mark()
        scans.run(ALL_PARTIES, confirmed=True)
        world.drive()
        assert world.writes(before) == [], "syncing again must write nothing"
