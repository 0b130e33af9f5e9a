"""docker-compose.yml as command lines of podman. A key that is not understood is an error, so nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[?-])(?P<rest>[^}]*))?\}")
# What the rest of the tests does by hand, and what podman has no counterpart for.
ELSEWHERE = {"depends_on", "build", "healthcheck", "restart", "stop_grace_period", "logging", "image", "command"}


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    image: str
    command: list[str]
    networks: list[str]
    after: dict[str, str]  # service: the condition that it must fulfil
    restart: str
    grace: int  # seconds
    health: list[str]  # empty: none
    health_seconds: int  # as long as it may take until it is healthy
    options: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Places:
    networks: dict[str, bool]  # whether it is internal
    volumes: list[str]


def places(path: Path, project: str) -> Places:
    data: dict[str, Any] = yaml.safe_load(path.read_text())
    networks = {f"{project}_{name}": bool((given or {}).get("internal")) for name, given in data["networks"].items()}
    return Places(networks, [f"{project}_{name}" for name in data["volumes"]])


def services(path: Path, project: str) -> dict[str, Service]:
    """`.env` beside the file says what the variables are."""
    values = {name: value or "" for name, value in dotenv_values(path.parent / ".env").items()}
    data: dict[str, Any] = yaml.safe_load(path.read_text())
    return {name: _service(name, _filled(given, values), values, project) for name, given in data["services"].items()}


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    return VARIABLE.sub(lambda match: _value(match, values), node) if isinstance(node, str) else node


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    if value := values.get(match["name"], ""):
        return value
    if match["kind"] == "?":
        raise ValueError(f"{match['name']} {match['rest']}")
    return match["rest"] or ""


def _service(name: str, given: Mapping[str, Any], values: Mapping[str, str], project: str) -> Service:
    health = given.get("healthcheck", {})
    tries = (
        int(health.get("retries", 1)) * (_seconds(health["interval"]) + _seconds(health["timeout"])) if health else 0
    )
    return Service(
        name=name,
        image=given["image"],
        command=list(given["command"]),
        networks=[f"{project}_{each}" for each in given["networks"]],
        after={other: how["condition"] for other, how in given.get("depends_on", {}).items()},
        restart=given["restart"],
        grace=_seconds(given.get("stop_grace_period", "10s")),
        health=_health(health),
        health_seconds=tries + _seconds(health.get("start_period", "0s")),
        options=[option for key, value in given.items() for option in _options(key, value, values, project)],
    )


def _health(given: Mapping[str, Any]) -> list[str]:
    if not given:
        return []
    assert given["test"][0] == "CMD"
    return list(given["test"][1:])


def _options(key: str, value: Any, values: Mapping[str, str], project: str) -> list[str]:
    match key:
        case _ if key in ELSEWHERE:
            return []
        case "init" | "read_only":
            return [f"--{key.replace('_', '-')}"] if value else []
        case "user":
            return ["--user", value]
        case "tmpfs" | "cap_drop" | "security_opt":
            return [part for each in value for part in (f"--{key.replace('_', '-')}", _name_of(each))]
        case "environment":
            return [part for name, text in value.items() for part in ("--env", f"{name}={text}")]
        case "env_file":
            # What stands in `environment` wins.
            return [part for name, text in values.items() for part in ("--env", f"{name}={text}")]
        case "volumes":
            return [part for each in value for part in ("--volume", f"{project}_{each}")]
        case "ports":
            return [part for each in value for part in ("--publish", each)]
        case "networks":
            return ["--network", ",".join(f"{project}_{each}" for each in value)]
    raise ValueError(f"{key}: what is that for podman?")


def _name_of(option: str) -> str:
    return option.removesuffix(":true") if option.startswith("no-new-privileges") else option


def _seconds(duration: str) -> int:
    return int(duration.removesuffix("s"))
