"""Kinds of arguments that several commands have. What is none of the kind is wrong usage, before anything is done."""

from __future__ import annotations

import argparse
import math
from pathlib import Path


def named_path(text: str) -> Path:
    """An empty variable of a shell is not the folder that somebody stands in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("must name a file or a folder")
    return Path(text)


def seconds(text: str) -> float:
    """`nan` is never over."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= 0):
        raise argparse.ArgumentTypeError("must be a number of seconds, 0 or more")
    return found


def how_many(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise argparse.ArgumentTypeError("must be a number, 0 or more")
    return int(text)
