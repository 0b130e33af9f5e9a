"""What an outside system answered, or failed to answer. What that means for a record is decided by the engine.

No error ever holds a response body, a query or a value: these carry clients' data, and an error ends in logs, in the
admin and in mails. ``code`` comes from a fixed vocabulary or from names of fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


class ClientError(Exception):
    """``str()`` of it is safe for logs and for staff. Survives pickling, so it can cross a process boundary."""

    def __init__(
        self,
        system: str,
        code: str = "",
        status: int | None = None,
        request_id: str = "",
        retry_after: float | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(system, code, status, request_id, retry_after, field)
        self.system = system
        self.code = code
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after
        self.field = field

    def __str__(self) -> str:
        parts = [f"{self.system}: {type(self).__name__}"]
        if self.status is not None:
            parts.append(f"HTTP {self.status}")
        if self.code:
            parts.append(self.code)
        if self.field:
            parts.append(f"field {self.field}")
        if self.request_id:
            parts.append(f"request {self.request_id}")
        return ", ".join(parts)


class NotTold(Exception):
    """Somebody who knows only what a list has told was asked for more. Nothing failed: a call of its own tells it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the text of an error tells: it is kept as the detail of records and attempts."""

    system: str
    kind: str  # the name of its class
    status: int | None = None
    code: str = ""
    field: str = ""

    @classmethod
    def read(cls, text: str) -> Told | None:
        """None: it is not the text of a ``ClientError``."""
        found = _TOLD.fullmatch(text)
        if found is None:
            return None
        status = found["status"]
        return cls(
            found["system"], found["kind"], int(status) if status else None, found["code"] or "", found["field"] or ""
        )


_TOLD = re.compile(
    r"(?P<system>[a-z]+): (?P<kind>[A-Za-z]+)(, HTTP (?P<status>\d+))?"
    r"(, (?!field |request )(?P<code>[^ ,]+))?(, field (?P<field>[^ ,]+))?(, request .*)?"
)


class Unreachable(ClientError):
    """No connection (refused, DNS, TLS, connect time-out): the call was surely not executed."""


class AnswerLost(ClientError):
    """The call was sent and its answer did not arrive whole: it may have been executed."""


class RateLimited(ClientError):
    """429: come back after ``retry_after`` seconds if the system said so. It may have been executed all the same."""


class Unauthorized(ClientError):
    """The key is wrong or revoked."""


class NotEnabled(Unauthorized):
    """The login is right and has not been enabled or set up over there, or our settings are incomplete."""


class Forbidden(ClientError):
    """The key is good and may not do this."""


class LockedOut(ClientError):
    """EspoCRM shut out this address for a minute after wrong keys; says nothing about this key. Never repeated."""


class NotFound(ClientError):
    """The thing named in the path does not exist (any more)."""


class EntityTypeUnknown(ClientError):
    """The system does not know this kind of thing at all: a wrong setting, not a deleted record.

    Not a ``NotFound`` on purpose: "gone" detaches and deletes things, a wrong setting must not.
    """


class Outdated(ClientError):
    """Somebody changed the thing since it was read (409 modified, 412)."""


class Duplicate(ClientError):
    """The system refused to create what it already has (409)."""


class Rejected(ClientError):
    """What we sent is not acceptable (400, 415, 422), or was not even sendable (``status`` is None)."""


class TooLarge(ClientError):
    """413, or a limit of our own (``status`` is None)."""


class ServerTrouble(ClientError):
    """5xx: the system failed, and may have failed after executing the call."""


class Maintenance(ClientError):
    """503: switched off on purpose or overloaded. A proxy may say so of a call that was executed."""


class UnexpectedAnswer(ClientError):
    """The answer is not what the documentation promises: bad JSON, missing keys, a redirect, a proxy's page."""
