"""What staff read is stored as data: a kind and its arguments. The words stand beside the kind. Pure.

Who shows them (`words/plan_words.py`) looks the kind up and translates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from syncapp.kit.marking import Plural

PHRASES: dict[str, type[Phrase]] = {}  # every kind that is loaded in this process
load_all: Callable[[], object] | None = None  # loads the rest, once somebody asks for what is not here


class Phrase:
    """A class with a `kind` is one; its instances are stored as `stored()` gives them.

    `shown` names the attributes that are kept and that `words` may name in %(brackets)s: ids, counts, and under the
    names `field` and `fields` names of fields. Never a value: those are clients' data.
    """

    __slots__ = ()
    kind: ClassVar[str]
    words: ClassVar[str | Plural]
    shown: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        if "kind" not in vars(cls):
            return  # what several have in common
        known = PHRASES.get(cls.kind, cls)
        # A dataclass with slots is made twice, under the same name.
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"{known.__qualname__} and {cls.__qualname__} have the same kind: {cls.kind}")
        PHRASES[cls.kind] = cls

    def stored(self) -> dict[str, Any]:
        return {"kind": self.kind} | {name: getattr(self, name) for name in self.shown}


def known(kind: str) -> type[Phrase] | None:
    """What one process has planned another one shows, which may have loaded no flow. None: there is no such kind."""
    if kind not in PHRASES and load_all is not None:
        load_all()
    return PHRASES.get(kind)
