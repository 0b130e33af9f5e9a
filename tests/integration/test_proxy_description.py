"""The page about the API: for staff only, of our own files only, and the proxy is on it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_page_is_for_staff(client: Client) -> None:
    answer = client.get("/api/docs/")
    assert answer.status_code == 302
    assert "/admin/login/" in answer.headers["Location"]
    client.force_login(User.objects.create_user("visitor"))
    assert client.get("/api/docs/").status_code == 302


def test_the_page_loads_nothing_from_elsewhere_and_has_no_script_inside(admin_client: Client) -> None:
    answer = admin_client.get("/api/docs/")
    page = answer.content.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    assert all(source.startswith("/") and not source.startswith("//") for source in sources)
    for source in sources:
        if source.startswith("/static/"):
            assert finders.find(source.removeprefix("/static/")), source
    assert re.findall(r"<script>", page) == []
    script = admin_client.get(next(source for source in sources if "script" in source.partition("?")[2]))
    assert "/api/schema/" in script.content.decode()


def test_the_proxy_is_described(admin_client: Client) -> None:
    schema = admin_client.get("/api/schema/?format=json").json()
    proxy = schema["paths"]["/advoware/proxy"]
    assert set(proxy) == {"get", "post", "put", "delete"}
    names = {parameter["name"] for parameter in proxy["get"]["parameters"]}
    assert names == {"endpoint", "X-Api-Key"}
    assert {"200", "400", "401", "403", "429", "502", "503", "504"} <= set(proxy["post"]["responses"])
