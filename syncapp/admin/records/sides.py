"""What a preview read of both sides, value by value, as the conflicts and tasks of people show values."""

from __future__ import annotations

from collections.abc import Iterable

from syncapp.admin.people.differing import FieldView, Pieces, differing
from syncapp.engine.runs.planning import Compared
from syncapp.words.field_words import field_in_words, of_field


def fields_of(sides: Iterable[Compared]) -> list[FieldView]:
    """Without those that nobody says anything of. Nothing is marked where both mean the same."""
    views = []
    for each in sides:
        if not (each.agreed or each.here or each.there):
            continue
        agreed, here, there = (of_field(each.field, value) for value in (each.agreed, each.here, each.there))
        pieces: tuple[Pieces, Pieces] = ([(here, False)], [(there, False)]) if each.same else differing(here, there)
        views.append(FieldView(field_in_words(each.field), agreed, *pieces))
    return views
