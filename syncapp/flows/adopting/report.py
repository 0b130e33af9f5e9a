"""The report of a look at an installation: counts with samples, and all of it as rows. Ids only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncapp.events import registry
from syncapp.models import Adoption, Verdict
from syncapp.words.adoption_words import found_in_words
from syncapp.words.entity_words import kind_in_words

HEADS = ("kind", "entity_type", "entity_id", "remote_id", "verdict", "what", "words")


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    verdict: Verdict
    count: int
    words: str
    samples: tuple[str, ...]


def titles() -> dict[str, str]:
    """What the kinds are called, in the order in which they are taken over."""
    return {each.name: str(each.title) for each in registry.adoptions()}


def lines(adoption: Adoption, samples: int = 3) -> Iterator[Line]:
    names = titles()
    for kind in (*names, *(adoption.counts.keys() - names.keys())):
        for verdict in Verdict:
            counts = adoption.counts.get(kind, {}).get(str(verdict), {})
            for what, count in sorted(counts.items(), key=lambda pair: -pair[1]):
                codes = what.split(", ") if what else []
                found = adoption.findings.filter(kind=kind, verdict=verdict, what=codes).order_by("pk")
                ids = found.values_list("entity_type", "entity_id", "remote_id")[:samples]
                shown = tuple(_id(*pair) for pair in ids)
                yield Line(names.get(kind, kind), verdict, count, found_in_words(codes), shown)


def _id(entity_type: str, entity_id: str, remote_id: str) -> str:
    """With that of the other system, where something of the hub's own (an employee) stands for many things there."""
    many = entity_type in registry.own_types()
    return f"{entity_id}/{remote_id}" if many and remote_id else entity_id or remote_id


def rows(adoption: Adoption) -> Iterator[tuple[str, ...]]:
    """For programs."""
    yield HEADS
    for *place, what in _findings(adoption):
        yield (*map(str, place), ", ".join(what), found_in_words(what))


def rows_in_words(adoption: Adoption) -> Iterator[tuple[str, ...]]:
    """For people: the same without a head and without codes."""
    names = titles()
    for kind, entity_type, entity_id, remote_id, verdict, what in _findings(adoption):
        result = str(Verdict(verdict).label)
        yield names.get(kind, kind), kind_in_words(entity_type), entity_id, remote_id, result, found_in_words(what)


def _findings(adoption: Adoption) -> Iterator[tuple[Any, ...]]:
    columns = ("kind", "entity_type", "entity_id", "remote_id", "verdict", "what")
    return adoption.findings.order_by("pk").values_list(*columns).iterator(chunk_size=2000)
