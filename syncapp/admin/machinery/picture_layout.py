"""Where boxes and arrows of the picture lie. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

WIDTH, GAP, BETWEEN, EDGE = 244, 14, 72, 2  # pixels
HEAD, LINE, PORT = 40, 18, 18  # the title of a box, each line below it, each arrow at its side


@dataclass(frozen=True, slots=True)
class Line:
    tone: str
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A box before it has its place; `key` is unique in the picture."""

    key: str
    title: str
    tone: str = "quiet"
    url: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow before it has its place. `count`: what went along it within the last hour; None: nobody counts it."""

    start: str
    end: str
    count: int | None = None
    tone: str = "quiet"
    moves: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    node: Node
    x: int
    y: int
    height: int

    @property
    def title(self) -> str:
        return self.node.title

    @property
    def placed(self) -> list[tuple[int, Line]]:
        return [(self.y + HEAD + LINE * number, line) for number, line in enumerate(self.node.lines)]


@dataclass(frozen=True, slots=True)
class Arrow:
    link: Link
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    strips: tuple[Strip, ...] = ()


@dataclass(frozen=True, slots=True)
class Strip:
    """The same, of one step, for a narrow screen."""

    node: Node
    sources: tuple[tuple[str, Link], ...]
    targets: tuple[tuple[str, Link], ...] = field(default=())


def lay(columns: Sequence[Sequence[Node]], links: Iterable[Link]) -> Picture:
    """Columns from left to right, each in the middle of the height; an arrow has a place of its own at both boxes."""
    links = list(links)
    heights = {node.key: _height(node, links) for column in columns for node in column}
    tall = [sum(heights[node.key] for node in column) + GAP * max(0, len(column) - 1) for column in columns]
    height, boxes = max([*tall, 0]) + 2 * EDGE, list[Box]()
    for number, column in enumerate(columns):
        x, y = EDGE + number * (WIDTH + BETWEEN), (height - tall[number]) // 2
        for node in column:
            boxes.append(Box(node, x, y, heights[node.key]))
            y += heights[node.key] + GAP
    at = {box.node.key: box for box in boxes}
    drawn = [link for link in links if link.start in at and link.end in at]
    out = _ports(at, drawn, lambda link: (link.start, link.end))
    into = _ports(at, drawn, lambda link: (link.end, link.start))
    arrows = [_arrow(link, at[link.start].x + WIDTH, out[link], at[link.end].x, into[link]) for link in drawn]
    width = len(columns) * WIDTH + (len(columns) - 1) * BETWEEN + 2 * EDGE
    return Picture(width, height, tuple(boxes), tuple(arrows), tuple(_strips(columns, drawn, at)))


def _height(node: Node, links: list[Link]) -> int:
    ports = max(sum(link.start == node.key for link in links), sum(link.end == node.key for link in links))
    return max(HEAD + LINE * len(node.lines) - (0 if node.lines else 4), PORT * ports + 8)


def _ports(at: dict[str, Box], links: list[Link], sides: Callable[[Link], tuple[str, str]]) -> dict[Link, int]:
    """The height of each arrow at its box: in the order of the boxes at its other end, so that few cross."""
    found = {}
    for key, box in at.items():
        mine = [link for link in links if sides(link)[0] == key]
        mine.sort(key=lambda link: at[sides(link)[1]].y)
        for number, link in enumerate(mine):
            found[link] = box.y + round(box.height * (number + 1) / (len(mine) + 1))
    return found


def _arrow(link: Link, x1: int, y1: int, x2: int, y2: int) -> Arrow:
    bend = BETWEEN // 2
    return Arrow(link, f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}", x2 - 10, y2 - 4)


def _strips(columns: Sequence[Sequence[Node]], links: list[Link], at: dict[str, Box]) -> Iterable[Strip]:
    for node in columns[-2] if len(columns) > 1 else ():
        sources = tuple((at[link.start].title, link) for link in links if link.end == node.key)
        targets = tuple((at[link.end].title, link) for link in links if link.start == node.key)
        yield Strip(node, sources, targets)
