"""Where is … everywhere? One search on every page, that asks the systems when somebody asks.

The words come in the body of a POST and go no further than the questions: no address of ours, no log, no table. Staff's
record says who searched, when, and how many cards there were.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import page, part, viewer
from syncapp.admin.search import advoware, crm, own, ways
from syncapp.admin.search.cards import Found
from syncapp.admin.search.classify import Asked, classify, plain
from syncapp.clients.espocrm.fields import FIELDS

MOST = 40  # cards; more words make it fewer
AT_ONCE = 3  # searches in this process: each may wait for two systems
TITLE = gettext_lazy("Where is … everywhere?")

_seats = BoundedSemaphore(AT_ONCE)


@viewer("search", "search/", "syncapp.view_record")
def search(request: HttpRequest) -> HttpResponse:
    """The results alone for the field in the header; a whole page for who has no scripts."""
    if request.method != "POST":
        return page(request, "search", TITLE)
    words = request.POST.get("words", "")
    context = {"searched": plain(words), **answer(request, classify(words))}
    if request.headers.get("HX-Request"):
        return part(request, "found", **context)
    return page(request, "search", TITLE, **context)


def answer(request: HttpRequest, asked: Asked) -> dict[str, object]:
    found = searched(request, asked)
    if not isinstance(found, Found):
        return {"nothing": found}
    # Who types a name means a person first: appointments and documents that bear it come after.
    ordered = sorted(found.cards, key=lambda key: key[0] != FIELDS.party_entity)
    return {
        "cards": [found.cards[key] for key in ordered[:MOST]],
        "more": found.more or len(found.cards) > MOST,
        "found": found,
    }


def searched(request: HttpRequest, asked: Asked) -> Found | str:
    """On staff's record; or why nothing was searched for."""
    if not asked.anything:
        return _("Please type at least two characters of a name, or a whole number.")
    if not _seats.acquire(blocking=False):
        return _("Several others are searching right now. Please try again in a moment.")
    try:
        with recorded(request, "search") as row:
            found = look(request, asked)
            row.count = len(found.cards)
    finally:
        _seats.release()
    return found


def look(request: HttpRequest, asked: Asked) -> Found:
    found = Found()
    own.look(request, asked, found)
    crm.look(asked, found)
    advoware.look(asked, found)
    own.fill(request, found)
    ways.lead_on(found)
    return found
