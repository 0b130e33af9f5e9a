from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.integration.admin import rows

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
