"""What every test gets: closed sockets, an empty cache on the real one, skips that say why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db.backends.signals import connection_created
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as properties

from syncapp.events import dispatch
from tests import engines, servers, sockets, unordered

connection_created.connect(unordered.turn_around)
# How long an example takes, or the making of one, is a matter of who else is at work on this machine.
properties.register_profile(
    "hub", parent=properties.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
properties.load_profile("hub")
PROCESSES = ("tests/e2e/", "tests/browser/")
# Long, and patient: its processes die where they are told to, however busy the machine is with others.
BY_ITSELF = "tests/e2e/test_crashes.py"


@pytest.fixture(scope="session", autouse=True)
def _closed_sockets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        sockets.close(patch)
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Locks, tokens and queued tasks of one test are none of the next one's business."""
    yield
    if settings.CONFIG.redis_url:
        from django_redis import get_redis_connection

        for alias in ("default", "advoware"):
            get_redis_connection(alias).flushdb()
    else:
        from django.core.cache import cache

        cache.clear()


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request leaves its language to its thread; the next test on it asks in the one that the settings name."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _declared_events(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test is about: no step emits what its flow has not declared."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(dispatch, "undeclared", lambda topic, step: found.append((step, topic)))
    yield
    assert found == [], "(step, topic) that no `emits` in a flow.py names: declare it there"


def pytest_report_header() -> str:
    return f"engine: {engines.chosen().name} (HUB_TEST_ENGINE)"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lacking = servers.missing()
    if lacking and servers.REQUIRED:
        raise pytest.UsageError(
            f"HUB_REQUIRE_SERVERS=1, but {' and '.join(lacking)} are missing. {servers.INSTALL_HINT}"
        )
    for item in items:
        # For pytest-xdist's `--dist loadgroup`: tests that start processes take turns, the others go by module.
        path = item.nodeid.partition("::")[0]
        group = "processes" if path.startswith(PROCESSES) and path != BY_ITSELF else path
        item.add_marker(pytest.mark.xdist_group(group))
        if lacking and item.get_closest_marker("servers"):
            item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(lacking)}"))
