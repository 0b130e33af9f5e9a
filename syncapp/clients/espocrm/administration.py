"""What EspoCRM's administration pages ask of EspoCRM, with an administrator's login.

Names are EspoCRM's own here. Source: EspoCRM's source, 9.2 (Controllers/EntityManager.php and FieldManager.php,
Resources/routes.json), and a running 9.2.7. Every change of the schema rebuilds the database, which takes seconds.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncapp.clients.espocrm.rest import EspoConfig, EspoRest, path_of
from syncapp.clients.espocrm.types import SYSTEM
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.parse import Values, the_object

PANEL = "Hub"
REBUILD_SECONDS = 300.0  # without a byte, while a large database is rebuilt


@dataclass(frozen=True, slots=True)
class AdminConfig(EspoConfig):
    """Two-factor login is not for this: use an administrator without it, for as long as this takes."""

    login: str = ""
    password: str = field(default="", repr=False)


class EspoAdministration(EspoRest):
    """After `AnswerLost` look again: the change may have been made."""

    _config: AdminConfig

    def prefixes(self) -> bool:
        """Whether EspoCRM puts a C before the names of own entity types, and a c before own fields of others
        (Tools/EntityManager/NameUtil.php)."""
        return not the_object(SYSTEM, self.request("GET", "Settings", Answer.json)).get("customPrefixDisabled")

    def definition(self, entity_type: str) -> Mapping[str, Any]:
        """Fields, links and the rest; empty where there is no such type."""
        return self._metadata(f"entityDefs.{entity_type}")

    def scope(self, entity_type: str) -> Mapping[str, Any]:
        return self._metadata(f"scopes.{entity_type}")

    def create_type(self, name: str, template: str) -> str:
        """The name that it has got."""
        body = {"name": name, "type": template, "labelSingular": name, "labelPlural": name}
        return Values.of(SYSTEM, self._change("EntityManager/action/createEntity", body)).needed("name")

    def watch_versions(self, entity_type: str) -> None:
        """Optimistic locking; `createEntity` takes no notice of it (seen at 9.2.7)."""
        body = {"name": entity_type, "optimisticConcurrencyControl": True}
        self._change("EntityManager/action/updateEntity", body)

    def create_field(self, entity_type: str, name: str, definition: Mapping[str, object]) -> None:
        self._change(f"Admin/fieldManager/{path_of(entity_type)}", {"name": name, "label": name, **definition})

    def change_field(self, entity_type: str, name: str, definition: Mapping[str, object]) -> None:
        """The definition is the whole one: without its type EspoCRM answers 500 (seen at 9.2.7)."""
        path = f"Admin/fieldManager/{path_of(entity_type)}/{name}"
        self.request("PUT", path, Answer.json_if_any, body=dict(definition), repeatable=False)

    def create_link(self, body: Mapping[str, object]) -> None:
        self._change("EntityManager/action/createLink", body)

    def shown(self, entity_type: str) -> frozenset[str]:
        """What stands on the page of a record."""
        return frozenset(_names(self._layout(entity_type)))

    def show(self, entity_type: str, names: Sequence[str]) -> None:
        """On the page of a record, in a panel of their own below the others."""
        cells: list[object] = [{"name": name} for name in names]
        rows = [[*cells[start : start + 2], False][:2] for start in range(0, len(cells), 2)]
        panels = [*self._layout(entity_type), {"customLabel": PANEL, "rows": rows}]
        self.request("PUT", f"{path_of(entity_type)}/layout/detail", Answer.json_if_any, body=panels, repeatable=False)

    def _layout(self, entity_type: str) -> list[Any]:
        panels = self.request("GET", f"{path_of(entity_type)}/layout/detail", Answer.json_if_any)
        return panels if isinstance(panels, list) else []

    def named(self, entity_type: str, attribute: str, value: str) -> Mapping[str, Any] | None:
        """A role or a user, whole."""
        rows = self.page(entity_type, ("id",), "id", [("equals", attribute, value)])
        return self.record(entity_type, str(rows[0]["id"])) if rows else None

    def make(self, entity_type: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        return self.write("POST", entity_type, body, repeatable=False)

    def change(self, entity_type: str, record_id: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        return self.write("PUT", path_of(entity_type, record_id), body)

    def _metadata(self, key: str) -> Mapping[str, Any]:
        """PHP writes an empty map as []; what is not there comes with an empty body."""
        raw = self.request("GET", "Metadata", Answer.json_if_any, query=[("key", key)])
        return the_object(SYSTEM, raw) if raw else {}

    def _change(self, path: str, body: Mapping[str, object]) -> object:
        return self.request("POST", path, Answer.json_if_any, body=dict(body), repeatable=False)

    def _identity(self, method: str, path: str) -> dict[str, str]:  # noqa: ARG002  it is the same for all
        login = f"{self._config.login}:{self._config.password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(login).decode()}"}


def _names(layout: object) -> Iterator[str]:
    """Of the cells, however deep they stand: panels hold rows, rows cells."""
    if isinstance(layout, dict):
        if isinstance(layout.get("name"), str):
            yield layout["name"]
        layout = list(layout.values())
    if isinstance(layout, list):
        for part in layout:
            yield from _names(part)
