"""One thing that was looked at while the connections are checked, and how to ask for it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

from syncapp.clients.errors import ClientError

Answer = TypeVar("Answer")
Said = tuple[str, bool | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """`good` None: worth knowing, no trouble. `rows`: field by field."""

    system: str
    what: str
    words: str
    good: bool | None = True
    milliseconds: int | None = None
    rows: tuple[tuple[str, ...], ...] = ()


def ask(
    system: str,
    what: str,
    question: Callable[[], Answer],
    judge: Callable[[Answer], Said] = lambda _: ("ok", True),
    hint: str = "",
) -> Generator[Finding, None, Sequence[Answer]]:
    """Yields what came of the question, by `judge`, and how long it took. Returns the answer; nothing without one."""
    begun = perf_counter()
    answers: list[Answer] = []
    try:
        answers.append(question())
        words, good = judge(answers[0])
    except ClientError as exc:
        words, good = f"{exc}{hint}", False
    yield Finding(system, what, words, good, round((perf_counter() - begun) * 1000))
    return answers


def of_keys(
    system: str, what: str, raw: Mapping[str, object], synced: Sequence[str], others: Mapping[str, str], hint: str = ""
) -> Iterator[Finding]:
    """Which keys an object has and lacks; never a value. `others`: keys that help, and what it means to lack them;
    empty where that means nothing."""
    present = {key.casefold() for key in raw}
    if lacking := [name for name in synced if name.casefold() not in present]:
        yield Finding(system, what, f"lacks {', '.join(lacking)}: these are not synced{hint}", None)
    else:
        yield Finding(system, what, "has all that are synced", True)
    for name, meaning in others.items():
        if meaning and name.casefold() not in present:
            yield Finding(system, what, f"lacks {name}: {meaning}", None)
    known = {name.casefold() for name in (*synced, *others)}
    if more := sorted(key for key in raw if key.casefold() not in known):
        yield Finding(system, what, f"also has {', '.join(more)}: kept as they are", None)
