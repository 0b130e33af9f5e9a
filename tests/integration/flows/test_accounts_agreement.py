"""Bank accounts, whatever happens in whatever order: none is made twice or forgotten, every open task is justified.

People edit, delete, restore and move accounts on both sides, events come or don't, answers get lost, the hub is killed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from syncapp.engine.outside import outages
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery.sweep import sweep
from syncapp.events import running
from syncapp.flows.bankverbindungen.accounts import valid
from syncapp.flows.bankverbindungen.fields import TABLE
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES
from syncapp.flows.comparing.flow import PARTIES as CHANGED_PARTIES
from syncapp.flows.lens.banks import Iban
from syncapp.flows.lens.core import Unreadable, text_of
from syncapp.models import JournalEntry, Lock, Record, Status, Task, TaskState, Urgency
from syncapp.people import tasks
from tests.histories import histories, in_own_transactions, taken_back
from tests.integration.flows.test_agreement import dying
from tests.parties import PARTY, Parties
from tests.world import World, configured

pytestmark = in_own_transactions
BANK = "CBankverbindungen"
IBANS = ["DE02120300000000202051", "DE02500105170137075030", "IBAN de89-3704-0044-0532-0130-00"]
NOT_VALID = ["", "DE02120300000000202052", "folgt"]
VALUES = {
    "kontoinhaber": ["Oster", "Tiede", "", "Łukasz \u200bRoth", "x" * 260],
    "bic": ["COBADEFF", "COBADEFFXXX", "INGDDEFFXXX", "", "NOTPROVIDED", "37040044"],
}
LONGEST = {"bic": 11, "kontoinhaber": 255}  # in the CRM, whose pages refuse more
PARTIES = 2


def code(value: object) -> str:
    """As it is read; "" when nobody can."""
    return valid(Iban().get(value))


def text(name: str, value: object) -> str:
    """As staff are shown it."""
    return text_of(next(each.there for each in TABLE if each.name == name).get({name: value}))


which, a_party = st.integers(0, 5), st.integers(0, PARTIES - 1)
an_iban = st.sampled_from(IBANS)
a_value = st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name])))
edits = st.one_of(
    st.tuples(st.just("new in crm"), a_party, an_iban),
    st.tuples(st.just("new in advoware"), a_party, an_iban),
    st.tuples(st.just("crm"), which, a_value),
    st.tuples(st.just("advoware"), which, a_value),
    st.tuples(st.just("crm iban"), which, st.one_of(an_iban, st.sampled_from(NOT_VALID))),
    st.tuples(st.just("advoware iban"), which, st.one_of(an_iban, st.sampled_from(NOT_VALID[1:]))),
    st.tuples(st.just("delete party"), a_party),
    st.tuples(st.just("restore party"), a_party),
    st.tuples(st.just("move"), which, a_party),
    st.tuples(st.just("default"), which),
    st.tuples(st.just("delete"), which),
    st.tuples(st.just("restore"), which),
    st.tuples(st.just("remove in advoware"), which),
    st.tuples(st.just("staff"), st.booleans()),
)
reactions = st.one_of(
    st.tuples(st.just("nothing")),
    st.tuples(st.just("events"), st.booleans()),
    st.tuples(st.just("check"), a_party),
    st.tuples(st.just("scan"), st.booleans()),
    st.tuples(st.just("crash"), st.integers(0, 7), st.booleans()),
    st.tuples(
        st.just("fault"),
        st.sampled_from(["cut_before", "cut_after", "garbage", "truncated", "500", "503", "200"]),
        st.sampled_from(["espocrm", "advoware"]),
        st.sampled_from(["GET", "POST", "PUT"]),
    ),
)
# An edit, what the hub makes of it, and how many of its records it comes to work on before the next one.
rounds = st.tuples(edits, reactions, st.integers(0, 5))


# Staff leave an IBAN that nobody can read as it is; the account's other values still agree.
LEFT_UNREADABLE = [
    (("advoware iban", 0, NOT_VALID[1]), ("scan", True), 3),
    (("staff", True), ("nothing",), 3),
    (("crm", 0, ("kontoinhaber", "Oster")), ("events", True), 3),
]
# An account that was told as left behind, then hidden behind another question, and forgotten.
LEFT_BESIDE = [
    (("remove in advoware", 5), ("nothing",), 1),
    (("crm iban", 5, IBANS[1]), ("events", False), 3),
    (("move", 0, 1), ("check", 0), 4),
    (("staff", False), ("scan", True), 5),
    (("crm iban", 1, IBANS[0]), ("nothing",), 5),
    (("restore", 2), ("events", False), 0),
]


class Play:
    def __init__(self, world: World) -> None:
        self.world, self.parties = world, Parties(world)
        self.pairs = [self.parties.pair() for _ in range(PARTIES)]
        self.corrected: set[tuple[str, str]] = set()  # in Advoware; nobody enters the same in the CRM too
        for party, value in ((0, IBANS[0]), (0, IBANS[1]), (1, IBANS[0])):
            self._new_in_crm(party, value)
        self.look_at_all()

    def do(self, step: tuple[Any, ...]) -> None:
        kind, *args = step
        getattr(self, "_" + kind.replace(" ", "_"))(*args)

    def rows(self) -> list[dict[str, Any]]:
        """The accounts of the CRM, deleted ones too."""
        found: list[dict[str, Any]] = self.world.sandbox.state("espocrm")["records"].get(BANK, [])
        return sorted(found, key=lambda row: str(row["id"]))

    def living(self) -> list[dict[str, Any]]:
        return [row for row in self.rows() if not row["deleted"]]

    def there(self) -> list[tuple[int, dict[str, Any]]]:
        return [(n, row) for _, n in self.pairs for row in self.parties.advoware(n)["bankverbindungen"]]

    def ibans(self, number: int) -> list[str]:
        return [code(row["iban"]) for each, row in self.there() if each == number and code(row["iban"])]

    def number(self, party: str) -> int:
        return next(number for pk, number in self.pairs if pk == party)

    # People

    def _new_in_crm(self, party: int, value: str) -> None:
        pk = self.pairs[party][0]
        wanted = [row for row in self.living() if row["beteiligteId"] == pk and code(row["iban"]) == code(value)]
        if not wanted and (pk, code(value)) not in self.corrected and not self._is_deleted(party):
            self.world.sandbox.create(BANK, {"name": "Konto", "beteiligteId": pk, "iban": value})

    def _new_in_advoware(self, party: int, value: str) -> None:
        number = self.pairs[party][1]
        if code(value) not in self.ibans(number):
            self.world.sandbox.advoware.add_bank_account(number, {"iban": value})

    def _one(self, who: int, rows: list[Any]) -> Any:
        return rows[who % len(rows)] if rows else None

    def _crm(self, who: int, change: tuple[str, str]) -> None:
        if row := self._one(who, self.living()):
            self.world.sandbox.update(BANK, row["id"], {change[0]: change[1][: LONGEST[change[0]]]})

    def _advoware(self, who: int, change: tuple[str, str]) -> None:
        if found := self._one(who, self.there()):
            self.world.sandbox.advoware.update_bank_account(found[0], found[1]["id"], {change[0]: change[1]})

    def _advoware_iban(self, who: int, value: str) -> None:
        if not (found := self._one(who, self.there())):
            return
        number, row = found
        party = next(pk for pk, each in self.pairs if each == number)
        if code(value) not in self.ibans(number) and not self._taken(party, value):
            self.corrected.add((party, code(value)))
            self.world.sandbox.advoware.update_bank_account(number, row["id"], {"iban": value})

    def _crm_iban(self, who: int, value: str) -> None:
        row = self._one(who, self.living())
        if row and not self._taken(row["beteiligteId"], value):
            self.world.sandbox.update(BANK, row["id"], {"iban": value})

    def _move(self, who: int, party: int) -> None:
        row, pk = self._one(who, self.living()), self.pairs[party][0]
        if row and not self._taken(pk, row["iban"] or "") and not self._is_deleted(party):
            self.world.sandbox.update(BANK, row["id"], {"beteiligteId": pk})

    def _taken(self, party: str, value: str) -> bool:
        rows = [row for row in self.living() if row["beteiligteId"] == party]
        return (party, code(value)) in self.corrected or any(code(row["iban"]) == code(value) for row in rows)

    def _delete_party(self, party: int) -> None:
        if not self._is_deleted(party):
            self.world.sandbox.delete(PARTY, self.pairs[party][0])

    def _restore_party(self, party: int) -> None:
        if self._is_deleted(party):
            self.world.sandbox.restore(PARTY, self.pairs[party][0])

    def _is_deleted(self, party: int) -> bool:
        rows = self.world.sandbox.state("espocrm")["records"][PARTY]
        return any(row["deleted"] for row in rows if row["id"] == self.pairs[party][0])

    def _default(self, who: int) -> None:
        if row := self._one(who, self.living()):
            self.world.sandbox.update(BANK, row["id"], {"istStandard": True})

    def _delete(self, who: int) -> None:
        if row := self._one(who, self.living()):
            self.world.sandbox.delete(BANK, row["id"])

    def _restore(self, who: int) -> None:
        row = self._one(who, [row for row in self.rows() if row["deleted"]])
        if row and not self._taken(row["beteiligteId"], row["iban"] or ""):
            self.world.sandbox.restore(BANK, row["id"])

    def _remove_in_advoware(self, who: int) -> None:
        if found := self._one(who, self.there()):
            self.world.sandbox.advoware.remove_bank_account(found[0], found[1]["id"])

    def _staff(self, by_hand: bool) -> None:
        """Somebody does the oldest task, or says that it is done without doing it."""
        if task := self.asked().first():
            self.close(task) if by_hand else self.does(task)

    def asked(self) -> QuerySet[Task]:
        """About accounts; a party that was deleted comes back by itself."""
        return Task.objects.filter(state=TaskState.OPEN, record__step__in=(BANK_SYNC, PARTY_ACCOUNTS)).order_by("pk")

    def close(self, task: Task) -> None:
        assert tasks.close_task(task, None, "")
        self.ask(task.record)

    def does(self, task: Task) -> None:
        number, facts = int(task.target_id or 0), {fact["field"]: fact for fact in task.facts}
        ours = self.crm(task.record.entity_id)
        old = facts["iban"]["now"] if "iban" in facts else code(ours.get("iban"))
        if task.kind == "value_unreadable" and "iban" in facts:
            old = facts["iban"]["wanted"]
        row = next((row for each, row in self.there() if each == number and text("iban", row["iban"]) == old), None)
        if "iban" not in facts and ours:
            row = self.same(number, ours)
        if task.kind == "bank_deleted" and row:
            self.world.sandbox.advoware.remove_bank_account(number, row["id"])
        elif task.kind == "bank_changed" and row:
            values = {name: fact["wanted"] for name, fact in facts.items()}
            if values.get("iban", "") not in self.ibans(number):
                self.world.sandbox.advoware.update_bank_account(number, row["id"], values)
        elif task.kind in ("bank_gone", "bank_uncertain"):
            self.close(task)
            return
        elif task.kind == "value_unreadable":
            self._corrects(facts, number, ours, row)
        elif task.kind == "cant_hold" and row:
            self.world.sandbox.advoware.update_bank_account(number, row["id"], {"kontoinhaber": "Oster"})
        self.ask(task.record)

    def _corrects(self, facts: dict[str, Any], number: int, ours: dict[str, Any], row: dict[str, Any] | None) -> None:
        """The side that can't be read says afterwards what the other one says; an IBAN stands there once."""
        ((name, fact),) = facts.items()
        field = next(each for each in TABLE if each.name == name)
        if row and isinstance(field.there.get({name: fact["wanted"]}), Unreadable):
            if name == "iban" and fact["now"] in ("", *self.ibans(number)):
                self.world.sandbox.advoware.remove_bank_account(number, row["id"])
            else:
                self.world.sandbox.advoware.update_bank_account(number, row["id"], {name: fact["now"]})
        elif ours:
            self.world.sandbox.update(BANK, ours["id"], {field.here.name: fact["wanted"]})

    def same(self, number: int, ours: dict[str, Any]) -> dict[str, Any] | None:
        """The account in Advoware: by IBAN, or by its number there, when its IBAN became one that nobody can read."""
        rows = [row for each, row in self.there() if each == number]
        by_iban = [row for row in rows if code(row["iban"]) and code(row["iban"]) == code(ours["iban"])]
        return next(iter(by_iban + [row for row in rows if str(row["id"]) == ours["advowareKontoId"]]), None)

    def crm(self, pk: str) -> dict[str, Any]:
        return next((row for row in self.rows() if row["id"] == pk), {})

    # The hub

    def ask(self, record: Record) -> None:
        target = Target(record.step, record.entity_type, record.entity_id)
        sync_requests.request([target], urgency=Urgency.STAFF, full=True, force=True)

    def _nothing(self) -> None:
        """The event was lost."""

    def _events(self, full: bool) -> None:
        wanted = [Target(BANK_SYNC, BANK, row["id"]) for row in self.rows()]
        sync_requests.request(wanted, urgency=Urgency.EVENT, full=full)

    def _check(self, party: int) -> None:
        sync_requests.request([Target(PARTY_ACCOUNTS, PARTY, self.pairs[party][0])], urgency=Urgency.EVENT, full=True)

    def _scan(self, whole: bool) -> None:
        scans.run(ALL_PARTIES if whole else CHANGED_PARTIES, confirmed=True)

    def _work(self, runs: int) -> None:
        if runs % 2:  # half of the time many are looked at first, as in a flood
            self.world.glance()
        for record in Record.objects.filter(status=Status.WAITING).order_by("pk")[:runs]:
            running.run_now(record.pk, record.step, even_early=True)

    def _crash(self, calls: int, answered: bool) -> None:
        self._events(True)
        with dying(calls, answered):
            self._work(3)
        Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
        sweep()

    def _fault(self, kind: str, system: str, method: str) -> None:
        rule = {"kind": "status", "status": int(kind), "body": "{}"} if kind.isdigit() else {"kind": kind}
        self.world.sandbox.add_fault(**rule, system=system, method=method, times=1)
        self._events(True)

    # The end

    def look_at_all(self) -> None:
        for system in ("espocrm", "advoware"):
            outages.try_now(system)
        scans.run(ALL_PARTIES, confirmed=True)
        for record in Record.objects.filter(step=BANK_SYNC):
            self.ask(record)
        for party in range(PARTIES):
            self._check(party)
        self.world.drive()

    def calm_down(self) -> None:
        self.world.sandbox.clear_faults()
        for party in range(PARTIES):
            self._restore_party(party)
        for _ in range(8):
            self.look_at_all()
            if not (task := self.asked().first()):
                return
            self.does(task)
        self.look_at_all()


