"""Requests made of the API's own description, as Schemathesis makes them: right, odd and wrong ones, with a staff login
and a key. Whatever comes, the answer is one that the description names, and no error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as searching
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi import checks

from syncapp.models import InboxMessage, ProxyKey, Reference, Status, Task
from tests.integration.admin import rows
from tests.world import World, configured

# Not `not_a_server_error`: the proxy answers 502 to 504 for Advoware, and says so in the description.
CHECKS: tuple[CheckFunction, ...] = (
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)
EXAMPLES = 25
TOKEN = "t" * 40
OPEN, SYNC = "/api/v1/open", "/api/v1/entities/{entity_type}/{entity_id}/sync"


@pytest.fixture
def application(world: World, admin_client: Client) -> Iterator[Any]:
    """The hub as a staff login, a key of the proxy and a token for webhooks see it."""
    _key, secret = ProxyKey.issue("attack", may_write=True, hub="act", per_minute=100_000)
    session = admin_client.cookies[settings.SESSION_COOKIE_NAME].value
    lets_in = {
        "HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={session}",
        "HTTP_X_API_KEY": secret,
        "HTTP_AUTHORIZATION": f"Bearer {TOKEN}",
    }
    hub = get_wsgi_application()
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)  # the test's own would be closed; Django's test client does the same
    with configured(ADVOWARE_WRITE_ENABLED=True, WEBHOOK_TOKENS=(TOKEN,)):
        yield lambda environ, start: hub({**environ, **lets_in}, start)
    for signal in signals:
        signal.connect(close_old_connections)


def test_no_request_brings_an_answer_that_is_not_described(application: Any) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert {operation.path for operation in operations} >= {
        "/advoware/proxy",
        "/health/live",
        "/health/ready",
        OPEN,
        SYNC,
    }
    answers: set[int] = set()
    for operation in operations:

        @searching(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def attack(case: Any) -> None:
            answer = case.call()
            case.validate_response(answer, checks=CHECKS)
            assert answer.status_code != 500
            answers.add(answer.status_code)

        attack()
    assert 200 in answers
    assert InboxMessage.objects.exists()  # some came through to where webhooks are kept
    assert answers & {400, 403, 404}, "nothing was refused: the requests were too tame"


@pytest.mark.parametrize("status", [Status.FAILED, Status.CONFLICT, Status.WAITING, Status.IN_SYNC])
def test_answers_about_what_is_there_are_as_described(application: Any, status: Status) -> None:
    """Nobody guesses an id: these requests name a record that there is."""
    record = rows.record(status)
    Task.objects.create(record=record, kind="value_by_hand", system="xai", opened_at=record.changed_at, digest="d")
    given = {"entity_type": record.entity_type, "entity_id": record.entity_id, "system": "xai", "kind": "file"}
    Reference.objects.create(**given, remote_id="file_1")
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    ids = {"entity_type": record.entity_type, "entity_id": record.entity_id, "number": str(record.pk)}
    told: dict[str, int] = {}
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in sorted(operations, key=lambda each: each.path.endswith("sync")):  # after it nothing is failed
        if operation.path.startswith("/api/v1/"):
            names = {name: value for name, value in ids.items() if f"{{{name}}}" in operation.path}
            case = operation.Case(path_parameters=names)
            answer = case.call()
            case.validate_response(answer, checks=CHECKS)
            told.setdefault(operation.path.rpartition("/")[2], answer.status_code)
    retried = {Status.FAILED: 202, Status.CONFLICT: 409}.get(status, 200)
    assert told == {"{entity_id}": 200, "retry": retried, "sync": 202, "{number}": 200, "open": 200, "steps": 200}
