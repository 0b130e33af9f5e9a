"""What people do in a real EspoCRM, and the hub beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.administration import EspoAdministration
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.parse import the_object
from syncapp.management.preparing.access import ROLE
from tests.events import happened
from tests.world import World


@dataclass
class RealCrm:
    world: World
    admin: EspoAdministration
    types: Mapping[str, str]  # the hub's names of entity types to those here

    def there(self, entity_type: str) -> str:
        return self.types.get(entity_type, entity_type)

    def create(self, entity_type: str, **fields: Any) -> str:
        """Although there is one like it: types of the template Person look for the same name or mail address (409)."""
        sure = {"X-Skip-Duplicate-Check": "true"}
        return str(self.admin.write("POST", self.there(entity_type), fields, headers=sure, repeatable=False)["id"])

    def edit(self, entity_type: str, pk: str, **fields: Any) -> None:
        self.admin.change(self.there(entity_type), pk, fields)

    def get(self, entity_type: str, pk: str) -> Mapping[str, Any]:
        return self.admin.record(self.there(entity_type), pk)

    def delete(self, entity_type: str, pk: str) -> None:
        self.admin.request("DELETE", f"{self.there(entity_type)}/{pk}", Answer.json_if_any)

    def upload(self, name: str, content: bytes) -> str:
        file = f"data:text/plain;base64,{base64.b64encode(content).decode()}"
        about = {"role": "Attachment", "relatedType": "CDokumente", "field": "dokument"}
        return str(self.admin.make("Attachment", {"name": name, "type": "text/plain", "file": file, **about})["id"])

    def link(self, document: str, entity_type: str, pk: str, *, on: bool = True) -> None:
        link = self.link_to(entity_type)
        method = "POST" if on else "DELETE"
        self.admin.request(method, f"CDokumente/{document}/{link}", Answer.json_if_any, body={"id": pk})

    def link_to(self, entity_type: str) -> str:
        """The name of the documents' link to these."""
        links = self.admin.definition("CDokumente")["links"].items()
        return next(name for name, spec in links if spec.get("entity") == self.there(entity_type))

    @contextmanager
    def as_field(self, entity_type: str) -> Iterator[str]:
        """The documents' link to these is a field of their page too, as an administrator makes it one."""
        link = self.link_to(entity_type)
        foreign = self.admin.definition("CDokumente")["links"][link]["foreign"]
        change = {
            "entity": "CDokumente",
            "link": link,
            "entityForeign": self.there(entity_type),
            "linkForeign": foreign,
        }
        try:
            self._change_link(change | {"linkMultipleField": True})
            yield link
        finally:
            self._change_link(change | {"linkMultipleField": False})

    @contextmanager
    def without(self, entity_type: str) -> Iterator[None]:
        """The hub's own user may not see these."""
        role = self.admin.named("Role", "name", ROLE)
        assert role is not None
        self.admin.change("Role", role["id"], {"data": role["data"] | {self.there(entity_type): False}})
        try:
            yield
        finally:
            self.admin.change("Role", role["id"], {"data": role["data"]})

    def _change_link(self, body: Mapping[str, object]) -> None:
        path = "EntityManager/action/updateLink"
        self.admin.request("POST", path, Answer.json_if_any, body=dict(body), repeatable=False)
        EspoClient.metadata_cache.clear()

    def document(self, content: bytes = b"Mietvertrag") -> str:
        return self.create("CDokumente", name="Vertrag", dokumentId=self.upload("vertrag.txt", content))

    def case(self, **fields: Any) -> str:
        return self.create("Raeumungsklage", **{"name": "Muster ./. Beispiel", "status": "active", **fields})

    def told(self, entity_type: str, pk: str, *, full: bool = False, topic: str = "") -> None:
        """A change was reported, and all that follows has been done. `full`: of a link, or on the other side."""
        happened(entity_type, pk, full=full, topic=topic)
        self.world.drive()

    def me(self) -> str:
        """The administrator's id."""
        return str(the_object("espocrm", self.admin.request("GET", "App/user", Answer.json))["user"]["id"])
