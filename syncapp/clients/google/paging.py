"""A list of Google's, page by page while it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from syncapp.clients.errors import UnexpectedAnswer
from syncapp.clients.google.config import SYSTEM
from syncapp.clients.google.types import GoogleEvent
from syncapp.clients.http.parse import Values, the_list, the_object

Ask = Callable[[str | None], object]  # the token of a page (None: the first) to its answer


def pages(ask: Ask) -> Iterator[Mapping[str, object]]:
    """``UnexpectedAnswer`` when a page leads to itself: a list that never ends would be read for ever."""
    token: str | None = None
    while True:
        page = the_object(SYSTEM, ask(token), "page")
        yield page
        following = Values(SYSTEM, page).text("nextPageToken")
        if not following:
            return
        if following == token:
            raise UnexpectedAnswer(SYSTEM, "page_leads_to_itself")
        token = following


def rows(ask: Ask) -> Iterator[Mapping[str, object]]:
    for page in pages(ask):
        yield from items(page)


def items(page: Mapping[str, object]) -> list[Mapping[str, object]]:
    return the_list(SYSTEM, page, "items") if page.get("items") is not None else []


class Changes:
    """Events as they are read, once. ``next_token`` stands there when the last one was given, not before: who stores
    it then has seen everything that came before it."""

    def __init__(self, ask: Ask) -> None:
        self._pages = pages(ask)
        self.next_token: str | None = None

    @property
    def events(self) -> Iterator[GoogleEvent]:
        for page in self._pages:
            for row in items(page):
                yield GoogleEvent.from_api(row)
            token = Values(SYSTEM, page).text("nextSyncToken")
        if not token:
            raise UnexpectedAnswer(SYSTEM, "no_sync_token")
        self.next_token = token