def nothing_twice(play: Play) -> None:
    for party, number in play.pairs:
        there = play.ibans(number)
        assert len(there) == len(set(there)), "twice in Advoware"
        crm = [code(row["iban"]) for row in play.living() if row["beteiligteId"] == party and code(row["iban"])]
        assert len(crm) == len(set(crm)), "twice in the CRM"
        assert sum(bool(row["istStandard"]) for row in play.living() if row["beteiligteId"] == party) <= 1


def nothing_forgotten(play: Play) -> None:
    """Every valid account of the CRM is in Advoware, or a person is asked about it, or has closed the task."""
    for row in play.living():
        if code(row["iban"]):
            asked = Task.objects.filter(record__entity_id=row["id"], state__in=[TaskState.OPEN, TaskState.CLOSED])
            there = play.ibans(play.number(row["beteiligteId"]))
            assert code(row["iban"]) in there or asked.exists(), row["iban"]


def nothing_left_behind(play: Play) -> None:
    """What the hub made in Advoware and the CRM does not have any more is known to a person."""
    # Whoever corrects an account that can't be read is told the rest.
    half = any(not code(row["iban"]) for row in play.living())
    for entry in JournalEntry.objects.filter(action="create_bank_account"):
        number, value = int(entry.target_id), entry.mark
        if value not in play.ibans(number):
            continue
        rows = [row for row in play.living() if play.number(row["beteiligteId"]) == number]
        stands = any(code(row["iban"]) == value for row in rows)
        asked = Task.objects.filter(target_id=str(number), state__in=[TaskState.OPEN, TaskState.CLOSED])
        told = any(fact["now"] == value for task in asked for fact in task.facts)
        assert stands or told or half, value


