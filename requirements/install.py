"""Runs `pip install` with the given arguments, then `pip check`; says in two lines what to do when one of them fails.

For the Makefile, with the Python of the virtual environment: nothing but the standard library is there yet. pip's whole
output is in `install.log` in that environment; of it are shown, where they help, the errors, and no warnings.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

LOG = Path(sys.prefix) / "install.log"
ANEW = "make clean" if LOG.parent == Path.cwd() / ".venv" else f"rm -r {sys.prefix}"  # `make install` has its own
SHOWN_LINES = 6
SHOWN_WIDTH = 200
INTERRUPTED = 130  # what a shell says after Ctrl-C


class Advice(NamedTuple):
    said: str  # by pip, as a pattern
    what: str
    do: str
    quote: bool = False  # whether pip's own words help


# In the order of how much they explain: a lost connection also ends with "No matching distribution".
KNOWN = [
    Advice(
        r"No module named pip\b",
        "The virtual environment is only half made.",
        f"Remove it and do the same again: {ANEW}",
    ),
    Advice(
        r"DO NOT MATCH THE HASHES",
        "A package is not the one that was pinned; nothing was installed. A broken download, a proxy, or worse.",
        "Do the same again with PIP_NO_CACHE_DIR=1 in front. If it stays, don't install it; tell who keeps the pins.",
        quote=True,
    ),
    Advice(
        r"No space left on device",
        "The disk is full, here or where TMPDIR is.",
        "Free about 1 GB, then do the same again.",
    ),
    Advice(
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "The package index answers, but its certificate is not trusted. Often a proxy that looks into TLS.",
        "Name the file with the proxy's certificate (PIP_CERT=/path/to/ca.pem), then do the same again.",
    ),
    Advice(
        r"Retrying \(|Max retries exceeded|ConnectionError|ConnectTimeout|ProtocolError|Read ?timed ?out|ReadTimeout",
        "The package index could not be reached, or the connection was lost.",
        "Look at the network, or name your proxy (HTTPS_PROXY) or mirror (PIP_INDEX_URL), then do the same again.",
    ),
    Advice(
        r"must have their versions pinned|Hashes are required",
        "The pins do not name everything that is needed, each with its hash.",
        "Write them anew: make pins",
        quote=True,
    ),
    Advice(
        r"No matching distribution|Failed (to build|building)|subprocess-exited-with-error|a different Python",
        "The package index has nothing ready-made for this Python and machine, or it is a mirror that lags behind.",
        f"Use Python 3.11 to 3.14 on Linux or a Mac with Apple's processor: {ANEW}, then make PYTHON=python3.12 …",
        quote=True,
    ),
]
UNKNOWN = Advice("", "pip could not install what is pinned.", f"Its whole output may say why: {LOG}", quote=True)
DISAGREEMENT = Advice(
    "",
    "What is installed does not fit together.",
    f"Make the environment anew: {ANEW}. If it says the same again, the pins lack something: make pins",
    quote=True,
)


def pip(*args: str) -> tuple[int, str]:
    """The exit code and all that pip said, which is in the log too."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *args]
    done = subprocess.run(  # noqa: S603
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    with LOG.open("a", encoding="utf-8") as log:
        log.write(done.stdout)
    return done.returncode, done.stdout


def errors(output: str) -> list[str]:
    """From the first line on that pip calls an error, without a traceback; else its last line."""
    lines = [line for line in output.splitlines() if line.strip() and not line.startswith(("WARNING: ", "[notice]"))]
    start = next((number for number, line in enumerate(lines) if line.startswith("ERROR: ")), len(lines) - 1)
    found = lines[max(start, 0) :]
    if any(line.startswith("Traceback ") for line in found):
        return found[-1:]
    return found


def advice(output: str) -> Advice:
    return next((known for known in KNOWN if re.search(known.said, output)), UNKNOWN)


def fail(told: Advice, details: list[str]) -> int:
    quoted = [line[:SHOWN_WIDTH] for line in details[:SHOWN_LINES]] if told.quote else []
    sys.stderr.write("\n".join([*quoted, told.what, told.do]) + "\n")
    return 1


def main(args: list[str]) -> int:
    LOG.unlink(missing_ok=True)
    code, output = pip("install", *args)
    if code:
        return fail(advice(output), errors(output))
    code, output = pip("check")
    return fail(DISAGREEMENT, errors(output)) if code else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
