"""No log line holds data of clients: every flow is run with marked names, and errors and libraries quote them."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.test import Client
from django.urls import reverse

from bitbylaw import logs
from bitbylaw.web_logs import WebServerLogger
from syncapp.engine.outside import connections
from syncapp.engine.workers import job_failures
from syncapp.events import registry
from syncapp.flows.comparing import scans
from syncapp.kit import mishaps
from tests.integration.admin import rows
from tests.world import World

pytestmark = pytest.mark.django_db
MARK = "Geheimrat"
IBAN = "DE02120300000000202051"


class Said:
    def __init__(self, form: str) -> None:
        self.form, self.stream = form, io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(params=["json", "text"])
def said(request: pytest.FixtureRequest) -> Iterator[Said]:
    """Everything that any logger says, down to DEBUG."""
    made = Said(request.param)
    settings = logs.formatter(made.form)
    handler = logging.StreamHandler(made.stream)
    handler.setFormatter(settings.pop("()")(**settings))
    root = logging.getLogger()
    names = [None, *logging.Logger.manager.loggerDict]
    levels = {name: logging.getLogger(name).level for name in names}
    kept, root.handlers = root.handlers, [handler]
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    yield made
    logging.captureWarnings(False)
    root.handlers = kept
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def fails() -> None:
    try:
        raise KeyError(MARK)
    except KeyError:
        raise ValueError(f"no such client: {MARK}")  # noqa: B904  (as a careless library does)


def caught() -> ValueError:
    try:
        fails()
    except ValueError as exc:
        structlog.get_logger("syncapp.try").exception("tried")
        logging.getLogger("library.of.others").exception("could not find %s", MARK)
        return exc
    raise AssertionError


def test_nothing_of_a_day_is_in_the_logs(world: World, said: Said) -> None:
    case = world.parent(name=f"{MARK} ./. Muster")
    document = world.document(case, content=MARK.encode(), file_name=f"Klage {MARK}.txt")
    broken = world.document(case, content=b"x", file_name=f"unlesbar {MARK}.pdf")
    party = world.sandbox.create("CBeteiligte", {"firstName": MARK, "lastName": MARK, "status": "active"})
    bank = world.sandbox.create("CBankverbindungen", {"name": MARK, "beteiligteId": party, "iban": IBAN})
    everything = ((document, "CDokumente"), (broken, "CDokumente"), (case, "Raeumungsklage"), (party, "CBeteiligte"))
    for pk, kind in (*everything, (bank, "CBankverbindungen")):
        world.event(pk, kind)
    world.drive()
    for name in registry.comparisons():
        scans.run(name)
    world.sandbox.add_fault("status", status=400, body=MARK, system="espocrm", times=2)
    world.event(document, full=True)
    world.drive()

    assert "run.failed" in said.text
    assert said.text.count("library") > 20  # they had much to say
    assert MARK not in said.text
    assert IBAN not in said.text


def test_pages_and_their_searches_are_not_in_the_logs(client: Client, said: Said, monkeypatch: Any) -> None:
    client.force_login(rows.user("karl", rows.CARE))
    client.raise_request_exception = False
    client.get(reverse("admin:syncapp_record_changelist"), {"q": MARK})
    client.get(f"/admin/{MARK}/")
    client.get("/admin/", headers={"Host": f"{MARK}.example"})
    monkeypatch.setattr("syncapp.api.state.backlog", fails)
    client.get("/health/ready")
    assert "django.request" in said.text or "library" in said.text
    assert MARK not in said.text


def test_an_error_is_told_by_kind_and_places(said: Said) -> None:
    here = f"{__name__}:{fails.__code__.co_firstlineno + 4}"
    error = caught()
    structlog.get_logger("syncapp.try").error("tried", exc_info=error)
    logging.getLogger("library.of.others").error(f"could not find {MARK}", stack_info=True)
    assert mishaps.kinds(error) == "ValueError < KeyError"
    assert mishaps.place(error) == f"ValueError in {here}"
    logging.getLogger("py.warnings").warning("%s", f"a naive time of {MARK}")
    logging.getLogger("django.security.DisallowedHost").error("Invalid HTTP_HOST header: %r.", MARK)

    assert MARK not in said.text
    assert said.text.count("ValueError < KeyError") == 3
    assert said.text.count(here) == 3
    if said.form == "json":
        library = [each for each in said.events() if each["event"] == "library"]
        assert {each["logger"] for each in library} >= {"library.of.others", "py.warnings"}
        assert all(each["at"].partition(":")[2].isdecimal() for each in library)


def test_the_web_server_says_what_it_does_and_not_to_whom(said: Said) -> None:
    log = logging.getLogger("gunicorn.error")
    log.propagate = True
    log.error("Error handling request %s", f"/admin/?q={MARK}", exc_info=(ValueError, ValueError(MARK), None))
    log.warning(f"Invalid request from ip=1.2.3.4: Invalid HTTP request line: 'GET /{MARK}'")
    assert "Error handling request %s" in said.text
    assert MARK not in said.text
    assert WebServerLogger.setup is not WebServerLogger.__mro__[1].setup


def test_what_ends_a_process_or_a_thread_is_told_the_same_way(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    logs.tell_of_crashes()
    try:
        fails()
    except ValueError as exc:
        sys.excepthook(type(exc), exc, exc.__traceback__)
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    assert said.text.count("process.crashed") == 2
    assert MARK not in said.text


def test_what_the_queue_keeps_of_a_failed_job(said: Said) -> None:
    try:
        fails()
    except ValueError as exc:
        task = {"success": False, "func": "syncapp.jobs.compare", "result": f"{exc} : {traceback.format_exc()}"}
    job_failures.without_contents(task)
    assert MARK not in str(task)
    assert MARK not in said.text
    # The first of the two, with where it happened.
    assert str(task["result"]).startswith("KeyError in ")
    assert f"test_secrecy_of_logs.py:{fails.__code__.co_firstlineno + 2} fails" in str(task["result"])
    done = {"success": True, "func": "x", "result": None}
    job_failures.without_contents(done)
    assert done["result"] is None


@pytest.mark.parametrize("text", ["", "timeout", f"x\n{MARK}", "Traceback (most recent call last):\n", MARK * 9])
def test_what_is_no_traceback_tells_nothing(text: str) -> None:
    assert mishaps.of_printed(text) == "error"


def test_a_message_that_looks_like_a_traceback(said: Said) -> None:
    try:
        raise ValueError(f'first\n  File "/x/{MARK}.py", line 1, in {MARK}\n{MARK}: second')
    except ValueError:
        printed = traceback.format_exc()
    assert MARK not in mishaps.of_printed(printed)


def test_connections_say_nothing_at_debug(world: World, said: Said) -> None:
    list(connections.espocrm().rows("CDokumente", ("id",), [("contains", "name", MARK)]))
    assert MARK not in said.text
