"""What is set for Google Calendar."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from syncapp.clients.http.base import ClientConfig
from syncapp.clients.http.retry import RetryPolicy

TOKEN = "token"  # noqa: S105  # as the trace shows the call
API_ROOT = "https://www.googleapis.com"
STEADY = RetryPolicy(attempts=5, first=1.0, cap=32.0)  # Google asks for a doubling back-off with jitter


@dataclass(frozen=True, slots=True)
class GoogleConfig(ClientConfig):
    """``account``: the service account's key, the JSON text that Google hands out. ``subject``: the person in whose
    name it acts (domain-wide delegation); empty: in its own."""

    account: str = field(default="", repr=False)
    subject: str = ""
    api_root: str = API_ROOT
    retry: RetryPolicy = field(default=STEADY, kw_only=True)

    @property
    def identity(self) -> str:
        """Another text for every other login, a new key included; nothing can be read out of it."""
        whole = "\n".join((self.account, self.subject, self.api_root))
        return hashlib.sha256(whole.encode()).hexdigest()[:32]
