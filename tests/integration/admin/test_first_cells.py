"""On a narrow screen each cell of a list says what it is; the first one too, where there is no box to tick."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import ProxyCall
from syncapp.proxy.paths import BASE
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_pages import LISTS


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_first_cell_is_named_after_a_box_that_is_not_there(language: str, login: Login) -> None:
    client: Client = login("chief", is_superuser=True)
    rows.everything()
    ProxyCall.objects.create(method="GET", path=f"{BASE}/x", at=timezone.now(), status=200)
    seen = 0
    for model in (*LISTS, "proxycall"):
        page = client.get(reverse(f"admin:syncapp_{model}_changelist"), headers={"accept-language": language})
        text = page.content.decode()
        for row in re.findall(r"<tr[^>]*data-row.*?</tr>", text, re.DOTALL):
            first = re.search(r'<t[dh][^>]*data-label="([^"]*)".*?</t[dh]>', row, re.DOTALL)
            assert first
            seen += 1
            ticks = 'type="checkbox"' in first[0]
            assert (first[1] in ("Select record", "Datensatz auswählen")) == ticks, (model, first[1])
            assert first[1], model
    assert seen > len(LISTS) // 2
