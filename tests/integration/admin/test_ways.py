"""From the start page to everything: every link answers, every page says what it is and has a way back."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from django.contrib import admin
from django.test import Client

from syncapp.admin.kit.base import ReadOnlyAdmin
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

START = "/admin/"
LEFT_OUT = ("/admin/logout/", "/admin/jsi18n/", "/static/")
PAPER = "/print/"  # a page for the file, in a tab of its own, with nothing on it that a sheet of paper has no use for
ALIKE, FILTERED = 1, 4  # addresses of one kind that are walked: those that differ in their numbers, or in their filters


class Seen(HTMLParser):
    """What a page shows of itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.crumbs: list[str] = []
        self.title, self.heading = "", ""
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
            if "crumbs" in self._inside:
                self.crumbs.append(str(given["href"]))
        if tag in ("title", "h1", "nav"):
            self._inside.append("crumbs" if "data-crumbs" in given else tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "h1", "nav") and self._inside:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] == ["title"]:
            self.title += data
        if "h1" in self._inside:
            self.heading += data


def shape(address: str) -> str:
    """The same for addresses of one kind."""
    there = urlsplit(address)
    names = sorted(name for name, _value in parse_qsl(there.query))
    if there.path.startswith("/admin/auth/"):  # Django's own filters
        return re.sub(r"\d+", "*", there.path)
    return re.sub(r"/(\d+|[A-Z]{2}|trace-\d+)/", "/*/", there.path) + "?" + urlencode([(name, "") for name in names])


def walk(client: Client) -> dict[str, Seen]:
    """Every page that can be reached."""
    found: dict[str, Seen] = {}
    walked: Counter[str] = Counter()
    ahead = [(START, "")]
    while ahead:
        address, whence = ahead.pop(0)
        kind = shape(address)
        path = kind.partition("?")[0]
        if address in found or walked[kind] >= ALIKE or walked[path] >= FILTERED:
            continue
        answer = client.get(address)
        assert answer.status_code == 200, f"{address} on {whence}: {answer.status_code}"
        walked.update((kind, path))
        seen = Seen()
        if answer["Content-Type"].startswith("text/html"):
            seen.feed(answer.content.decode())
            found[address] = seen
        for link in seen.links:
            there = urlsplit(urljoin(address, link))
            target = there.path + (f"?{there.query}" if there.query else "")
            if not there.netloc and there.path.startswith("/") and not there.path.startswith(LEFT_OUT):
                ahead.append((target, address))
    return found


@pytest.fixture(params=["chief", "staff"])
def reader(request: pytest.FixtureRequest, login: Login) -> Client:
    rows.everything()
    return login("chief", is_superuser=True) if request.param == "chief" else login("erika", rows.STAFF)


def test_every_link_answers_and_every_page_says_what_it_is(reader: Client) -> None:
    pages = walk(reader)
    kinds = {shape(address).partition("?")[0] for address in pages}
    assert len(kinds) > 30, sorted(kinds)
    for address, seen in pages.items():
        title = " ".join(seen.title.split())
        assert title.partition(" | ")[0] not in ("", "|", "BitByLaw Hub"), address
        assert " ".join(seen.heading.split()), address
        if address.endswith(PAPER):
            continue
        assert title.endswith("BitByLaw Hub"), address
        assert address == START or START in seen.crumbs, f"no way back from {address}"
        for crumb in seen.crumbs:
            assert crumb in pages or shape(crumb) in {shape(each) for each in pages}, (address, crumb)


def test_an_empty_list_says_what_will_be_listed_and_when(login: Login) -> None:
    client = login("chief", is_superuser=True)
    models = [model for model, its in admin.site._registry.items() if isinstance(its, ReadOnlyAdmin)]
    said = {}
    for model in models:
        page = client.get(f"/admin/syncapp/{model._meta.model_name}/").content.decode()
        found = re.search(r'class="hub-empty">\s*<h2>.+?</h2>\s*<p>(.+?)</p>', page, re.DOTALL)
        said[model.__name__] = found[1].strip() if found else ""
    assert len(said) > 10
    assert {name for name, words in said.items() if len(words) < 40} == set()


def test_the_way_back_from_a_conflict_names_the_entity(login: Login) -> None:
    record = rows.everything()["conflict"]
    page = login("karl", rows.CARE).get(f"/admin/hub/record/{record.pk}/conflict/").content.decode()
    crumbs = page[page.index("data-crumbs") :].partition("</nav>")[0]
    assert f"Party {record.entity_id}" in crumbs
    assert f"Record {record.pk}" not in crumbs


@pytest.mark.parametrize(
    ("address", "status"),
    [("/admin/syncapp/proxykey/", 403), ("/admin/nowhere/", 404), ("/admin/hub/record/1/retry/", 405)],
)
def test_a_refusal_is_a_page_with_a_heading_and_a_way_back(staff: Client, address: str, status: int) -> None:
    answer = staff.get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert page.count("<h1") == 1
    assert 'href="/admin/"' in page
