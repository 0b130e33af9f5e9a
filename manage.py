#!/usr/bin/env python
"""Django's command line: `python manage.py help` lists the commands."""

import os
import sys

# What these write belongs to the program: whoever runs it reads it.
FOR_OTHERS = ("collectstatic", "compilemessages", "makemessages", "makemigrations")
OF_THE_DEMO = ("demo", "sandbox")  # they never meet the settings of this machine


def main() -> None:
    try:
        import django
        from django.core.management import execute_from_command_line

        from bitbylaw.version import VERSION
    except ImportError as exc:
        raise SystemExit(
            f"{exc.name} is not installed here. Run `make demo`, or `make venv` and use .venv/bin/python."
        ) from exc
    if sys.argv[1:] in (["version"], ["--version"]):  # Django would tell its own
        sys.stdout.write(f"BitByLaw hub {VERSION}, Django {django.get_version()}\n")
        return
    if sys.argv[1:2] and sys.argv[1] in OF_THE_DEMO:
        from bitbylaw import demo_environment

        demo_environment.prepare()
    if sys.argv[1:2] and sys.argv[1] not in FOR_OTHERS:
        os.umask(0o077)  # databases, reports and backups hold clients' data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitbylaw.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
