"""A field of both sides as a person reads it. Pure."""

from __future__ import annotations

from typing import Any

from syncapp.engine.runs.planning import Compared
from syncapp.flows.lens.core import Said, text_of
from syncapp.flows.lens.declaration import Base, Field


def beside(field: Field[Any, Any, str], base: Base[str] | None, here: Said[str], there: Said[str]) -> Compared:
    agreed = text_of(base.here) if base else ""
    return Compared(field.name, agreed, text_of(here), text_of(there), field.agree(here, there))
