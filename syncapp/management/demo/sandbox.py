"""The sandbox as the demo sees it: its control API over HTTP. (The hub never imports it.)"""

from __future__ import annotations

import base64
import importlib.util
import json
import urllib.error
import urllib.request
from typing import Any

API_KEY = "sandbox-espocrm-key"
XAI_KEY = "sandbox-xai-key"
XAI_MANAGEMENT_KEY = "sandbox-xai-management-key"
ADVOWARE_LOGIN = {
    "ADVOWARE_KANZLEI": "sandbox-kanzlei",
    "ADVOWARE_DATABASE": "sandbox",
    "ADVOWARE_USER": "AP",
    "ADVOWARE_PASSWORD": "sandbox-advoware-password",
    "ADVOWARE_API_KEY": "sandbox-app",
    "ADVOWARE_API_SECRET": "c2FuZGJveC1hZHZvd2FyZS1zZWNyZXQ=",
}
NEEDED = ("werkzeug", "jinja2")
TIMEOUT_SECONDS = 20

# A proxy of the machine has no business between two programs on it.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class SandboxSilent(Exception):
    """The sandbox did not answer, or refused; the message says what."""


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
    request = urllib.request.Request(url, body, headers or {})  # noqa: S310
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError:
        return 0


class Sandbox:
    """What it changes is done by a person of the firm: EspoCRM's webhooks and Google's messages go out, Advoware has
    none."""

    def __init__(self, url: str) -> None:
        self.url = url

    def state(self, system: str) -> dict[str, Any]:
        """Everything that `espocrm`, `advoware`, `google` or `xai` holds."""
        return dict(self._call("GET", f"state/{system}"))

    def calls(self, system: str) -> list[dict[str, Any]]:
        return list(self._call("GET", f"calls?system={system}")["calls"])

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.act("espocrm", "deliveries"))

    def add_fault(self, **rule: Any) -> None:
        self._call("POST", "faults", rule)

    def act(self, system: str, action: str, **data: Any) -> Any:
        """What somebody does there. Google tells whoever has opened a channel, Advoware tells nobody."""
        return self._call("POST", f"{system}/{action}", data)["result"]

    def create(self, kind: str, **fields: Any) -> str:
        return str(self.act("espocrm", "create", entity_type=kind, data=fields)["id"])

    def update(self, kind: str, pk: str, **fields: Any) -> None:
        self.act("espocrm", "update", entity_type=kind, id=pk, data=fields)

    def upload(self, document: str, file_name: str, content: bytes, mime: str = "text/plain") -> None:
        encoded = base64.b64encode(content).decode()
        self.act("espocrm", "upload", id=document, name=file_name, content=encoded, mime=mime)

    def link(self, document: str, link: str, parent: str, *, on: bool = True) -> None:
        self.act(
            "espocrm", "link" if on else "unlink", entity_type="CDokumente", id=document, link=link, foreign_id=parent
        )

    def service_account(self) -> str:
        """The key of Google's service account as JSON; the sandbox makes one at each start."""
        return json.dumps(self.act("google", "service_account", base_url=self.url))

    def _call(self, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self.url}/_control/{path}", body, method=method)  # noqa: S310
        try:
            with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refusal:
            raise SandboxSilent(
                f"{method} {path}: {refusal.code} {refusal.read(300).decode(errors='replace')}"
            ) from None
        except (OSError, ValueError) as exc:
            raise SandboxSilent(f"{method} {path}: {type(exc).__name__}") from exc
