"""Histories of property tests: how many, and each in a transaction of its own that is taken back at its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings

# No transaction around the whole test: PostgreSQL cleans up nothing behind one that is open, and a thousand histories
# within it take ten times as long as a thousand in their own.
in_own_transactions = pytest.mark.django_db(transaction=True)


def histories(number: int = 40) -> settings:
    """`HUB_EXAMPLES` draws more by hand."""
    return settings(
        max_examples=int(os.environ.get("HUB_EXAMPLES", number)),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@contextmanager
def taken_back() -> Iterator[None]:
    """Also a decorator, below `@given`: all that is stored within is gone afterwards, whichever tables it went to."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
