"""A real EspoCRM, made ready by `espocrm prepare`, instead of the sandbox's; xAI and Advoware stay the sandbox's.

HUB_REAL_ESPOCRM names it and an administrator: `http://admin:password@127.0.0.1:8080`, or JSON with `url`, `login` and
`password`. It is one for trying out: the tests leave records in it.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.core.management import call_command

from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.administration import AdminConfig, EspoAdministration
from syncapp.management.commands.espocrm import LOGIN, PASSWORD
from syncapp.models import StaffAction
from tests import knowledge
from tests.real.crm import RealCrm
from tests.world import configured
from tests.world import world as new_world

HERE = Path(__file__).parent
NAMED = "HUB_REAL_ESPOCRM"
WANTED: Mapping[str, Any] = {
    "TASKS_TO_ESPOCRM": "Task",
    "BANK_ACCOUNTS_TO_ESPOCRM": True,
    "PARTIES_TO_ESPOCRM": {"betnr": ("all",)},
    "MATTER_ENTITIES": {},
    **knowledge.SETTINGS,
    "WEBHOOK_ENTITIES": knowledge.WORDS,
    "ESPOCRM_API_TIMEOUT_SECONDS": 120,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.real)
            item.add_marker(pytest.mark.xdist_group("real"))
            if not os.environ.get(NAMED):
                item.add_marker(pytest.mark.skip(reason=f"{NAMED} names no EspoCRM (docs/developers.md)"))


def named() -> AdminConfig:
    told = os.environ[NAMED]
    if told.startswith("{"):
        raw = json.loads(told)
        return AdminConfig(base_url=raw["url"], api_key="", login=raw["login"], password=raw["password"], timeout=120)
    url = urlsplit(told)
    login, password = unquote(url.username or ""), unquote(url.password or "")
    bare = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
    return AdminConfig(base_url=bare, api_key="", login=login, password=password, timeout=120)


@pytest.fixture(scope="session")
def ready(django_db_setup: None, django_db_blocker: Any) -> dict[str, Any]:
    """The hub's settings for it."""
    admin, out = named(), io.StringIO()
    with django_db_blocker.unblock(), configured(**WANTED), pytest.MonkeyPatch.context() as patch:
        patch.setenv(LOGIN, admin.login)
        patch.setenv(PASSWORD, admin.password)
        call_command("espocrm", "prepare", "--yes", "--show-key", url=admin.base_url, stdout=out)
        StaffAction.objects.all().delete()  # no test's business
    lines = dict(line.split("=", 1) for line in out.getvalue().splitlines() if line.startswith("ESPOCRM_"))
    names = {name: json.loads(lines[name].strip("'")) for name in ("ESPOCRM_ENTITIES", "ESPOCRM_FIELDS")}
    return {
        **WANTED,
        **names,
        "ESPOCRM_API_KEY": lines["ESPOCRM_API_KEY"],
        "ESPOCRM_API_SECRET": "",
        "ESPOCRM_API_BASE_URL": admin.base_url,
    }


@pytest.fixture
def real(db: None, ready: dict[str, Any]) -> Iterator[RealCrm]:
    with new_world() as world, configured(**ready):
        EspoClient.metadata_cache.clear()
        yield RealCrm(world, EspoAdministration(named()), ready["ESPOCRM_ENTITIES"])
    EspoClient.metadata_cache.clear()
