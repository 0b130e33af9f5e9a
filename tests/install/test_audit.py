"""`make audit` fails for what has a known vulnerability and for every look that was none; only a network that is not
there may be no failure, and is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.install.conftest import ROOT, UNREACHABLE, Clone

BAD = {"name": "pycrypto", "version": "2.6.1", "vulns": [{"id": "PYSEC-2018-97", "fix_versions": []}]}
FINE = {"name": "alpha", "version": "1.0", "vulns": []}
HOLED = {"name": "alpha", "version": "1.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "alpha", "skip_reason": "not found"}
# As pip-audit 2.10 ends without a network, with a proxy that is away, and where a firewall lets it run into its time.
NOBODY = [
    "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.osv.dev', port=443): Max retries exceeded",
    "requests.exceptions.ProxyError: HTTPSConnectionPool(host='api.osv.dev', port=443): Max retries exceeded",
    "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='api.osv.dev', port=443): Read timed out.",
    "ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service with `-s SERVICE`",
]
OTHERWISE = [
    "requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
    "pip_audit._service.interface.ServiceError",
    "ERROR:pip_audit._cli:invalid requirement: ConnectionError",
    "ModuleNotFoundError: No module named 'pip_audit'",
    "",
]
NO_LOOKS = [
    [FINE],
    [FINE, BAD | {"vulns": []}],
    [SKIPPED, BAD],
    [SKIPPED, SKIPPED | {"name": "pycrypto"}],
    [],
    "{",
    "[]",
]
FAKE = """
import os, pathlib, sys
report = next(arg.partition("=")[2] for arg in sys.argv if arg.startswith("--output="))
if os.environ["FAKE_REPORT"]:
    pathlib.Path(report).write_text(os.environ["FAKE_REPORT"])
sys.exit(os.environ["FAKE_SAYS"] or (1 if "CVE" in os.environ["FAKE_REPORT"] else 0))  # words: on stderr, and 1
"""


class Fake:
    """A pip-audit that reports what it is told to."""

    def __init__(self, folder: Path) -> None:
        (folder / "pip_audit.py").write_text(FAKE)
        self.folder = folder

    def env(self, report: object = "", says: str = "") -> dict[str, str]:
        text = report if isinstance(report, str) else json.dumps({"dependencies": report, "fixes": []})
        return {"FAKE_REPORT": text, "FAKE_SAYS": says, "PYTHONPATH": str(self.folder)}

    def said(self, report: object = "", says: str = "", *args: str) -> tuple[int, str]:
        """How the look ended, and its last line."""
        command = [sys.executable, ROOT / "requirements" / "audit.py", *args]
        env = os.environ | self.env(report, says)
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout.splitlines()[-1]


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    return Fake(tmp_path)


def test_clean_passes(fake: Fake) -> None:
    assert fake.said([FINE, BAD]) == (0, "No known vulnerability in 1 packages that are pinned.")


@pytest.mark.parametrize("args", [(), ("--or-say",)])
def test_a_known_vulnerability_fails(fake: Fake, args: tuple[str, ...]) -> None:
    code, last = fake.said([HOLED, BAD], "", *args)
    assert code == 1
    assert last.startswith("Take newer versions")


@pytest.mark.parametrize("report", NO_LOOKS, ids=str)
def test_a_look_that_was_none_fails(fake: Fake, report: object) -> None:
    assert fake.said(report, "", "--or-say")[0] == 1


@pytest.mark.parametrize("words", OTHERWISE)
def test_another_trouble_than_the_network_fails(fake: Fake, words: str) -> None:
    assert fake.said("", words, "--or-say")[0] == 1


@pytest.mark.parametrize("words", NOBODY)
def test_without_a_network_that_is_said_and_a_failure_for_a_person_only(fake: Fake, words: str) -> None:
    line = "Known vulnerabilities were NOT looked for: osv.dev can't be reached from here."
    assert fake.said("", words, "--or-say") == (0, line)
    assert fake.said("", words) == (75, line)


def test_make_fails_as_the_look_does(clone: Clone, fake: Fake) -> None:
    (clone.folder / "requirements" / "audit.txt").write_text("")
    assert clone.make("audit", **fake.env([FINE, BAD])).returncode == 0
    assert clone.make("audit", ARGS="--or-say", **fake.env([HOLED, BAD])).returncode != 0
    assert clone.make("audit", **fake.env(says=NOBODY[0])).returncode != 0
    assert clone.make("audit", ARGS="--or-say", **fake.env(says=NOBODY[0])).returncode == 0


# The same with the real pip-audit, where `make audit` has made its environment (.ci/run does).
TOOL = ROOT / ".venv" / "audit" / "bin" / "python"
real = pytest.mark.skipif(not TOOL.exists() and not os.environ.get("HUB_REQUIRE_SERVERS"), reason="make audit first")


@contextmanager
def osv(known: dict[str, list[str]]) -> Iterator[str]:
    """A stand-in for osv.dev, as https://google.github.io/osv.dev/post-v1-query/ describes it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = asked["package"]["name"]
            ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9999"}]}]
            affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges}]
            answer = {"vulns": [{"id": each, "affected": affected} for each in known.get(name, [])]}
            body = json.dumps(answer if answer["vulns"] else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def looked(url: str, cache: Path) -> subprocess.CompletedProcess[str]:
    command = [TOOL, ROOT / "requirements" / "audit.py", "--or-say", "--osv-url", url, "--cache-dir", str(cache)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@real
@pytest.mark.parametrize(
    ("known", "code", "word"),
    [
        ({"pycrypto": ["X-1"]}, 0, "No known vulnerability in "),
        ({"pycrypto": ["X-1"], "django": ["X-2"]}, 1, "X-2, mended in 9999"),
        ({}, 1, "such a silence says nothing"),
    ],
)
def test_the_real_tool(known: dict[str, list[str]], code: int, word: str, tmp_path: Path) -> None:
    with osv(known) as url:
        done = looked(url, tmp_path)
    assert (done.returncode, word in done.stdout) == (code, True), done.stdout + done.stderr


@real
def test_the_real_tool_without_a_network(tmp_path: Path) -> None:
    done = looked(UNREACHABLE, tmp_path)
    assert (done.returncode, "NOT looked for" in done.stdout) == (0, True), done.stdout + done.stderr
