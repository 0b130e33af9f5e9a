"""What EspoCRM's own metadata says about a field, asked before a value is sent: so it is a task at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from syncapp.clients.espocrm.takes import ANYTHING, Takes
from syncapp.flows.lens.core import Around, Attribute, CantHold, Lens, Said, Twice, Value, Why, as_text
from syncapp.flows.lens.declaration import Field

_REFUSED = str.maketrans("<>=", "   ")  # in names ($noBadCharacters)
F = TypeVar("F", bound=Field[Any, Any, str])


@dataclass(frozen=True, slots=True)
class Bounded(Around[object, str]):
    lens: Lens[object, str]
    takes: Takes

    def get(self, raw: object) -> Said[str]:
        return self.lens.get(raw)

    def put(self, raw: object, value: Value[str]) -> object | CantHold:
        after = self.lens.put(raw, value)
        if after is raw or isinstance(after, CantHold):
            return after
        text, takes = as_text(after), self.takes
        if takes.options is not None and text not in takes.options:
            return CantHold(Why.NO_SUCH_OPTION)
        if not text:
            return CantHold(Why.NEEDED) if takes.required else after
        if takes.longest is not None and len(text) > takes.longest:
            return CantHold(Why.TOO_LONG, str(takes.longest))
        return after if takes.pattern is None or takes.pattern.fullmatch(text) else CantHold(Why.INVALID)


def bounded(field: F, takes: Mapping[str, Takes]) -> F:
    """As EspoCRM's side (here) really takes it; as it is where nothing is known."""
    here = field.here
    if isinstance(here, Twice):
        here = replace(here, fits=partial(fitting, takes.get(here.also, ANYTHING)))
    if isinstance(here, Attribute) and here.name in takes:
        here = replace(here, lens=Bounded(here.lens, takes[here.name]))
    return field if here is field.here else replace(field, here=here)


def fitting(takes: Takes, text: str) -> str:
    """What goes of a text into a field that only repeats it: cut, and without the signs that EspoCRM's names refuse."""
    if takes.pattern is not None and not takes.pattern.fullmatch(text):
        text = " ".join(text.translate(_REFUSED).split())
    return text[: takes.longest].rstrip()
