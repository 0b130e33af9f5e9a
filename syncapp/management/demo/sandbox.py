"""The sandbox as the demo sees it: its control API over HTTP. (The hub never imports it.)"""

from __future__ import annotations

import importlib.util
from typing import Any

import requests
from django.conf import settings

from syncapp.events.topics import ACTIONS

NEEDED = ("werkzeug", "jinja2")
TIMEOUT_SECONDS = 20

_http = requests.Session()
_http.trust_env = False  # a proxy of the machine has no business between two programs on it


class NotRunning(Exception):
    """A process of the demo ended by itself, did not answer or refused; the message says what."""


def refuse_without_sandbox() -> str:
    """What to do when the sandbox can't run here; empty when it can."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if not missing:
        return ""
    return (
        f"The sandbox needs {' and '.join(missing)}, which a real installation does not have. "
        "`make venv-dev` installs what is missing, and `make demo` does so by itself."
    )


def status_of(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> int:
    """The status of a GET, or of a POST when there is a body; 0 when nobody answers."""
    method = "GET" if body is None else "POST"
    try:
        return _http.request(method, url, data=body, headers=headers, timeout=TIMEOUT_SECONDS).status_code
    except requests.RequestException:
        return 0


class Sandbox:
    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
        """Raises `NotRunning`."""
        try:
            answer = _http.request(method, f"{self.url}/_control/{path}", json=data, timeout=TIMEOUT_SECONDS)
            if not answer.ok:
                raise NotRunning(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return answer.json()
        except requests.RequestException as exc:
            raise NotRunning(f"{method} {path}: {type(exc).__name__}") from exc

    def state(self, system: str) -> dict[str, Any]:
        """Everything that `espocrm`, `advoware`, `google` or `xai` holds."""
        return dict(self.call("GET", f"state/{system}"))

    def act(self, system: str, action: str, **data: Any) -> Any:
        """What somebody does there, or in the scenes of the firm; what came of it."""
        return self.call("POST", f"{system}/{action}", data)["result"]

    def introduce(self, hub: str, token: str) -> dict[str, str]:
        """Has EspoCRM tell the hub what changes; answers the environment in which a hub is let in everywhere."""
        hook = {"espocrm_link_hook_url": f"{hub}/vmh/webhook/entity", "espocrm_link_hook_token": token}
        self.call("PATCH", "settings", hook)
        for word, entity_type in settings.CONFIG.WEBHOOK_ENTITIES.items():
            for action in ACTIONS:
                url = f"{hub}/vmh/webhook/{word}/{action}"
                self.act("espocrm", "preset_webhook", event=f"{entity_type}.{action}", url=url, skip_own=True)
        return dict(self.call("GET", "environment"))
