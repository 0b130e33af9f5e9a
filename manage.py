#!/usr/bin/env python
"""Django's command line: `python manage.py help` lists the commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitbylaw.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as exc:
        raise SystemExit("Django is not installed here. Run `make venv` and use .venv/bin/python.") from exc
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