def tasks_justified(play: Play) -> None:
    for task in play.asked():
        number, facts = int(task.target_id), {fact["field"]: fact for fact in task.facts}
        row = play.crm(task.record.entity_id)
        if task.kind == "bank_deleted":
            assert facts["iban"]["now"] in [text("iban", each["iban"]) for n, each in play.there() if n == number]
            assert row["deleted"] or (play.number(row["beteiligteId"]), code(row["iban"])) != (
                number,
                facts["iban"]["now"],
            )
        elif task.kind == "value_unreadable":
            ((name, fact),) = facts.items()
            lens = next(each.there for each in TABLE if each.name == name)
            assert any(isinstance(lens.get({name: fact[side]}), Unreadable) for side in ("now", "wanted"))
        elif task.kind == "cant_hold":
            assert len(facts["kontoinhaber"]["wanted"]) > LONGEST["kontoinhaber"]
        elif task.kind in ("bank_gone", "bank_uncertain"):
            assert not row["deleted"]
            assert code(row["iban"]) not in play.ibans(number)
        elif "iban" in facts:
            assert facts["iban"]["now"] in play.ibans(number)
            assert (code(row["iban"]), number) == (facts["iban"]["wanted"], play.number(row["beteiligteId"]))
        elif code(row["iban"]):
            there = play.same(number, row)
            assert there is not None
            for name, fact in facts.items():
                assert (text(name, there[name]), text(name, row[name])) == (fact["now"], fact["wanted"])


