"""A typed client for the control API: the demo, tests and benchmarks set the scene with it."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable
from typing import Any, cast

import requests

from sandbox.advoware.client import AdvowareControl
from sandbox.google.client import GoogleControl

Record = dict[str, Any]
TIMEOUT_SECONDS = 60


class SandboxError(RuntimeError):
    """The sandbox refused what was asked; the message says why."""


class SandboxClient:
    """Whatever changes records here is done by a human user, so events are sent; `silent=True` sends none."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.session = requests.Session()
        self.session.trust_env = False
        self.advoware = AdvowareControl(self.call)
        self.google = GoogleControl(self.call, self.base_url)

    def close(self) -> None:
        self.session.close()

    def call(self, method: str, path: str, data: Record | None = None, params: Record | None = None) -> Any:
        url = f"{self.base_url}/_control/{path}"
        answer = self.session.request(method, url, json=data, params=params, timeout=TIMEOUT_SECONDS)
        if answer.status_code != 200:
            raise SandboxError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Return when the sandbox answers; SandboxError when it does not in `timeout` seconds."""
        end = time.monotonic() + timeout
        while True:
            try:
                self.call("GET", "health")
                return
            except (requests.RequestException, SandboxError) as wrong:
                if time.monotonic() > end:
                    raise SandboxError(f"The sandbox at {self.base_url} does not answer: {wrong}") from wrong
                time.sleep(0.05)

    # Everything

    def reset(self) -> None:
        """Empty all systems, take all faults away, settings as at start."""
        self.call("POST", "reset")

    def settings(self, **changes: Any) -> Record:
        """Change settings by name, if any; all of them as they are now."""
        return cast(Record, self.call("PATCH" if changes else "GET", "settings", changes or None))

    def state(self, system: str) -> Record:
        """All that `espocrm`, `xai`, `advoware` or `google` holds, in an order that depends on the content only."""
        return cast(Record, self.call("GET", f"state/{system}"))

    def calls(self, system: str | None = None, since: int = 0, limit: int = 0) -> list[Record]:
        """The call log, oldest first: number, system, method, path, route, at, status, fault, seconds, bytes."""
        params = {"since": since, "limit": limit} | ({"system": system} if system else {})
        return cast(list[Record], self.call("GET", "calls", params=params)["calls"])

    def clear_calls(self) -> None:
        self.call("DELETE", "calls")

    def counts(self) -> list[Record]:
        """How often which route was called: system, method, route, count. Counted even with the log off."""
        return cast(list[Record], self.call("GET", "counts")["counts"])

    # Faults

    def add_fault(self, kind: str, **rule: Any) -> int:
        """A rule of sandbox.faults.Fault (system, method, path, after, times, status, headers, body, delay, hold)."""
        return int(self.call("POST", "faults", {"kind": kind} | rule)["id"])

    def faults(self) -> list[Record]:
        return cast(list[Record], self.call("GET", "faults")["faults"])

    def waiting(self) -> int:
        """How many calls a hold keeps right now."""
        return int(self.call("GET", "faults")["waiting"])

    def wait_held(self, count: int = 1, timeout: float = 60.0) -> None:
        """Return when so many calls are being held; SandboxError when that does not happen."""
        end = time.monotonic() + timeout
        while self.waiting() < count:
            if time.monotonic() > end:
                raise SandboxError(f"{self.waiting()} of {count} calls held after {timeout} s")
            time.sleep(0.02)

    def release(self, fault_id: int | None = None) -> int:
        """Let held calls go on (all, or those of one rule); the rules are gone afterwards."""
        return int(self.call("POST", "faults/release", {"id": fault_id})["released"])

    def clear_faults(self, fault_id: int | None = None) -> int:
        return int(self.call("DELETE", "faults" if fault_id is None else f"faults/{fault_id}")["removed"])

    # EspoCRM, as a person uses it

    def create(self, entity_type: str, data: Record, *, id: str = "", silent: bool = False) -> str:
        """The new record's id (a given one is kept)."""
        return str(self._espo("create", entity_type=entity_type, data=data, id=id, silent=silent)["id"])

    def get(self, entity_type: str, id: str) -> Record:
        """The live record without a line in the call log; SandboxError when there is none."""
        return cast(Record, self._espo("get", entity_type=entity_type, id=id))

    def update(self, entity_type: str, id: str, data: Record, *, silent: bool = False) -> Record:
        return cast(Record, self._espo("update", entity_type=entity_type, id=id, data=data, silent=silent))

    def set_status(self, entity_type: str, id: str, status: str, *, silent: bool = False) -> Record:
        return self.update(entity_type, id, {"status": status}, silent=silent)

    def delete(self, entity_type: str, id: str, *, silent: bool = False) -> None:
        self._espo("delete", entity_type=entity_type, id=id, silent=silent)

    def imported(self, entity_type: str, id: str) -> None:
        """From now on like a row that was put into the database past EspoCRM: without a date."""
        self._espo("imported", entity_type=entity_type, id=id)

    def restore(self, entity_type: str, id: str) -> None:
        self._espo("restore", entity_type=entity_type, id=id)

    def link(self, entity_type: str, id: str, link: str, foreign_id: str, *, silent: bool = False) -> bool:
        """True when they were not linked before. The firm's own hook is told, if it is set."""
        data = {"entity_type": entity_type, "id": id, "link": link, "foreign_id": foreign_id, "silent": silent}
        return bool(self._espo("link", **data))

    def unlink(self, entity_type: str, id: str, link: str, foreign_id: str, *, silent: bool = False) -> bool:
        data = {"entity_type": entity_type, "id": id, "link": link, "foreign_id": foreign_id, "silent": silent}
        return bool(self._espo("unlink", **data))

    def upload_file(
        self, document_id: str, name: str, content: bytes, mime: str = "text/plain", *, silent: bool = False
    ) -> str:
        """Put a file on a document, instead of the one it has; the attachment's id."""
        encoded = base64.b64encode(content).decode()
        return str(self._espo("upload", id=document_id, name=name, content=encoded, mime=mime, silent=silent))

    def preset_webhook(self, event: str, url: str, id: str = "", secret: str = "", skip_own: bool = False) -> Record:
        """A subscription of the hub's API user; its record with `id` and `secretKey`."""
        data = {"event": event, "url": url, "id": id, "secret": secret, "skip_own": skip_own}
        return cast(Record, self._espo("preset_webhook", **data))

    def deliver(self, *, one_run: bool = False, ignore_pause: bool = False) -> Record:
        """Send what is due now: requests made; items delivered, again, lost, dropped; events still pending."""
        return cast(Record, self._espo("deliver", one_run=one_run, ignore_pause=ignore_pause))

    def deliveries(self, since: int = 0) -> list[Record]:
        """What was sent (webhooks and the link hook), oldest first."""
        return cast(list[Record], self._espo("deliveries", since=since))

    # xAI, as the outside world treats it

    def remove_xai_file(self, file_id: str) -> bool:
        return bool(self._xai("remove_file", id=file_id))

    def remove_xai_collection(self, collection_id: str) -> bool:
        return bool(self._xai("remove_collection", id=collection_id))

    def fail_next_indexing(self, times: int = 1, error: str = "The file could not be parsed.") -> None:
        self._xai("next_indexing", times=times, error=error)

    def end_indexing(self) -> None:
        """Of all that is being indexed, now."""
        self._xai("end_indexing")

    def create_many(self, rows: Iterable[Record]) -> list[str]:
        """Many records at once (`entity_type`, `data`, and what `create` takes), for benchmarks; their ids."""
        return cast(list[str], self._espo("create_many", rows=list(rows)))

    def _espo(self, action: str, **data: Any) -> Any:
        return self.call("POST", f"espocrm/{action}", data)["result"]

    def _xai(self, action: str, **data: Any) -> Any:
        return self.call("POST", f"xai/{action}", data)["result"]
