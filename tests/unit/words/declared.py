"""Finds what the program declares, by walking its modules: a test that reads from here can't forget one."""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import get_args

import syncapp
from syncapp.engine.runs.planning import Ending, Settled
from syncapp.kit.phrases import Phrase

WITH_REASON = frozenset(kind.__name__ for kind in get_args(Ending) if kind is not Settled)


@cache
def modules() -> tuple[ModuleType, ...]:
    return tuple(import_module(found.name) for found in pkgutil.walk_packages(syncapp.__path__, "syncapp."))


def classes(base: type) -> Iterator[type]:
    for module in modules():
        for value in list(vars(module).values()):
            if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__:
                yield value


@cache
def phrases() -> dict[str, type[Phrase]]:
    return {kind.__qualname__ + " of " + kind.__module__: kind for kind in classes(Phrase) if "kind" in vars(kind)}


@cache
def made_in_flows() -> set[str]:
    """Names of the classes that are called anywhere in the flows, or handed to who calls them."""
    return {name for path in _flows() for name in _made_in(path.read_text())}


def _made_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        called = [node.func, *node.args] if isinstance(node, ast.Call) else []
        wanted = node.values if isinstance(node, ast.Dict) else called
        yield from (each.id for each in wanted if isinstance(each, ast.Name))


@cache
def members_in_flows() -> set[str]:
    """Whatever the flows name as `Class.MEMBER`."""
    nodes = (node for path in _flows() for node in ast.walk(ast.parse(path.read_text())))
    return {f"{n.value.id}.{n.attr}" for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)}


def _flows() -> Iterator[Path]:
    return (Path(syncapp.__path__[0]) / "flows").rglob("*.py")


@cache
def reasons_in_flows() -> set[str]:
    return {reason for path in _flows() for reason in reasons_in(path.read_text())}


def reasons_in(source: str) -> Iterator[str]:
    """What is written out as the reason of an ending, and is no member of a class."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WITH_REASON:
            given = [*node.args[:1], *(each.value for each in node.keywords if each.arg == "reason")]
            yield from (each.value for each in given if isinstance(each, ast.Constant))


@cache
def texts_in_flows() -> set[str]:
    """Every text that stands in a flow, but for what `flow.py` declares."""
    sources = (path.read_text() for path in _flows() if path.name != "flow.py")
    nodes = (node for source in sources for node in ast.walk(ast.parse(source)))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