@histories()
@example(script=LEFT_BESIDE, back=False)
@example(script=LEFT_UNREADABLE, back=True)
@given(script=st.lists(rounds, min_size=2, max_size=12), back=st.booleans())
@taken_back()
def test_any_history_ends_in_agreement(world: World, script: list[tuple[Any, ...]], back: bool) -> None:
    world.sandbox.reset()
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=back):
        play = Play(world)
        for edit, reaction, runs in script:
            play.do(edit)
            play.do(reaction)
            play._work(runs)
            nothing_twice_in_advoware(play)
        play.calm_down()

        allowed = {("skipped", "no_iban"), ("skipped", "entity_gone"), ("failed", "iban_invalid"), ("in_sync", "")}
        allowed.add(("skipped", "no_documents"))  # the party's collection, which comes with its first document
        ends = set(Record.objects.exclude(tasks__state=TaskState.OPEN).values_list("status", "reason"))
        assert ends <= allowed
        nothing_twice(play)
        nothing_forgotten(play)
        nothing_left_behind(play)
        tasks_justified(play)
        unknown = JournalEntry.objects.filter(state__in=["intended", "lost"], record__status=Status.IN_SYNC)
        assert not unknown.exists()
        assert not Lock.objects.exists()

        before = world.mark()
        play.look_at_all()
        assert world.writes(before) == [], "syncing again must write nothing"


def nothing_twice_in_advoware(play: Play) -> None:
    for _, number in play.pairs:
        assert len(play.ibans(number)) == len(set(play.ibans(number)))
