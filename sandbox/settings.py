"""Settings of the running sandbox, readable and changeable while it runs.

Each system brings a dataclass of plain values; a setting's public name is the system's name plus the field's name
(`espocrm_webhook_interval`), the general ones have no prefix. The type of the default is the type of the setting.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass
class General:
    log_calls: bool = True  # off for benchmarks
    latency: dict[str, float] = field(default_factory=dict)  # system -> seconds added to every call


class UnknownSetting(ValueError):
    """No such setting, or a value of the wrong type."""


class Settings:
    def __init__(self) -> None:
        self.general = General()
        self.sections: dict[str, DataclassInstance] = {"": self.general}
        self.defaults: dict[str, DataclassInstance] = {"": General()}

    def add(self, prefix: str, section: DataclassInstance) -> None:
        self.sections[prefix + "_"] = section
        self.defaults[prefix + "_"] = copy.deepcopy(section)

    def as_dict(self) -> dict[str, Any]:
        return {
            prefix + item.name: getattr(section, item.name)
            for prefix, section in self.sections.items()
            for item in fields(section)
        }

    def change(self, values: dict[str, Any]) -> None:
        """Set several at once; nothing is changed when one of them is wrong."""
        checked = [(*self._find(name), value) for name, value in values.items()]
        for section, name, value in checked:
            _check(name, getattr(section, name), value)
        for section, name, value in checked:
            setattr(section, name, float(value) if isinstance(getattr(section, name), float) else value)

    def reset(self) -> None:
        for prefix, section in self.sections.items():
            fresh = copy.deepcopy(self.defaults[prefix])
            for item in fields(section):
                setattr(section, item.name, getattr(fresh, item.name))

    def keep_as_default(self) -> None:
        """What the command line set survives a reset."""
        for prefix, section in self.sections.items():
            self.defaults[prefix] = copy.deepcopy(section)

    def _find(self, name: str) -> tuple[DataclassInstance, str]:
        for prefix, section in self.sections.items():
            short = name.removeprefix(prefix)
            if name.startswith(prefix) and any(item.name == short for item in fields(section)):
                return section, short
        raise UnknownSetting(f"There is no setting {name!r}. There are: {', '.join(sorted(self.as_dict()))}")


def _check(name: str, current: Any, value: Any) -> None:
    if isinstance(current, float):
        right = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        right = type(value) is type(current)
    if not right:
        raise UnknownSetting(f"{name} wants a value of type {type(current).__name__}, not {value!r}")
