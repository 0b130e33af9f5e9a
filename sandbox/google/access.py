"""Who may do what: scopes of a token, roles on a calendar."""

from __future__ import annotations

from sandbox.google.errors import GoogleError
from sandbox.google.oauth import SCOPES, Login
from sandbox.google.records import Calendar

ROLES = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
# Kind of call -> the scopes that allow it, each beside `calendar` itself. A test reads the same from the discovery
# document.
ENOUGH: dict[str, set[str]] = {
    "read events": {"calendar.readonly", "calendar.events", "calendar.events.readonly", "calendar.events.owned",
                    "calendar.events.owned.readonly", "calendar.app.created"},
    "write events": {"calendar.events", "calendar.events.owned", "calendar.app.created"},
    "read calendars": {"calendar.readonly", "calendar.calendars", "calendar.calendars.readonly",
                       "calendar.app.created"},
    "write calendars": {"calendar.calendars", "calendar.app.created"},
    "read list": {"calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly"},
    "write list": {"calendar.calendarlist"},
    "read rules": {"calendar.acls", "calendar.acls.readonly"},
    "write rules": {"calendar.acls"},
}  # fmt: skip


def need_scope(login: Login, kind: str) -> None:
    short = {scope.removeprefix(SCOPES) for scope in login.scopes}
    if not short & (ENOUGH[kind] | {"calendar"}):
        raise GoogleError("insufficientPermissions")


def role_of(calendar: Calendar, email: str) -> str:
    """The highest role that a rule gives."""
    domain = email.rpartition("@")[2]
    mine = ("default", f"user:{email}", f"group:{email}", f"domain:{domain}")
    roles = [calendar.rules[key].fields["role"] for key in mine if key in calendar.rules]
    return max(roles, key=ROLES.index, default="none")


def need_role(calendar: Calendar, email: str, role: str) -> str:
    """The role of the user. GoogleError 404 for strangers, 403 when it is not enough."""
    has = role_of(calendar, email)
    if has == "none":
        raise GoogleError("notFound")
    if ROLES.index(has) < ROLES.index(role):
        raise GoogleError("requiredAccessLevel", f"You need to have {role} access to this calendar.")
    return has
