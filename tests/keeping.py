"""A hub with something in every table, its contents, and keys of age."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from syncapp.keeping import facts
from tests.dying import SETTLED
from tests.installation import ROOT, Installation

# Rows of every table, as no single hub has them: each choice of each column.
FILL = """
import django; django.setup()
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from tests import old_rows
old_rows.fill(MigrationLoader(connection).project_state().apps, "default")
"""


def contents(hub: Installation) -> dict[str, list[Any]]:
    """Every row of every table, but for what is not brought back."""
    engine = facts.SQLITE if hub.database_url.startswith("sqlite") else facts.POSTGRESQL
    tables = set(facts.tables(engine, hub.sql)) - {*SETTLED}
    return {table: sorted(hub.sql(f'SELECT * FROM "{table}"'), key=repr) for table in sorted(tables)}


KILLED = -9


def lives(hub: Installation, step: int, reset: list[str], command: list[str], **env: str) -> list[tuple[str, int, str]]:
    """Where each ended, how, and what the database held then; the first one was not killed."""
    driver = [sys.executable, "-m", "tests.dying", str(step), *reset, "--", *command]
    done = subprocess.run(driver, cwd=ROOT, env=hub.env | env, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    found = [line.split() for line in done.stdout.splitlines()]
    return [(place, int(code), digest) for place, code, digest in found]


def key(folder: Path, name: str = "key.txt") -> tuple[Path, str]:
    """An identity file, and its public key."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    path = folder / name
    path.write_text(f"# created: today\n# public key: {identity.to_public()}\n{identity}\n")
    return path, str(identity.to_public())
