"""How a comparison came to its end, where its state alone does not say it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.kit.marking import gettext_noop, ngettext_lazy
from syncapp.kit.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Interrupted(Phrase):
    kind = "scan.interrupted"
    words = gettext_noop("interrupted")


@dataclass(frozen=True, slots=True)
class NotAvailable(Phrase):
    kind = "scan.not_available"
    words = gettext_noop("%(system)s is not available")
    shown = ("system",)
    system: str


@dataclass(frozen=True, slots=True)
class WouldMove(Phrase):
    kind = "scan.would_move"
    words = ngettext_lazy(
        "%(count)d entity would be brought in or taken away", "%(count)d entities would be brought in or taken away"
    )
    shown = ("count",)
    count: int


@dataclass(frozen=True, slots=True)
class WouldChange(Phrase):
    kind = "scan.would_change"
    words = ngettext_lazy("%(count)d entity would be changed", "%(count)d entities would be changed")
    shown = ("count",)
    count: int


@dataclass(frozen=True, slots=True)
class Confirmed(Phrase):
    kind = "scan.confirmed"
    words = gettext_noop("confirmed by a person")
