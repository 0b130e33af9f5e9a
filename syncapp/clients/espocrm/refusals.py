"""What EspoCRM means by an answer that is not 2xx.

Source: application/Espo/Core/Api/ErrorOutput.php and ControllerActionProcessor.php (9.2): every refusal of EspoCRM
itself carries the header X-Status-Reason with the exception's message. Only names of fields and rules are taken.
"""

from __future__ import annotations

import re

from syncapp.clients.errors import (
    ClientError,
    Duplicate,
    EntityTypeUnknown,
    Forbidden,
    LockedOut,
    NotFound,
    Outdated,
    Rejected,
    UnexpectedAnswer,
)
from syncapp.clients.espocrm.names import Names
from syncapp.clients.http.answers import Refusal
from syncapp.clients.http.parse import json_if_it_is

AS_THEY_ARE = Names()
REASON = "X-Status-Reason"
VALIDATION = "Field validation failure"
_FIELD = re.compile(r"\bfield: ([A-Za-z0-9_]{1,100})\b")
_RULE = re.compile(r"\btype: ([A-Za-z0-9_]{1,100})\b")
# Records/Service.php, LinkCheck and the hooks, 9.2 and 10.0: which right is missing.
_LINK = re.compile(r"link operation \([A-Za-z0-9_]+:([A-Za-z0-9_]{1,100})\)|^Link ([A-Za-z0-9_]{1,100}) is forbidden")
_NO_FIELD = re.compile(r"No (?:edit )?access to (?:field `|')([A-Za-z0-9_]{1,100})[`']")
_NO_ACTION = re.compile(r"No '?(create|read|edit|delete|stream)'? access")
# Select/Where/Checker.php and Select/Order/Applier.php: what a list is asked by.
_HIDDEN = re.compile(r"(?:Forbidden (?:attribute|relation)|access to order by field) '([A-Za-z0-9_]{1,100})'")
_NOTHING_THERE = re.compile(r"^Can't relate with non-existing record\..*\blink: ([A-Za-z0-9_]{1,100})\.")
LINK_GONE = "link.gone"  # what was to be linked
_ASSIGNING = "assignment failure"
_TOO_MANY = "number per user exceeded"  # RecordHooks/Webhook/BeforeSave.php
_LOCKED = re.compile(r"LockedRecord|locked record")
_WRONG_SETTING = re.compile(r"\b(controller|entity type|scope|link|action|route)\b", re.IGNORECASE)


def refusal_of_espocrm(refusal: Refusal, names: Names = AS_THEY_ARE) -> ClientError:
    reason = refusal.headers.get(REASON)
    if refusal.status == 400:
        told = (reason or "") if (reason or "").startswith(VALIDATION) else ""  # others' sentences may hold values
        field, rule = _FIELD.search(told), _RULE.search(told)
        named = _ours(refusal, names, field[1]) if field else None
        return refusal.by_status(f"validation.{rule[1]}" if rule else "", named)
    if refusal.status == 403:
        # The lock of an address after wrong keys sends neither the header nor a body; a link to a type that may not be
        # read sends the header empty (both seen at 9.2.7).
        locked_out = reason is None and not refusal.body.strip()
        return refusal.error(LockedOut) if locked_out else _forbidden(refusal, reason or "", names)
    if refusal.status == 404:
        return _not_found(refusal, reason)
    if refusal.status == 409:
        return _conflict(refusal, reason or "")
    return refusal.by_status()


def _ours(refusal: Refusal, names: Names, field: str) -> str | None:
    return names.our_attribute(names.our_entity(refusal.path.partition("/")[0]), field)


def _forbidden(refusal: Refusal, reason: str, names: Names) -> ClientError:
    if gone := _NOTHING_THERE.search(reason):  # deleted since it was read: a right is not lacking
        return refusal.error(Outdated, LINK_GONE, _ours(refusal, names, gone[1]))
    if link := _LINK.search(reason):
        return refusal.error(Forbidden, "access.link", _ours(refusal, names, link[1] or link[2]))
    if field := _NO_FIELD.search(reason):
        return refusal.error(Forbidden, "access.field", _ours(refusal, names, field[1]))
    if hidden := _HIDDEN.search(reason):
        return refusal.error(Forbidden, "access.hidden", _ours(refusal, names, hidden[1]))
    if _ASSIGNING in reason.lower():
        return refusal.error(Forbidden, "access.assign")
    if _TOO_MANY in reason:
        return refusal.error(Forbidden, "access.too_many")
    action = _NO_ACTION.search(reason)
    return refusal.error(Forbidden, f"access.{action[1]}" if action else "")


def _not_found(refusal: Refusal, reason: str | None) -> ClientError:
    """An answer of "gone" is acted upon by detaching and deleting, so what only looks like it must not pass."""
    if reason is None and refusal.body.strip():
        return refusal.error(UnexpectedAnswer, "not_espocrm")  # a web server's or proxy's page
    word = _WRONG_SETTING.search(reason or "")
    if word and "record" not in (reason or "").lower():
        return refusal.error(EntityTypeUnknown, word[0].lower().replace(" ", "_"))
    if "/" not in refusal.path:
        return refusal.error(EntityTypeUnknown, "entity_type")  # a list is never gone
    return refusal.error(NotFound)  # a missing attachment comes with an empty reason


def _conflict(refusal: Refusal, reason: str) -> ClientError:
    """The body of ``modified`` is {"values", "versionNumber"}, that of ``duplicate`` lists records. From 10.0 on a
    record can be locked (Tools/Lock/LockValidationHelper.php), and what a hook objects to is a 409 as well."""
    if _LOCKED.search(reason) or _LOCKED.search(refusal.body.decode(errors="replace")):
        return refusal.error(Rejected, "locked")
    if "modified" in reason.lower():
        return refusal.error(Outdated, "modified")
    if "duplicate" in reason.lower():
        return refusal.error(Duplicate, "duplicate")
    body = json_if_it_is(refusal.body)
    if isinstance(body, dict) and "versionNumber" in body:
        return refusal.error(Outdated, "modified")
    return refusal.error(Duplicate, "conflict")
