#!/usr/bin/env python
"""Django's command line: `python manage.py help` lists the commands."""

import os
import sys
from importlib import import_module

from bitbylaw import loading

# What these write belongs to the program: whoever runs it reads it.
FOR_OTHERS = ("collectstatic", "compilemessages", "makemessages", "makemigrations")
# Programs that stay, or are asked again and again: they load what they need, none of the commands.
SMALL = {
    ("watch",): "syncapp.management.watching",  # what `run` becomes
    ("supervise",): "syncapp.management.supervising",  # what `worker` becomes
    ("worker", "--check"): "syncapp.engine.workers.proof",
}
OF_THE_DEMO = ("demo", "sandbox")  # they never meet the settings of this machine


def open_what_is_closed() -> None:
    """Who starts a program may have closed these (`>&-`). Words for nobody are no fault of it."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nothing = open(os.devnull, "w" if number else "r")  # noqa: SIM115  (it stays open)
            os.set_inheritable(nothing.fileno(), True)  # has the number that was free: children get it as theirs
            setattr(sys, name, nothing)


def main() -> None:
    open_what_is_closed()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitbylaw.settings")
    for words, module in SMALL.items():
        if tuple(sys.argv[1 : 1 + len(words)]) == words:
            sys.exit(import_module(module).main(sys.argv[1 + len(words) :]))
    loading.begin()
    try:
        import django

        from bitbylaw.command_line import CommandLine
        from bitbylaw.version import VERSION
    except ImportError as exc:
        raise SystemExit(
            f"{exc.name} is not installed here. Run `make demo`, or `make venv` and use .venv/bin/python. "
            "If Python itself was upgraded since: `make clean` before; under systemd only `sudo make install` again."
        ) from exc
    if sys.argv[1:] in (["version"], ["--version"]):  # Django would tell its own
        sys.stdout.write(f"BitByLaw hub {VERSION}, Django {django.get_version()}\n")
        return
    if sys.argv[1:2] and sys.argv[1] in OF_THE_DEMO:
        from bitbylaw import demo_environment

        demo_environment.prepare()
    if sys.argv[1:2] and sys.argv[1] not in FOR_OTHERS:
        os.umask(0o077)  # databases, reports and backups hold clients' data
    CommandLine(sys.argv).execute()


if __name__ == "__main__":
    main()
