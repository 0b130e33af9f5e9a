"""A case with documents in the sandbox; the hub in containers hears of them as of any others."""

from __future__ import annotations

import socket
import time

from sandbox.client import SandboxClient
from tests.benchmarks.load import UPDATE, signed
from tests.containers.stack import Stack
from tests.e2e.doors import Answer, answer_on
from tests.installation import until

SYNC_SECONDS = 120
BEHIND_PROXY = b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.1\r\n"


class Firm:
    def __init__(self, stack: Stack, sandbox: SandboxClient, port: int) -> None:
        self.stack, self.sandbox, self.port = stack, sandbox, port
        self.documents: list[str] = []
        sandbox.settings(xai_indexing_seconds=0)
        sandbox.create("Raeumungsklage", {"name": "Muster", "status": "active"}, id="klage")

    def add_document(self) -> str:
        pk = f"dokument{len(self.documents)}"
        self.documents.append(pk)
        self.sandbox.create("CDokumente", {"name": pk}, id=pk)
        self.sandbox.upload_file(pk, f"{pk}.txt", pk.encode())
        self.sandbox.link("CDokumente", pk, "raeumungsklages", "klage")
        return pk

    def told(self, pk: str) -> int:
        """As EspoCRM tells it, which repeats what is not answered, or with 503."""
        answers: list[int] = []

        def accepted() -> bool:
            try:
                answers.append(self._ask(signed(UPDATE, [pk])).status)
            except OSError:
                answers.append(0)
            return answers[-1] == 200 or (time.sleep(1) or False)

        until(accepted, SYNC_SECONDS, lambda: f"{answers}\n{self.stack.log('web')}")
        return len(answers)

    def all_agree(self) -> None:
        """Every document is in the one collection, once."""
        until(self._agreed, SYNC_SECONDS, self._story)
        files = self.sandbox.state("xai")["files"]
        assert len(files) == len({file["sha256"] for file in files}) == len(self.documents)

    def sql(self, statement: str) -> list[str]:
        psql = ("psql", "--username=hub", "--dbname=hub", "--no-align", "--tuples-only", "--command", statement)
        return self.stack.exec("postgres", *psql).splitlines()

    def _agreed(self) -> bool:
        collections = self.sandbox.state("xai")["collections"]
        inside = len(collections[0]["documents"]) if len(collections) == 1 else 0
        return (
            inside == len(self.documents) and self.sql("SELECT 1 FROM syncapp_record WHERE status <> 'in_sync'") == []
        )

    def _story(self) -> str:
        return f"{self.sql('SELECT step, status, reason FROM syncapp_record')}\n{self.stack.log('worker')}"

    def _ask(self, request: bytes) -> Answer:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as sock:
            sock.sendall(request.replace(b"Host: 127.0.0.1\r\n", b"Host: hub.example\r\n" + BEHIND_PROXY))
            return answer_on(sock, time.monotonic())
