"""A member of staff with a browser, for timing pages."""

from __future__ import annotations

import http.client
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.benchmarks.stage import Stage

NAME, PASSWORD = "bench", "only-for-one-benchmark"
LOGIN = "/admin/login/"


class Visitor:
    """Logged in when it is made."""

    def __init__(self, stage: Stage) -> None:
        self._port = stage.port
        self._cookies: SimpleCookie = SimpleCookie()
        stage.hub.env["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
        stage.hub.manage("createsuperuser", "--noinput", "--username", NAME, "--email", "bench@kanzlei.example")
        self._ask("GET", LOGIN)
        token = self._cookies["csrftoken"].value
        form = urlencode({"username": NAME, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/admin/"})
        status, _kind, _body = self._ask("POST", LOGIN, form)
        assert status == 302, f"the login answered {status}"

    def get(self, path: str) -> float:
        """Milliseconds until the whole page is here."""
        return self._took("GET", path)

    def read(self, path: str) -> str:
        """What the page says; empty: it sends the reader elsewhere, or is no page."""
        status, kind, body = self._ask("GET", path)
        assert status < 400, f"{path} answered {status}"
        return body.decode() if status == 200 and kind.startswith("text/html") else ""

    def post(self, path: str, **fields: str) -> float:
        """The same of a form."""
        fields["csrfmiddlewaretoken"] = self._cookies["csrftoken"].value
        return self._took("POST", path, urlencode(fields))

    def _took(self, method: str, path: str, form: str = "") -> float:
        begun = time.perf_counter()
        status, _kind, _body = self._ask(method, path, form)
        assert status == 200, f"{path} answered {status}"
        return (time.perf_counter() - begun) * 1000

    def _ask(self, method: str, path: str, form: str = "") -> tuple[int, str, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Cookie": "; ".join(f"{key}={morsel.value}" for key, morsel in self._cookies.items())}
        if form:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1{LOGIN}"}
        line.request(method, path, form or None, headers)
        answer = line.getresponse()
        body = answer.read()
        for value in answer.headers.get_all("Set-Cookie") or ():
            self._cookies.load(value)
        line.close()
        return answer.status, answer.headers.get("Content-Type", ""), body
