"""Where the buttons are, and what they are asked for."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

from django.urls import reverse

import syncapp.admin
from syncapp.admin.kit import views

_READ = re.compile(r'POST(?:\.get|\.getlist)?[\[(]"(\w+)"')
_DECLARED = re.compile(r"^    (\w+) = (?:forms\.|IdField)\w*\(", re.MULTILINE)
# As the program's own text reads them.
FIELDS = sorted(
    {
        name
        for module in Path(inspect.getfile(syncapp.admin)).parent.rglob("*.py")
        for pattern in (_READ, _DECLARED)
        for name in pattern.findall(module.read_text())
    }
)


def address(name: str, made: dict[str, Any]) -> str:
    route = views.BUTTONS[name][0]
    if "<int:pk>" in route:
        kind = re.split("/", route)[0]
        of = {"record": "record", "webhook": "quarantined", "orphan": "orphan", "comparison": "scan", "task": "task"}
        of |= {"journal": "entry", "appointment": "link"}
        return reverse(f"admin:hub_{name}", args=[made[of.get(kind, "schedule")].pk])
    if "<slug:name>" in route:
        return reverse(f"admin:hub_{name}", args=["xai" if route.startswith("systems") else "document_sync"])
    if "<path:kuerzel>" in route:
        return reverse(f"admin:hub_{name}", args=[made["employee"].pk])
    return reverse(f"admin:hub_{name}")
