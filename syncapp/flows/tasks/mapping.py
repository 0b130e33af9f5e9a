"""A task of the hub as EspoCRM shows it. Pure.

Our number in the title is the mark by which a task is found again when the answer to its creation was lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

LONGEST_NAME = 255  # EspoCRM's varchar


class Show(StrEnum):
    """The setting TASKS_TO_ESPOCRM."""

    NOWHERE = ""
    TASK = "Task"
    NOTIFICATION = "Notification"


@dataclass(frozen=True, slots=True)
class Texts:
    """In the installation's language; clients' data."""

    headline: str
    why: str
    whole: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HubTask:
    number: int
    digest: str
    open: bool
    texts: Texts

    @property
    def name(self) -> str:
        sign = mark(self.number)
        return f"{self.texts.headline[: LONGEST_NAME - len(sign) - 1]} {sign}"

    @property
    def title(self) -> str:
        """The name without the number."""
        return self.name.removesuffix(mark(self.number))

    def is_called(self, name: str) -> bool:
        """By whatever number."""
        return re.fullmatch(re.escape(self.title) + MARKED, name) is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task belongs in the CRM, and to whom; empty where there is nothing or nobody."""

    entity_type: str = ""
    entity_id: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """Under which id the CRM shows a task, and as what."""

    id: str
    kind: Show


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the CRM was told last."""

    digest: str = ""
    open: bool = False

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Agreed:
        return cls(raw["digest"], raw["open"]) if raw else cls()

    def to_json(self) -> dict[str, Any]:
        return {"digest": self.digest, "open": self.open}


MARKED = r"\[Hub \d+\]"


def mark(number: int) -> str:
    return f"[Hub {number}]"


def task_fields(task: HubTask, place: Place, status: str) -> dict[str, object]:
    """A new task of the CRM. EspoCRM refuses links to what does not exist, so what is unknown is left out."""
    fields: dict[str, object] = {"name": task.name, "status": status, "description": task.texts.whole}
    if place.entity_id:
        fields |= {"parentType": place.entity_type, "parentId": place.entity_id}
    if place.user_id:
        fields["assignedUserId"] = place.user_id
    return fields


def notification_fields(task: HubTask, place: Place) -> dict[str, object]:
    """Of a post to the user, which EspoCRM notifies of it: no API user may create a notification itself
    (Resources/metadata/app/acl.json; 403 `No create access.`, seen at 9.2.7)."""
    message = f"{task.name}: {task.texts.why}"
    return {"type": "Post", "post": message, "targetType": "users", "usersIds": [place.user_id]}
