"""Two values side by side: which pieces of each the other one lacks. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

Pieces = list[tuple[str, bool]]  # (text, whether the other value lacks it), together the whole value

_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
LONGEST = 2000  # characters; beyond this the comparison costs more than it helps


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field on both sides; pieces that the other side lacks are marked."""

    label: str
    agreed: str
    here: Pieces
    there: Pieces


def differing(one: str, other: str) -> tuple[Pieces, Pieces]:
    if one == other or len(one) + len(other) > LONGEST:
        return [(one, one != other)], [(other, one != other)]
    left, right = _TOKENS.findall(one), _TOKENS.findall(other)
    pieces: tuple[Pieces, Pieces] = ([], [])
    for kind, start, end, start2, end2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for side, text in zip(pieces, ("".join(left[start:end]), "".join(right[start2:end2])), strict=True):
            if text:
                side.append((text, kind != "equal"))
    return pieces
