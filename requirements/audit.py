"""Asks osv.dev, by pip-audit, whether anything that is pinned has a known vulnerability.

For the Makefile, with the Python of `.venv/audit`. Ends with 0 (looked at, none), 1 (some, or the look itself failed)
or 75 (nobody could be asked: no network). With `--or-say` the last of these is only said: for machines that reach no
more than a package index, where a red run would be about the machine.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
LOCKS = (HERE.parent / "requirements.txt", HERE / "dev.txt")
UNREACHABLE = 75  # EX_TEMPFAIL of sysexits.h

# Advisories that do not concern us, each with the reason; whoever writes one here looks at it again with `make pins`.
IGNORED: dict[str, str] = {}

# Asked about with the rest, and none of ours: who knows no fault of it knows nothing, and says "none" to everything.
KNOWN_BAD = "pycrypto"
KNOWN_BAD_PIN = f"{KNOWN_BAD}==2.6.1"

# How the last line of a look begins or reads that met no server at all. Whoever answers, however badly, is none of it.
NO_NETWORK = re.compile(
    r"^requests\.exceptions\.(ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError): "
    r"|^ERROR:pip_audit\._cli:Tip: your network may be blocking this service"
)


class Verdict(NamedTuple):
    code: int
    said: str


def ask(*options: str) -> Verdict:
    """`options`: more of pip-audit's own."""
    with tempfile.TemporaryDirectory() as folder:
        bad, report = Path(folder) / "known.txt", Path(folder) / "report.json"
        bad.write_text(f"{KNOWN_BAD_PIN} --hash=sha256:{'0' * 64}\n")  # of nothing: it is never loaded
        files = [part for path in (*LOCKS, bad) for part in ("--requirement", str(path))]
        how = ["--strict", "--no-deps", "--disable-pip", "--progress-spinner=off", "--vulnerability-service=osv"]
        command = [sys.executable, "-m", "pip_audit", *how, *files, "--format=json", f"--output={report}", *options]
        done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")  # noqa: S603
        try:
            found = json.loads(report.read_text())["dependencies"]
        except (OSError, ValueError, KeyError, TypeError):
            return unheard(done.stderr)
        return judged(found)


def unheard(stderr: str) -> Verdict:
    """There is no report; `stderr` ends with the reason."""
    last = next((line for line in reversed(stderr.splitlines()) if line.strip()), "pip-audit said nothing.")
    if NO_NETWORK.search(last):
        return Verdict(UNREACHABLE, "Known vulnerabilities were NOT looked for: osv.dev can't be reached from here.")
    return Verdict(1, f"Known vulnerabilities could not be looked for: {last[:300]}")


def judged(found: list[dict[str, Any]]) -> Verdict:
    faults = {
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version'}"
        for each in found
        for fault in each.get("vulns", [])
        if each["name"] != KNOWN_BAD and fault["id"] not in IGNORED
    }
    if faults:
        advice = "Take newer versions (make pins), or say in requirements/audit.py why it is of no concern."
        return Verdict(1, "\n".join([*sorted(faults), advice]))
    if skipped := sorted(each["name"] for each in found if "vulns" not in each):
        return Verdict(1, f"Not looked at: {', '.join(skipped)}")
    if not any(each["name"] == KNOWN_BAD and each["vulns"] for each in found):
        return Verdict(1, f"Who answered for osv.dev knows no fault of {KNOWN_BAD_PIN}: such a silence says nothing.")
    return Verdict(0, f"No known vulnerability in {len(found) - 1} packages that are pinned.")


def main(args: list[str]) -> int:
    verdict = ask(*(arg for arg in args if arg != "--or-say"))
    sys.stdout.write(verdict.said + "\n")
    return 0 if verdict.code == UNREACHABLE and "--or-say" in args else verdict.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
