"""Rows for the tables of any state of the migrations, made out of the fields alone; nothing here names a table.

Each `fill` adds rows to every table: each column is filled in one of them with a value of its own, each choice occurs,
all mixtures are such as the table's check constraints allow, and one row holds as little as possible, as rows do that
are older than most columns.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import models
from django.db.models import Field, Model, Q, Value

# What a shape says of a column, if not the value itself.
OWN = object()  # a value that no other row has
# a tuple: its values in turn, for the choices that no constraint tells apart
COMMON = 1  # a number that two columns may share, for constraints that compare them

Shape = dict[str, object]

# The first that the field is an instance of counts, so the special ones stand first.
_MADE: tuple[tuple[Any, Callable[[int], object]], ...] = (
    (models.BooleanField, lambda _number: True),
    (models.UUIDField, lambda number: UUID(int=number)),
    (models.JSONField, lambda number: {"number": number, "text": "Müller", "list": [None, 1.5]}),
    (models.DateTimeField, lambda number: datetime(2026, 10, 25, tzinfo=UTC) + timedelta(minutes=number)),
    (models.DateField, lambda number: date(2026, 2, 28) + timedelta(days=number)),
    (models.TimeField, lambda number: time(number // 60 % 24, number % 60)),
    (models.DurationField, lambda number: timedelta(seconds=number)),
    (models.BinaryField, lambda number: b"\x00\xff%d" % number),
    (models.GenericIPAddressField, lambda number: f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"),
    ((models.SmallIntegerField, models.PositiveSmallIntegerField), lambda number: number % 2**15),
    ((models.IntegerField, models.FloatField, models.DecimalField), lambda number: number),
)
_numbers = itertools.count(COMMON + 1)
_turns: defaultdict[tuple[object, ...], Iterator[int]] = defaultdict(itertools.count)
_shapes: dict[tuple[str, ...], list[Shape]] = {}


def tables(apps: Apps) -> list[type[Model]]:
    """All tables of that state, other apps' too; what a table refers to stands before it."""
    waiting = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    ordered: list[type[Model]] = []
    while waiting:
        # By name: a state may hold several classes of the same table.
        there = {m._meta.label for m in ordered}
        ready = [m for m in waiting if {f.related_model._meta.label for f in _references(m)} <= {*there, m._meta.label}]
        assert ready, f"These tables refer to each other in a circle: {waiting}"
        ordered += ready
        waiting = [m for m in waiting if m not in ready]
    return ordered


def fill(apps: Apps, database: str) -> None:
    for model in tables(apps):
        shapes = _allowed_shapes(model, database)
        wide = list(_covering(shapes))
        unseen = set(_choices(model, shapes))
        for number, shape in enumerate(itertools.cycle(wide)):
            if number >= len(wide) and not unseen:
                break
            made = _save(model, shape, database)
            unseen -= {(name, getattr(made, name)) for name, _key in unseen}
        _save(model, min(shapes, key=lambda shape: list(shape.values()).count(OWN)), database, sparse=True)


def _choices(model: type[Model], shapes: list[Shape]) -> Iterator[tuple[str, object]]:
    """All that its columns can hold which have choices, as far as the constraints allow it."""
    for field in model._meta.concrete_fields:
        for key, _label in field.flatchoices:
            kinds = [shape.get(field.name, (key,)) for shape in shapes]
            if any(key == kind or (isinstance(kind, tuple) and key in kind) for kind in kinds):
                yield field.name, key


def _save(model: type[Model], shape: Shape, database: str, *, sparse: bool = False) -> Model:
    row: dict[str, Any] = {}
    for field in _columns(model):
        if field.name in shape:
            row[field.name] = _made(field, shape[field.name])
        elif field.is_relation:
            row[field.attname] = None if sparse and field.null else _target(field, database)
        elif not sparse or not (field.null or field.has_default()):
            row[field.name] = _made(field)
    made = model(**row)
    # Where a key has few choices it may be taken; then the row that has it gets the new values.
    if (taken := _taken(made, database)) is not None:
        made.pk = taken.pk
    made.save(using=database)
    return made


