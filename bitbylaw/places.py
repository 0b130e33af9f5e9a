"""Where the program and its settings are, for who loads nothing else of it."""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def file() -> str | None:
    """Where settings are read from besides the environment; None: nowhere."""
    return os.environ.get("HUB_ENV_FILE", str(BASE_DIR / ".env")) or None


def setting(name: str) -> str:
    """As it is written, for who loads no others; empty where it is not set. Faults are told by who loads them all."""
    found = os.environ.get(name)
    if not found and (named := file()) and Path(named).exists():
        from dotenv import dotenv_values

        try:
            found = dotenv_values(named, interpolate=False).get(name)
        except (OSError, UnicodeDecodeError):
            return ""
    return found or ""


def on_sqlite() -> bool:
    """Whether the hub is the embedded one: it is where nothing else was set."""
    return (setting("DATABASE_URL") or "sqlite").startswith("sqlite")
