"""The flows' own tests once more, at a firm whose EspoCRM knows none of the hub's names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import otherwise
from tests.integration.flows.test_bankverbindungen import *  # noqa: F403
from tests.integration.flows.test_collections import *  # noqa: F403
from tests.integration.flows.test_documents import *  # noqa: F403
from tests.integration.flows.test_tasks_mirror import *  # noqa: F403
from tests.world import World

# These two count calls by their paths, which are others here.
del test_an_event_for_an_account_in_sync_costs_one_read  # noqa: F821
del test_an_event_for_a_document_in_sync_costs_one_read  # noqa: F821


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with otherwise.firm() as there:
        yield there