def _taken(made: Model, database: str) -> Model | None:
    """The row beside which this one may not stand: as a unique constraint with a condition says."""
    for constraint in made._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint) or not constraint.condition:
            continue
        fields = {field.name: field for field in made._meta.concrete_fields}
        asked = [fields[name] for name in constraint.condition.referenced_base_fields]
        if constraint.condition.check({f.name: Value(getattr(made, f.attname), f) for f in asked}, database):
            same = {fields[name].attname: getattr(made, fields[name].attname) for name in constraint.fields}
            rows = type(made)._base_manager.using(database)
            if taken := rows.filter(constraint.condition, **same).exclude(pk=made.pk).first():
                return taken
    return None


def _target(field: Field[Any, Any], database: str) -> object:
    """The key of a row that this one may refer to: one that nobody else refers to where that could be forbidden."""
    target = field.related_model
    if target._meta.label == field.model._meta.label:
        return None
    if _is_unique(field):
        return _save(target, _allowed_shapes(target, database)[0], database).pk
    return target._base_manager.using(database).values_list("pk", flat=True).last()


def _is_unique(field: Field[Any, Any]) -> bool:
    meta = field.model._meta
    together = [*meta.unique_together, *(c.fields for c in meta.constraints if isinstance(c, models.UniqueConstraint))]
    return field.unique or any(field.name in names for names in together)


def _made(field: Field[Any, Any], kind: object = OWN) -> object:
    if kind is OWN and field.choices:
        kind = tuple(key for key, _label in field.flatchoices)
    if isinstance(kind, tuple):
        return kind[next(_turns[str(field), *kind]) % len(kind)]
    if kind is not OWN:
        return kind
    number = next(_numbers)
    for special, make in _MADE:
        if isinstance(field, special):
            return make(number)
    return f"{number} {field.name} äß"[: field.max_length]


def _allowed_shapes(model: type[Model], database: str) -> list[Shape]:
    """For the columns that check constraints name: which mixtures of own, common, chosen and no values they allow."""
    conditions = [c.condition for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    if not conditions:
        return [{}]
    both = functools.reduce(operator.and_, conditions)
    fields = [f for f in _columns(model) if f.name in both.referenced_base_fields]
    key = (model._meta.label, str(both), *(str(f.deconstruct()[2:]) for f in fields))
    if key not in _shapes:
        kinds = [_kinds(field, set(_literals(both))) for field in fields]
        mixes = (dict(zip([f.name for f in fields], mix, strict=True)) for mix in itertools.product(*kinds))
        _shapes[key] = [
            mix for mix in mixes if both.check({f.name: Value(_made(f, mix[f.name]), f) for f in fields}, database)
        ]
        assert _shapes[key], f"No row of {model._meta.label} satisfies its constraints."
    return _shapes[key]


def _kinds(field: Field[Any, Any], literals: set[object]) -> Iterator[object]:
    if field.choices:
        choices = [key for key, _label in field.flatchoices]
        yield from (key for key in choices if key in literals)
        if alike := tuple(key for key in choices if key not in literals):
            yield alike
    else:
        yield OWN
        if isinstance(field, models.IntegerField):
            yield COMMON
    if field.null:
        yield None
    if field.blank and field.empty_strings_allowed:
        yield ""


def _covering(shapes: list[Shape]) -> Iterator[Shape]:
    """As few shapes as show everything that is allowed for each column."""
    seen: set[tuple[str, object]] = set()
    for shape in shapes:
        if not shape or not seen >= set(shape.items()):
            seen |= set(shape.items())
            yield shape


def _literals(condition: Q) -> Iterator[object]:
    for part in condition.flatten():
        yield from part if isinstance(part, list | tuple | set) else [part] if isinstance(part, str | int) else []


def _columns(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


def _references(model: type[Model]) -> Iterable[Field[Any, Any]]:
    return [field for field in _columns(model) if field.is_relation]
