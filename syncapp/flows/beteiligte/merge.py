"""The three-way comparison of fields: last agreement, EspoCRM, Advoware. Pure.

Only one side changed: carried over. Both changed: by the field's rule, or a person chooses. Nothing is remembered of
a field yet: the newer side holds, and what is empty is filled. What nobody touched is never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from syncapp.flows.beteiligte.agreement import Pair
from syncapp.flows.beteiligte.fields import Direction, PartyField, Rule, Rules
from syncapp.flows.beteiligte.values import ADVOWARE, CRM, Reading

UNKNOWN = "conflict"


class Way(Enum):
    AGREED = "both sides have the same"
    CARRY = "the target is written where it is not"
    LEAVE = "the sides differ and may"
    CONFLICT = "a person chooses"
    BY_HAND = "a person carries it over"


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """`loser`: the side whose own change is replaced by the other's."""

    name: str
    way: Way
    target: str = ""
    to_crm: bool = False
    to_advoware: bool = False
    loser: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided about a conflict, and the values that were shown then."""

    side: str
    crm: str
    advoware: str


@dataclass(frozen=True, slots=True)
class Fields:
    """What the comparison of fields needs. `newer`: the side changed last; "" equal; UNKNOWN: nobody can tell.

    `forced`: canonical name to (value, side that must get it), when a write is taken back.
    """

    crm: Reading
    advoware: Reading
    base: Mapping[str, Pair]
    rules: Rules
    newer: str
    choices: Mapping[str, Choice]
    forced: Mapping[str, tuple[str, str]]


def merge_fields(table: Iterable[PartyField], given: Fields) -> tuple[FieldOutcome, ...]:
    return tuple(_field(each, given) for each in table)


def _field(each: PartyField, given: Fields) -> FieldOutcome:
    name = each.name
    crm, advoware = given.crm.fields.get(name, ""), given.advoware.fields.get(name, "")
    direction = given.rules.direction(name)
    if name in given.forced:
        return _forced(name, crm, advoware, given.forced[name], direction)
    if crm == advoware:
        return FieldOutcome(name, Way.AGREED, crm)
    if direction is Direction.OFF:
        return FieldOutcome(name, Way.LEAVE)
    source, loser = _source(each, crm, advoware, given)
    if source == UNKNOWN:
        return FieldOutcome(name, Way.CONFLICT)
    to_advoware, to_crm = source == CRM, source == ADVOWARE
    if not source or direction is (Direction.TO_ESPOCRM if to_advoware else Direction.TO_ADVOWARE):
        return FieldOutcome(name, Way.LEAVE)
    if name in given.crm.unclear | given.advoware.unclear:
        # Neither the value of the one side nor what it would replace on the other can be translated.
        return FieldOutcome(name, Way.BY_HAND if name in given.base else Way.LEAVE, to_crm=to_crm)
    return FieldOutcome(name, Way.CARRY, crm if to_advoware else advoware, to_crm, to_advoware, loser)


def _source(each: PartyField, crm: str, advoware: str, given: Fields) -> tuple[str, str]:
    """Whose value is to hold ("" none, UNKNOWN: a person chooses), and whose change is lost by it."""
    if each.needed and not (crm and advoware):
        return (CRM if crm else ADVOWARE), ""
    base = given.base.get(each.name)
    choice = given.choices.get(each.name)
    chosen = choice.side if choice is not None and (choice.crm, choice.advoware) == (crm, advoware) else ""
    if base is None:
        if not crm or not advoware:
            return (CRM if crm else ADVOWARE), ""
        return (chosen, "") if chosen else (given.newer, {CRM: ADVOWARE, ADVOWARE: CRM}.get(given.newer, ""))
    # Of a field that goes one way only the leading side counts: the other one's edit must not hide its own.
    direction = given.rules.direction(each.name)
    crm_changed = crm != base.crm and direction is not Direction.TO_ESPOCRM
    advoware_changed = advoware != base.advoware and direction is not Direction.TO_ADVOWARE
    if not crm_changed and not advoware_changed:
        return "", ""
    if crm_changed != advoware_changed:
        return (CRM if crm_changed else ADVOWARE), ""
    if chosen:
        return chosen, ""
    match given.rules.rule(each.name):
        case Rule.ESPOCRM:
            return CRM, ADVOWARE
        case Rule.ADVOWARE:
            return ADVOWARE, CRM
        case Rule.PERSON:
            return UNKNOWN, ""


def _forced(name: str, crm: str, advoware: str, forced: tuple[str, str], direction: Direction) -> FieldOutcome:
    value, side = forced
    to_crm = crm != value and (side == CRM or direction in (Direction.BOTH, Direction.TO_ESPOCRM))
    to_advoware = advoware != value and (side == ADVOWARE or direction in (Direction.BOTH, Direction.TO_ADVOWARE))
    return FieldOutcome(name, Way.CARRY, value, to_crm, to_advoware)
