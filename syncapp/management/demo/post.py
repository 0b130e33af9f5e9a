"""The demo's mail server: it takes what the hub sends, on this machine only, and hands it to nobody.

As much of SMTP (RFC 5321) as a sender needs that asks for nothing.
"""

from __future__ import annotations

import queue
import socketserver
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self, cast

from syncapp.management.serving import HOST

DOMAIN = "kanzlei.example"
FROM = f"BitByLaw Hub <hub@{DOMAIN}>"
LONGEST_LINE, LONGEST_MAIL = 1000, 1_000_000  # bytes
WELCOMED = (b"HELO", b"EHLO", b"MAIL", b"RCPT", b"RSET", b"NOOP")


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    text: str


def address_of(login: str) -> str:
    return f"{login}@{DOMAIN}"


class Post(socketserver.ThreadingTCPServer):
    """Runs inside the block; `news` gives what came since it was asked last."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Talk)
        self.came: queue.SimpleQueue[Mail] = queue.SimpleQueue()

    @property
    def settings(self) -> dict[str, str]:
        """Of the hub, so that it sends its mails here, and of an outage at once: nobody waits for so long."""
        return {"EMAIL_URL": f"smtp://{HOST}:{self.server_address[1]}", "EMAIL_FROM": FROM, "ALERT_AWAY_MINUTES": "0"}

    def news(self) -> list[Mail]:
        found = []
        while not self.came.empty():
            found.append(self.came.get())
        return found

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 demo")
        while line := self.rfile.readline(LONGEST_LINE):
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                self._take()
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 OK" if verb in WELCOMED else "502 not here")

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline(LONGEST_LINE)) not in (b".\r\n", b""):
            if sum(map(len, lines)) < LONGEST_MAIL:
                lines.append(line.removeprefix(b"."))  # a dot more than there is, 4.5.2
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        cast(Any, self.server).came.put(Mail(str(mail["To"]), str(mail["Subject"]), _text(mail)))
        self._say("250 OK")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()).strip() if body is not None else ""
