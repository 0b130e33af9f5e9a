"""The harness itself: each pass really runs on the engine that it names."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django_q.brokers import get_broker

pytestmark = pytest.mark.django_db
ON_POSTGRES = os.environ.get("HUB_TEST_ENGINE") == "postgres"


def test_database() -> None:
    assert connection.vendor == ("postgresql" if ON_POSTGRES else "sqlite")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM syncapp_record")
        assert cursor.fetchone() == (0,)


def test_cache_and_queue() -> None:
    cache.set("key", "value")
    assert cache.get("key") == "value"
    assert ("Redis" in get_broker().info()) == ON_POSTGRES
    assert get_broker().queue_size() == 0


def test_no_setting_comes_from_outside() -> None:
    assert not settings.CONFIG.configured("espocrm")
    assert not settings.CONFIG.configured("xai")
