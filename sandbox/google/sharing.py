"""With whom a calendar is shared."""

from __future__ import annotations

import re

from werkzeug.wrappers import Request

from sandbox.google.access import ROLES
from sandbox.google.errors import GoogleError
from sandbox.google.fields import RULE, RULE_READ_ONLY, Record, merged, written
from sandbox.google.paging import Pages
from sandbox.google.records import Calendar, Row
from sandbox.google.store import Store

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
SCOPE_KINDS = ("default", "user", "group", "domain")


class Sharing:
    def __init__(self, store: Store, pages: Pages) -> None:
        self.store = store
        self.pages = pages

    def rule(self, key: str, row: Row) -> Record:
        return {"kind": "calendar#aclRule", "etag": row.etag, "id": key} | row.fields

    def rules(self, request: Request, calendar: Calendar) -> Record:
        rows = [(self.rule(key, row), row) for key, row in calendar.rules.items()]
        return {"kind": "calendar#acl", "etag": f'"p{calendar.changed}"'} | self.pages.listed(
            request, rows, f"acl {calendar.id}"
        )

    def rule_of(self, calendar: Calendar, key: str) -> Row:
        if key not in calendar.rules or calendar.rules[key].deleted:
            raise GoogleError("notFound")
        return calendar.rules[key]

    def set_rule(self, calendar: Calendar, body: Record, key: str = "", notify: bool = True) -> Record:
        """The role of somebody, whoever had it before. Who is told by mail is in `store.mails`."""
        values = written(body, RULE, RULE_READ_ONLY, self.store.settings.refuse_unknown_fields)
        if key:
            values = merged(self.rule_of(calendar, key).fields, values)
        role, scope = values.get("role"), values.get("scope") or {}
        kind, value = scope.get("type"), scope.get("value", "")
        if role not in ROLES:
            raise GoogleError("invalid" if role else "required", parameter="role")
        if kind not in SCOPE_KINDS or bool(value) == (kind == "default"):
            raise GoogleError("invalid", "Invalid scope value.", parameter="scope")
        if kind in ("user", "group") and not EMAIL.match(value):
            raise GoogleError("invalid", "Invalid scope value.", parameter="scope.value")
        made = f"{kind}:{value}" if value else kind
        if key and made != key:
            raise GoogleError("invalid", "The scope of a rule cannot be changed.")
        self.guard_owner(calendar, made, role)
        row = self.store.set_rule(calendar, kind, value, role)
        if kind in ("user", "group"):
            self.store.mails.append({"about": "sharing", "calendar": calendar.id, "to": value, "sent": notify})
        return self.rule(made, row)

    def remove_rule(self, calendar: Calendar, key: str) -> None:
        scope = self.rule_of(calendar, key).fields["scope"]
        self.guard_owner(calendar, key, "none")
        self.store.set_rule(calendar, scope["type"], scope.get("value", ""), "none")

    def guard_owner(self, calendar: Calendar, key: str, role: str) -> None:
        owners = {name for name, row in calendar.rules.items() if row.fields["role"] == "owner"}
        if role != "owner" and owners == {key}:
            raise GoogleError("cannotRemoveLastCalendarOwnerFromAcl")
