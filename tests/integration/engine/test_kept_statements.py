"""PostgreSQL keeps the plans of statements with the connection; a table that is changed meanwhile makes them void."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import NotSupportedError

from syncapp.kit import plain_sql
from tests import engines

pytestmark = pytest.mark.skipif(engines.chosen().name != "postgres", reason="SQLite plans each statement anew")
READ, WRITE = "SELECT words FROM kept_probe WHERE words = %s", "UPDATE kept_probe SET words = %s RETURNING words"


@pytest.fixture(autouse=True)
def _a_table(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept_probe (words varchar(10))")
        cursor.execute("INSERT INTO kept_probe VALUES ('before')")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kept_probe")


def migrate() -> None:
    """By another process, while ours goes on."""
    known = connection.get_connection_params()
    login = {name: known[name] for name in ("dbname", "user", "host", "port", "password") if name in known}
    with psycopg.connect(**login, autocommit=True) as other:
        other.execute("ALTER TABLE kept_probe ALTER COLUMN words TYPE varchar(20)")


@pytest.mark.parametrize("statement", [READ, WRITE])
def test_a_column_that_became_wider_is_read_with_a_plan_anew(statement: str) -> None:
    assert plain_sql.answer(statement, ["before"]) == [("before",)]
    migrate()
    assert plain_sql.answer(statement, ["before"]) == [("before",)]
    assert plain_sql.answer(statement, ["before"]) == [("before",)]


def test_within_a_transaction_that_ends_it_and_the_next_one_goes_well() -> None:
    assert plain_sql.answer(READ, ["before"]) == [("before",)]
    migrate()
    with pytest.raises(NotSupportedError), transaction.atomic():
        plain_sql.answer(READ, ["before"])
    assert plain_sql.answer(READ, ["before"]) == [("before",)]
