"""Which notices go out to one recipient now, and which of them together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

ONE_EACH = 3  # more at once are a list
AN_HOUR = 6  # messages to one recipient; what comes beyond waits, and then comes as a list


@dataclass(frozen=True, slots=True)
class Waiting:
    """`cause`: what it is about, 0 for a digest; `over`: it tells that the cause is gone."""

    pk: int
    cause: int
    over: bool = False


@dataclass(frozen=True, slots=True)
class Bundles:
    """`messages`: the notices of each; `needless`: causes that came and went before anybody was told."""

    messages: tuple[tuple[int, ...], ...] = ()
    needless: tuple[int, ...] = ()


def bundles(waiting: Sequence[Waiting], sent_lately: int, at: time, quiet: tuple[time, time] | None) -> Bundles:
    """`sent_lately`: messages of the last hour; `at`: the time of day of the recipient, who has `quiet` hours."""
    over = {each.cause for each in waiting if each.over}
    both = {each.cause for each in waiting if each.cause and not each.over} & over
    needless = tuple(each.pk for each in waiting if each.cause in both)
    if is_quiet(at, quiet):
        return Bundles(needless=needless)
    digests = [(each.pk,) for each in waiting if not each.cause]
    causes = [each.pk for each in waiting if each.cause and each.cause not in both]
    if len(causes) <= ONE_EACH and sent_lately + len(causes) <= AN_HOUR:
        return Bundles((*digests, *((pk,) for pk in causes)), needless)
    together = [tuple(causes)] if sent_lately < AN_HOUR else []
    return Bundles((*digests, *together), needless)


def is_quiet(at: time, quiet: tuple[time, time] | None) -> bool:
    """From the first time until before the second, over midnight if need be; twice the same: never."""
    if quiet is None:
        return False
    begin, end = quiet
    return begin <= at < end if begin <= end else at >= begin or at < end
