"""Web server and workers of one machine: what `manage.py run` becomes when it has checked everything.

A process of its own kind, for it stays: it loads neither Django nor a setting, and holds a twentieth of what a program
that has done so holds.
"""

from __future__ import annotations

import argparse
import signal
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

from syncapp.management import serving

AFTER_THE_GRACE_SECONDS = 10
# One that ends so often in that time will not do its work at the next start either: something is set wrong.
TOO_OFTEN, WITHIN_SECONDS = 4, 60.0


class Watch:
    """`grace`: seconds that running tasks have to finish."""

    def __init__(self, listening: socket.socket, grace: float) -> None:
        self._told = False
        self._listening, self._grace = listening, grace
        self._children = serving.Children()
        self._starts: dict[str, list[float]] = {serving.WEB: [], serving.WORKERS: []}

    def run(self) -> str:
        """Until a signal; what went wrong in words, or nothing."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for name in self._starts:
            self._start(name)
        host, port = self._listening.getsockname()[:2]
        _say(f"The hub runs: http://{host}:{port}/admin/ (Ctrl-C ends it)", sys.stdout)
        ended = self._watch()
        if not self._told:
            self._children.terminate()
        self._children.wait(self._grace + AFTER_THE_GRACE_SECONDS)
        codes = self._children.kill()
        if ended:
            return f"This does not stay: {ended}. The messages are above."
        return "Ended, but not cleanly; what was cut off runs again at the next start." if any(codes.values()) else ""

    def _start(self, name: str) -> None:
        self._starts[name] = [*self._starts[name], time.monotonic()][-TOO_OFTEN:]
        if name == serving.WEB:
            # The socket stays ours too: who connects while it is started anew waits instead of being refused.
            self._children.start(
                name, serving.web_server(f"fd://{self._listening.fileno()}"), listening=self._listening
            )
        else:
            self._children.start(name, serving.workers())

    def _on_signal(self, *_: Any) -> None:
        self._told = True
        self._children.terminate()

    def _watch(self) -> str:
        """Returns when it shall end: the name of what does not stay, or nothing after a signal."""
        while not self._told:
            for name, code in self._children.ended().items():
                starts = self._starts[name]
                if len(starts) == TOO_OFTEN and time.monotonic() - starts[0] < WITHIN_SECONDS:
                    return name
                how = f"killed by signal {-code}" if code < 0 else f"ended with code {code}"
                _say(f"Started anew: {name} ({how}).", sys.stderr)
                self._start(name)
            time.sleep(serving.LOOK_SECONDS)
        return ""


def _say(words: str, where: Any) -> None:
    where.write(f"{words}\n")
    where.flush()


def main(words: Sequence[str]) -> int:
    """`fd`: of the socket that listens already."""
    options = argparse.ArgumentParser()
    options.add_argument("--fd", type=int, required=True)
    options.add_argument("--grace", type=float, required=True)
    given = options.parse_args(words)
    listening = socket.socket(fileno=given.fd)
    listening.set_inheritable(False)
    why = Watch(listening, given.grace).run()
    if why:
        _say(why, sys.stderr)
    return 1 if why else 0
