from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from syncapp.admin.kit import names
from syncapp.clients.espocrm import EspoClient
from tests.integration.admin import rows
from tests.world import World

Login = Callable[..., Client]


@pytest.fixture
def login(db: None) -> Login:
    """`login("erika", rows.STAFF)`: a browser of a user in these groups."""

    def enter(name: str, *groups: str, **columns: Any) -> Client:
        client = Client(headers={"accept-language": "en"})
        user = rows.user(name, *groups, **columns)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter


@pytest.fixture
def staff(login: Login) -> Client:
    return login("erika", rows.STAFF)


@pytest.fixture
def care(login: Login) -> Client:
    return login("karl", rows.CARE)


@pytest.fixture
def nothing_known() -> Iterator[None]:
    """No name is remembered of the test before, nor what EspoCRM said of its types."""
    names.forget()
    EspoClient.metadata_cache.clear()
    yield
    names.forget()


@pytest.fixture
def erika(world: World, login: Login) -> Client:
    """Of the staff, while the sandbox's systems answer."""
    return login("erika", rows.STAFF)
