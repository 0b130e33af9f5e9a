"""What the API user may do, as EspoCRM itself tells each user (`GET App/user`).

Source: EspoCRM's source, 9.2 (Tools/App/AppService.php, Core/Acl/Map/DataBuilder.php): `acl.table` has a level for each
action of a type, and lacks the types that the user may not see at all; `acl.fieldTable` names the fields of a type
whose reading or writing is restricted, and no others. An administrator may do everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from syncapp.clients.espocrm.names import Names
from syncapp.clients.espocrm.types import SYSTEM
from syncapp.clients.http.parse import the_object

NO, YES, ALL = "no", "yes", "all"
ADMINISTRATORS = ("admin", "super-admin")


@dataclass(frozen=True, slots=True)
class Rights:
    types: Mapping[str, Any]
    fields: Mapping[str, Any]
    administrator: bool
    assignment: str  # to whom records may be assigned: `all`, `team` or `no`
    messages: str  # likewise, to whom the user may write
    names: Names

    @classmethod
    def from_api(cls, raw: object, names: Names) -> Self | None:
        """None: this EspoCRM tells nothing of rights."""
        answer = the_object(SYSTEM, raw)
        user, acl = answer.get("user"), answer.get("acl")
        kind = user.get("type") if isinstance(user, Mapping) else None
        if not isinstance(acl, Mapping) or not isinstance(acl.get("table"), Mapping):
            return None
        fields = acl.get("fieldTable")
        assignment, messages = (str(acl.get(f"{name}Permission", ALL)) for name in ("assignment", "message"))
        shown = fields if isinstance(fields, Mapping) else {}
        return cls(acl["table"], shown, kind in ADMINISTRATORS, assignment, messages, names)

    def level(self, entity_type: str, action: str) -> str:
        """`yes`, `all`, `team`, `own` or `no`."""
        if self.administrator:
            return ALL
        found = self.types.get(self.names.entity(entity_type), False)
        if isinstance(found, bool):
            return YES if found else NO
        return str(found.get(action, NO)) if isinstance(found, Mapping) else NO

    def may(self, entity_type: str, field: str, action: str) -> bool:
        """Whether a field may be read or edited, where the type may."""
        restricted = self.fields.get(self.names.entity(entity_type))
        found = restricted.get(self.names.attribute(entity_type, field)) if isinstance(restricted, Mapping) else None
        return self.administrator or not isinstance(found, Mapping) or found.get(action) != NO
