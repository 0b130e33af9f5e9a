"""Where the program and its settings are, for who loads nothing else of it."""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def file() -> str | None:
    """Where settings are read from besides the environment; None: nowhere."""
    return os.environ.get("HUB_ENV_FILE", str(BASE_DIR / ".env")) or None


def on_sqlite() -> bool:
    """Whether the hub is the embedded one: it is where nothing else was set. A file with faults is the settings'."""
    url = os.environ.get("DATABASE_URL")
    if url is None and (named := file()) and Path(named).exists():
        from dotenv import dotenv_values

        try:
            url = dotenv_values(named, interpolate=False).get("DATABASE_URL")
        except (OSError, UnicodeDecodeError):
            return True
    return not url or url.startswith("sqlite")
