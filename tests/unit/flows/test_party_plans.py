"""Whole plans of parties, as tables. No database, no HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncapp.engine.runs.planning import Failed, InConflict, Plan, Postponed, Settled, Skipped
from syncapp.flows.beteiligte.actions import AddContact, CreateParty, SaveParty, WriteCrm
from syncapp.flows.beteiligte.agreement import Agreed, Written
from syncapp.flows.beteiligte.comparison import PartyPlan, merge
from syncapp.flows.beteiligte.fields import ADVOWARE, CRM, Direction, Rule, Rules
from syncapp.flows.beteiligte.needs import notices, waiting_decisions
from syncapp.flows.beteiligte.plan import plan
from syncapp.flows.beteiligte.state import Choice, Creation, Why
from syncapp.flows.beteiligte.taking_back import take_back
from syncapp.flows.lens.declaration import Base, Holds, Side
from syncapp.models import TaskKind
from syncapp.words.reason_words import reasons
from tests.unit.flows.party_sides import (
    NUMBER,
    PERSON,
    advoware_side,
    agreed,
    crm_side,
    mail,
    person,
    state,
)

BOTH = frozenset({CRM, ADVOWARE})
ASK = Rules(conflicts={"name": Rule.PERSON})


def kinds(found: Plan) -> list[str]:
    return [need.kind for need in found.tasks]


def changed(**more: Any) -> Any:
    """A name that was changed in the CRM."""
    return state(crm=crm_side(person(name="Weiss")), **more)


def test_reasons_and_kinds_of_tasks_exist() -> None:
    assert set(map(str, Why)) <= set(reasons())
    made = [
        plan(state(crm=None)),
        plan(state(advoware=None)),
        plan(state(number=None, advoware=None, removed_number=1)),
        plan(state(number=None, advoware=None, creation=Creation("1"))),
    ]
    assert {kind for found in made for kind in kinds(found)} <= set(TaskKind.values)


def test_in_agreement_nothing_is_done() -> None:
    assert plan(state()) == PartyPlan(Settled())


# One side is missing


@pytest.mark.parametrize(
    ("changes", "ending", "tasks"),
    [
        ({"crm": None}, Skipped(Why.TASK_OPEN), ["party_deleted"]),
        ({"crm": None, "advoware": None}, Skipped(Why.ENTITY_GONE), []),
        ({"crm": None, "advoware": None, "number": None}, Skipped(Why.ENTITY_GONE), []),
        ({"advoware": None}, Skipped(Why.TASK_OPEN), ["party_gone"]),
        ({"number": None, "advoware": None, "removed_number": 7}, Skipped(Why.TASK_OPEN), ["number_removed"]),
        (
            {"number": None, "advoware": None, "creation": Creation("5", (7, 8))},
            Skipped(Why.TASK_OPEN),
            ["creation_uncertain"],
        ),
        ({"taken_by": "other"}, Failed(Why.NUMBER_TAKEN, str(NUMBER)), []),
    ],
)
def test_a_side_is_missing(changes: dict[str, Any], ending: Any, tasks: list[str]) -> None:
    found = plan(state(**changes))
    assert (found.ending, kinds(found)) == (ending, tasks)
    assert not [action for action in found.actions if action.system == ADVOWARE]


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({"crm": None}, Skipped(Why.ENTITY_GONE)),
        ({"advoware": None}, Skipped(Why.GONE_THERE, str(NUMBER))),
        ({"number": None, "advoware": None, "removed_number": 7}, Settled()),
        ({"number": None, "advoware": None, "creation": Creation("5", (7, 8))}, Settled()),
    ],
)
def test_a_task_that_a_person_has_closed_is_an_answer(changes: dict[str, Any], ending: Any) -> None:
    asked = plan(state(**changes))
    found = plan(state(**changes, closed=frozenset(need.identity for need in asked.tasks)))
    assert (found.ending, found.tasks) == (ending, ())
    assert any(isinstance(action, CreateParty) for action in found.actions) == (ending == Settled())


def test_other_candidates_are_another_question() -> None:
    lost = {"number": None, "advoware": None}
    asked = plan(state(**lost, creation=Creation("5", (7,))))
    closed = frozenset(need.identity for need in asked.tasks)
    assert kinds(plan(state(**lost, creation=Creation("5", (7, 9)), closed=closed))) == ["creation_uncertain"]
    assert kinds(plan(state(**lost, creation=Creation("6", (7,)), closed=closed))) == ["creation_uncertain"]


@pytest.mark.parametrize(
    ("shown", "writable", "actions", "held"),
    [
        ("clean", BOTH, ["deleted_in_advoware"], 0),
        ("deleted_in_advoware", BOTH, [], 0),
        ("clean", {ADVOWARE}, ["deleted_in_advoware"], 0),
        ("clean", {CRM}, ["deleted_in_advoware"], 0),
        ("clean", set(), [], 1),
    ],
)
def test_the_crm_shows_that_a_party_is_gone(shown: str, writable: set[str], actions: list[str], held: int) -> None:
    found = plan(state(advoware=None, crm=crm_side(status=shown), writable=frozenset(writable)))
    assert [action.status for action in found.actions if isinstance(action, WriteCrm)] == actions
    assert len(found.held_back) == held


# Creation


def new(**more: Any) -> Any:
    return state(number=None, advoware=None, base=Agreed(), **more)


def test_a_party_is_created_with_what_can_be_told() -> None:
    fields = person(anrede="Dr.", rechtsform="GbR", geburtsdatum="1970-02-28")
    rules = Rules(directions={"rechtsform": Direction.TO_ESPOCRM})
    crm = crm_side(fields, mail("a@w.example"))
    found = plan(new(crm=crm, rules=rules))
    create, contact, write = found.actions
    assert isinstance(create, CreateParty)
    assert create.targets == {"name": "Roth", "vorname": "Ute", "geburtsdatum": "1970-02-28"}
    assert isinstance(contact, AddContact)
    assert isinstance(write, WriteCrm)
    assert ([need.kind for need in found.tasks], write.status) == (["value_by_hand"], "unclean")


@pytest.mark.parametrize("rules", [Rules(), Rules(directions={"name": Direction.TO_ESPOCRM})])
def test_no_party_is_created_without_a_name(rules: Rules) -> None:
    crm = crm_side(person(name="Roth" if rules.directions else ""))
    assert plan(new(crm=crm, rules=rules)) == PartyPlan(Skipped(Why.NO_NAME))


@pytest.mark.parametrize("writable", [{CRM}, set()])
def test_no_party_is_created_while_writing_is_off(writable: set[str]) -> None:
    found = plan(new(writable=frozenset(writable)))
    assert isinstance(found.ending, Postponed)
    assert (found.ending.reason, found.ending.waits_for, found.actions) == (Why.WRITING_OFF, ADVOWARE, ())
    assert [type(action) for action in found.held_back] == [CreateParty, WriteCrm]


def test_a_new_party_is_noted_in_the_crm_even_when_nothing_else_is_brought_there() -> None:
    found = plan(new(writable=frozenset({ADVOWARE})))
    assert [type(action) for action in found.actions] == [CreateParty, WriteCrm]
    assert found.ending == Settled()


# Both sides are there


@pytest.mark.parametrize(
    ("writable", "actions", "held", "status"),
    [
        (BOTH, [SaveParty, WriteCrm], [], "clean"),
        ({ADVOWARE}, [SaveParty, WriteCrm], [WriteCrm], "unclean"),
        ({CRM}, [WriteCrm], [SaveParty], "unclean"),
        (set(), [], [SaveParty, WriteCrm], ""),
    ],
)
def test_what_may_not_be_written_is_held_back(
    writable: set[str], actions: list[type], held: list[type], status: str
) -> None:
    sides = {"crm": crm_side(person(name="Weiss")), "advoware": advoware_side(person(vorname="Alma"))}
    found = plan(state(**sides, writable=frozenset(writable)))
    assert [type(action) for action in found.actions] == actions
    assert [type(action) for action in found.held_back] == held
    assert {action.status for action in found.actions if isinstance(action, WriteCrm)} == (
        {status} if status else set()
    )
    if held:
        assert isinstance(found.ending, Postponed)
        assert found.ending.waits_for == ", ".join(sorted(BOTH - writable))
    told = crm_side(person(name="Weiss"), status=status or "clean")
    again = plan(state(crm=told, advoware=sides["advoware"], writable=frozenset(writable)))
    if writable != BOTH and ADVOWARE not in writable:
        own = [action for action in again.actions if isinstance(action, WriteCrm) and not action.changes]
        assert own == []  # nothing but the state of the sync: it is told already


def test_bookkeeping_alone_is_written_when_it_is_stale() -> None:
    (write,) = plan(state(stale_bookkeeping=True)).actions
    assert isinstance(write, WriteCrm)
    assert not write.changes
    assert plan(state(crm=crm_side(status=None), stale_bookkeeping=False)).actions == ()
    assert plan(state(crm=crm_side(status="failed"))).actions == (WriteCrm(),)


def test_a_conflict_leaves_the_rest_to_go_on_and_contacts_only_towards_advoware() -> None:
    crm = crm_side(person(name="Weiss", vorname="Alma"), mail("hier@w.example"))
    there = advoware_side(person(name="Berg"), mail("dort@w.example"))
    found = plan(state(crm=crm, advoware=there, rules=ASK))
    assert found.ending == InConflict(Why.BOTH_CHANGED, "name")
    (conflict,) = found.conflicts
    assert (conflict.agreed, conflict.here, conflict.there) == ("Roth", "Weiss", "Berg")
    save, contact, write = found.actions
    assert isinstance(save, SaveParty)
    assert save.targets == {"vorname": "Alma"}
    assert isinstance(contact, AddContact)
    assert isinstance(write, WriteCrm)
    assert (write.targets, write.contacts, write.status) == ({}, False, "conflict")


def test_a_decision_is_written_or_waits_for_the_switch() -> None:
    sides = {"crm": crm_side(person(name="Weiss")), "advoware": advoware_side(person(name="Berg"))}
    choices = {"name": Choice(Side.THERE, "Weiss", "Berg")}
    decided = state(**sides, rules=ASK, choices=choices)
    found = plan(decided)
    assert (found.ending, found.conflicts) == (Settled(), ())
    assert list(waiting_decisions(decided, merge(decided))) == []
    waiting = replace(decided, writable=frozenset({ADVOWARE}))
    assert isinstance(plan(waiting).ending, Postponed)
    assert [need.field for need in list(waiting_decisions(waiting, merge(waiting)))] == ["name"]
    # The other side went back meanwhile: there is nothing to decide any more.
    moved = replace(waiting, advoware=advoware_side())
    assert list(waiting_decisions(moved, merge(moved))) == []


@pytest.mark.parametrize(
    ("rule", "writable", "count"),
    [
        (Rule.ESPOCRM, BOTH, 1),
        (Rule.ADVOWARE, BOTH, 1),
        (Rule.ESPOCRM, {CRM}, 0),
        (Rule.ADVOWARE, {ADVOWARE}, 0),
        (Rule.PERSON, BOTH, 0),
    ],
)
def test_staff_are_told_what_is_replaced_when_it_is_replaced(rule: Rule, writable: set[str], count: int) -> None:
    given = state(
        crm=crm_side(person(name="Weiss")),
        advoware=advoware_side(person(name="Berg")),
        rules=Rules(conflicts={"name": rule}),
        writable=frozenset(writable),
    )
    found = list(notices(given, merge(given)))
    assert len(found) == count
    if count:
        kept, lost = ("Weiss", "Berg") if rule is Rule.ESPOCRM else ("Berg", "Weiss")
        assert found[0].facts == (("name", kept, lost),)


def test_a_first_contact_without_a_time_that_tells_is_a_conflict() -> None:
    given = state(base=Agreed(), crm=crm_side(person(name="Weiss")), first=Holds.PERSON)
    assert plan(given).ending == InConflict(Why.BOTH_CHANGED, "name")


def test_an_edit_that_nobody_can_translate_is_a_task_that_can_be_closed() -> None:
    crm = crm_side(person(anrede="Dr."))
    found = plan(state(crm=crm))
    assert (found.ending, kinds(found)) == (Skipped(Why.TASK_OPEN), ["value_by_hand"])
    assert found.tasks[0].facts == (("anrede", "Frau", "Dr."),)
    assert found.notes
    closed = plan(state(crm=crm, closed=frozenset({found.tasks[0].identity})))
    assert (closed.ending, closed.tasks) == (Settled(), ())


def test_a_value_that_was_not_kept_is_a_task_until_it_is_there_or_changed() -> None:
    base = replace(agreed(person(rechtsform="OHG")), not_kept={"rechtsform": "OHG"})
    fields = dict(base.fields) | {"rechtsform": Base("OHG", "GbR")}
    base = replace(base, fields=fields)
    crm, there = crm_side(person(rechtsform="OHG")), advoware_side(person(rechtsform="GbR"))
    assert kinds(plan(state(base=base, crm=crm, advoware=there))) == ["value_not_kept"]
    assert kinds(plan(state(base=base, crm=crm, advoware=advoware_side(person(rechtsform="OHG"))))) == []
    assert kinds(plan(state(base=base, crm=crm_side(person(rechtsform="AG")), advoware=there))) == []


# Taking back

REQUEST = Written(ADVOWARE, {"name": ("Roth", "Weiss")})
WHITE = agreed(person(name="Weiss"))


@pytest.mark.parametrize(
    ("crm", "advoware", "undo", "refusal"),
    [
        ("Weiss", "Weiss", REQUEST, ""),
        ("Weiss", "Roth", REQUEST, ""),  # done on this side by a run that was stopped
        ("Roth", "Roth", REQUEST, ""),
        ("Weiss", "Berg", REQUEST, "changed_since"),
        ("Berg", "Weiss", REQUEST, "changed_since"),
        ("Weiss", "Weiss", Written(CRM, {"name": ("Roth", "Weiss")}), ""),
        ("Weiss", "Berg", Written(CRM, {"name": ("Roth", "Weiss")}), "changed_since"),
        ("Weiss", "Weiss", Written(CRM, {}), "unsupported"),
    ],
)
def test_taking_back(crm: str, advoware: str, undo: Written, refusal: str) -> None:
    sides = {"crm": crm_side(person(name=crm)), "advoware": advoware_side(person(name=advoware))}
    back = take_back({1: undo}, sides["crm"], sides["advoware"], WHITE)
    assert back.refused.get(1, "") == refusal
    if refusal:
        assert not back.tried
        return
    found = plan(state(**sides, base=WHITE, taking_back=back))
    targets = {action.system: action.targets for action in found.actions if isinstance(action, SaveParty | WriteCrm)}
    assert targets.get(CRM, {}) == ({} if crm == "Roth" else {"name": "Roth"})
    assert targets.get(ADVOWARE, {}) == ({} if advoware == "Roth" else {"name": "Roth"})


@pytest.mark.parametrize("missing", ["crm", "advoware"])
def test_nothing_is_taken_back_from_a_party_that_is_gone(missing: str) -> None:
    sides: dict[str, Any] = {"crm": crm_side(), "advoware": advoware_side(), missing: None}
    assert take_back({1: REQUEST}, sides["crm"], sides["advoware"], WHITE).refused == {1: "gone"}


@pytest.mark.parametrize(
    ("there", "refusal"),
    [("new", ""), ("old", ""), ("", "changed_since"), ("third", "changed_since"), ("old new", "changed_since")],
)
def test_taking_a_contact_back(there: str, refusal: str) -> None:
    addresses = {f"{word}@w.example": f"{word}@w.example" for word in there.split()}
    contacts = {key: value for text in addresses for key, value in mail(text).items()}
    undo = Written(ADVOWARE, {}, added=mail("new@w.example"), removed=mail("old@w.example"))
    back = take_back({1: undo}, crm_side(PERSON, mail("new@w.example")), advoware_side(PERSON, contacts), agreed())
    assert back.refused.get(1, "") == refusal
    if not refusal:
        assert (set(back.contacts_in), back.contacts_out) == ({"old@w.example"}, {"new@w.example"})


def test_what_an_earlier_run_has_taken_back_on_both_sides_is_done() -> None:
    """It was killed before it could say so."""
    undo = Written(ADVOWARE, {"name": ("Roth", "Weiss")}, added=mail("new@w.example"), removed=mail("old@w.example"))
    sides = {"crm": crm_side(PERSON, mail("old@w.example")), "advoware": advoware_side(PERSON, mail("old@w.example"))}
    back = take_back({1: undo}, sides["crm"], sides["advoware"], WHITE)
    assert ([*back.tried], back.refused) == ([1], {})
    found = plan(state(**sides, base=agreed(person(name="Weiss"), mail("new@w.example")), taking_back=back))
    assert (found.ending, [action for action in found.actions if getattr(action, "changes", True)]) == (Settled(), [])


def test_the_newest_request_wins() -> None:
    older, newer = Written(CRM, {"name": ("A", "Roth")}), Written(CRM, {"name": ("B", "Roth")})
    back = take_back({1: older, 2: newer}, crm_side(), advoware_side(), agreed())
    assert ([*back.tried], back.fields) == ([1, 2], {"name": ("B", Side.HERE)})


# What a side can't hold, and what a kind of party has not


@pytest.mark.parametrize(("writes", "to"), [("advoware", "espocrm"), ("espocrm", "advoware")])
def test_what_a_side_can_not_hold_is_a_task_and_the_rest_goes_on(writes: str, to: str) -> None:
    base = agreed(person(vorname="Ute"))
    edited = {"advoware": person(vorname="<Ute>", name="Weiss"), "espocrm": person(anrede="Frau", name="Weiss")}[writes]
    given = {"crm" if writes == CRM else "advoware": (crm_side if writes == CRM else advoware_side)(edited)}
    found = plan(state(base=base, **given))
    assert {name for each in found.actions if each.system == to for name in getattr(each, "targets", {})} == {"name"}
    if writes == ADVOWARE:
        (need,) = found.tasks
        assert (need.kind, need.system, need.key) == ("cant_hold", CRM, "vorname")
        assert need.facts == (("vorname", "Ute", "<Ute>"), ("reason", "signs:<>", ""))


def company(**more: Any) -> dict[str, Any]:
    fields = {"name": "Lux GmbH", "rechtsform": "", "handelsregisternummer": "", "registergericht": ""}
    return {
        "base": agreed(fields),
        "crm": crm_side(fields, company=True, **{"dateOfBirth": None, "firstName": "", "salutationName": None, **more}),
    }


@pytest.mark.parametrize(
    ("here", "there", "system", "now", "wanted"),
    [
        (None, "1970-02-28T00:00:00", CRM, "", "1970-02-28"),
        ("1970-02-28", None, ADVOWARE, "", "1970-02-28"),
        ("1970-02-28", "0001-01-01T00:00:00", ADVOWARE, "", "1970-02-28"),
        ("1970-02-28", "1970-02-28T00:00:00", "", "", ""),
        (None, None, "", "", ""),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_task(
    here: str | None, there: str | None, system: str, now: str, wanted: str
) -> None:
    given = company(dateOfBirth=here)
    fields = {"name": "Lux GmbH", "rechtsform": "", "handelsregisternummer": "", "registergericht": ""}
    found = plan(state(**given, advoware=advoware_side(fields, company=True, geburtsdatum=there)))
    assert not any(getattr(each, "targets", {}) for each in found.actions)
    facts = (("geburtsdatum", now, wanted), ("reason", "wrong_kind", ""))
    assert [(each.kind, each.system, each.facts) for each in found.tasks] == (
        [("cant_hold", system, facts)] if system else []
    )


def test_a_register_number_of_a_person_is_a_task_unless_the_field_is_off() -> None:
    given = {"crm": crm_side(handelsregisterNummer=None), "advoware": advoware_side(handelsRegisterNummer="HRA 1")}
    assert kinds(plan(state(**given))) == ["cant_hold"]
    off = Rules(directions={"handelsregisternummer": Direction.OFF})
    assert kinds(plan(state(**given | {"crm": crm_side(handelsregisterNummer=None, rules=off)}, rules=off))) == []


def test_what_was_refused_is_not_sent_again_until_it_changes() -> None:
    base = replace(agreed(), refused={"name": "Weiss", "espocrm:vorname": "Uta", "contact:n@w.example": "mail"})
    given = {
        "crm": crm_side(person(name="Weiss"), mail("n@w.example")),
        "advoware": advoware_side(person(vorname="Uta")),
    }
    found = plan(state(base=base, **given))
    assert [(each.kind, each.system, each.key) for each in found.tasks] == [
        ("cant_hold", ADVOWARE, "name"),
        ("cant_hold", CRM, "vorname"),
        ("cant_hold", ADVOWARE, "n@w.example"),
    ]
    assert [each for each in found.actions if getattr(each, "changes", True)] == []
    other = plan(state(base=base, **given | {"crm": crm_side(person(name="Weiss-Berg"), mail("n@w.example"))}))
    assert [each.targets for each in other.actions if isinstance(each, SaveParty)] == [{"name": "Weiss-Berg"}]
