"""What the commands about backups have in common: how far they are, and why one was not made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from django.core.management.base import CommandError
from django.db import Error as DatabaseError
from django.utils import timezone

from syncapp.keeping.refusals import Refused
from syncapp.keeping.streams import Progress
from syncapp.management.base import INTERRUPTED
from syncapp.management.output import progress

NOT_DONE = 1


@contextmanager
def at_work(words: str, otherwise: str) -> Iterator[Progress]:
    """`otherwise`: what holds when it was not done."""
    try:
        with progress(words) as tell:
            yield lambda what, done, total: tell(f"{what}, {f'{100 * done // total} %' if total else megabytes(done)}")
    except Refused as exc:
        raise CommandError(str(exc), returncode=NOT_DONE) from None
    except KeyboardInterrupt:
        raise CommandError(f"Stopped. {otherwise}", returncode=INTERRUPTED) from None
    except OSError as exc:
        raise CommandError(f"{exc.strerror or exc}. {otherwise}", returncode=NOT_DONE) from exc
    except sqlite3.Error as exc:
        raise CommandError(f"SQLite says: {exc}. {otherwise}", returncode=NOT_DONE) from exc
    except psycopg.Error as exc:
        raise CommandError(f"PostgreSQL: {type(exc).__name__}. {otherwise}", returncode=NOT_DONE) from exc
    except DatabaseError as exc:
        raise CommandError(f"The database: {type(exc).__name__}. {otherwise}", returncode=NOT_DONE) from exc


def megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
