"""A chat program (Slack, Mattermost, Teams ...) that takes messages as JSON with a `text`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from syncapp.clients.http.base import ClientConfig, OutsideClient
from syncapp.clients.http.calls import Call
from syncapp.clients.http.retry import RetryPolicy

ONCE = RetryPolicy(attempts=1)  # who tells tries again by its own clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatConfig(ClientConfig):
    """`url` holds a secret, as these programs want it: no error and no trace names it."""

    url: str
    timeout: float = 5.0
    retry: RetryPolicy = ONCE


class ChatClient(OutsideClient[ChatConfig]):
    system: ClassVar[str] = "chat"

    def post(self, text: str, **more: Any) -> None:
        """Raises ``ClientError``; whatever is answered with 2xx is well."""
        body = json.dumps({"text": text, **more}).encode()
        self.perform(Call.of("POST", self._config.url, "", {}, body=body, repeatable=False), lambda _answer: None)
