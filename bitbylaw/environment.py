"""Reads the settings out of the environment and `.env`: once, and with every fault named in one message."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from dotenv.parser import Binding, parse_stream
from pydantic import ValidationError

from bitbylaw.config import Config
from bitbylaw.places import file as file

NEARLY = 0.87  # how alike two names are, of 1: a letter or two
_NAMED = re.compile(r"\$\{(?P<name>[^}:]*)(?::-(?P<usual>[^}]*))?\}")


class ConfigError(Exception):
    """The environment can't be used as it is; the message lists every fault, without any value."""


def load() -> Config:
    """The settings of this process; raises `ConfigError` that lists all faults at once and quotes no value.

    `HUB_ENV_FILE` names another file than `.env`, or none when empty: tests and the demo must never meet real systems.
    """
    meant = misspelt()
    config, faults = _read()
    for name, sentence in config.contradictions():
        faults.setdefault(name, sentence)
    faults |= dict(_unreadable())
    if faults:
        faults |= {name: f"is no setting; do you mean {right}?" for name, right in meant.items()}
        raise ConfigError(
            "\n".join(["The configuration has faults:", *sorted(f"  {k}: {v}" for k, v in faults.items())])
        )
    return config


def make_folder(folder: Path) -> None:
    """For SQLite's file, for nobody else to look into. `ConfigError` where it can't be made."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigError(
            f"The configuration has a fault:\n  DATABASE_URL: the folder {folder} can't be made ({exc.strerror}). "
            "Name another, or make it and give it to the user that the hub runs as."
        ) from None


def bare() -> Config:
    """What nobody has set anything of: for `--help`, which must work before the first line of an `.env` is written."""
    return Config.model_construct()


def only_help(argv: Sequence[str]) -> bool:
    """Whether the command line asks `manage.py` for nothing but words."""
    if Path(argv[0]).name != "manage.py":
        return False
    return argv[1:2] in ([], ["help"], ["version"]) or not {"-h", "--help", "--version"}.isdisjoint(argv[1:])


def misspelt() -> dict[str, str]:
    """Names in the file or the environment that are no settings, but nearly one: with the one that is meant."""
    in_file = {binding.key for binding in _lines() if binding.key}
    names = {*in_file, *os.environ} - set(Config.model_fields)
    nearest = {name: get_close_matches(name.upper(), Config.model_fields, 1, NEARLY) for name in sorted(names)}
    return {name: found[0] for name, found in nearest.items() if found}


def _unreadable() -> Iterator[tuple[str, str]]:
    """Where the file has lines that are skipped by who reads it: a setting that stands there would not hold."""
    for binding in _lines():
        if binding.error or (binding.key and binding.value is None):
            text = binding.original.string
            number = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
            yield f"{file()}, line {number}", "must be NAME=value, and a quote that opens the value must be closed"


def _lines() -> list[Binding]:
    """Of the file, as far as there is one."""
    named = file()
    if named is None or ("HUB_ENV_FILE" not in os.environ and not Path(named).exists()):
        return []  # who names a file means one that is there
    try:
        with open(named, encoding="utf-8") as stream:
            return list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as exc:
        what = "is not a text in UTF-8" if isinstance(exc, UnicodeDecodeError) else "can't be read"
        raise ConfigError(f"The configuration has a fault:\n  {named} {what}.") from None


def _values() -> dict[str, Any]:
    """What the file says and the environment does not. `${NAME}` stands for what has that name in either; where nothing
    has, it is a part of a password, and stays."""
    found: dict[str, str] = {}
    for binding in _lines():
        if binding.key and binding.value is not None:
            found[binding.key] = _NAMED.sub(partial(_meant, {**os.environ, **found}), binding.value)
    wanted = {name for name in Config.model_fields if not os.environ.get(name)}
    return {name: value for name, value in found.items() if value and name in wanted}


def _meant(there: Mapping[str, str], named: re.Match[str]) -> str:
    usual = named[0] if named["usual"] is None else named["usual"]
    return there.get(named["name"], usual)


def _read() -> tuple[Config, dict[str, str]]:
    """The settings, those with a fault as if they had not been set, and the faults."""
    try:
        return Config(_env_file=None, **_values()), {}
    except ValidationError as exc:
        errors = exc.errors(include_input=False)
    # What is wrong between the others is to be told now too, not only when these are mended.
    usual: dict[str, Any] = {
        name: Config.model_fields[name].get_default(call_default_factory=True)
        for name in {str(each["loc"][0]) for each in errors}
    }
    return Config(_env_file=None, **{**_values(), **usual}), dict(map(_told, errors))


def _told(error: Any) -> tuple[str, str]:
    where = ".".join(str(part) for part in error["loc"] if part != "[key]")
    return where, error["msg"].removeprefix("Value error, ")
