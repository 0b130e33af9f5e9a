"""Which page answers which address."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from sandbox.advoware.system import Advoware
from sandbox.answers import Answer
from sandbox.espocrm.errors import EspoError
from sandbox.espocrm.system import EspoCrm
from sandbox.google.system import GoogleCalendar
from sandbox.pages.advoware import AdvowarePages
from sandbox.pages.crm import CrmPages
from sandbox.pages.faults import FaultPages
from sandbox.pages.google import GooglePages
from sandbox.pages.journal import JournalPages
from sandbox.pages.overview import OverviewPage
from sandbox.pages.rendering import TOP, page
from sandbox.pages.xai import XaiPages
from sandbox.xai.system import Xai

if TYPE_CHECKING:
    from sandbox.world import World

STATIC_TYPES = {"style.css": "text/css; charset=utf-8", "live.js": "text/javascript; charset=utf-8"}
Answerer = Callable[[Request, list[str]], Answer | None]


class Pages:
    def __init__(self, world: World, crm: EspoCrm, xai: Xai, advoware: Advoware, google: GoogleCalendar) -> None:
        journal = JournalPages(world, crm)
        self.parts: dict[str, Answerer] = {
            "": OverviewPage(world, crm, xai, advoware, google).answer,
            "espocrm": CrmPages(crm).answer,
            "advoware": AdvowarePages(advoware).answer,
            "google": GooglePages(google).answer,
            "xai": XaiPages(xai).answer,
            "faults": FaultPages(world, crm, xai).answer,
            "calls": journal.calls,
            "webhooks": journal.webhooks,
        }

    def answer(self, request: Request) -> Answer:
        first, *rest = request.path.strip("/").split("/")
        if first == "static" and rest and rest[0] in STATIC_TYPES:
            return Answer(200, (TOP / "static" / rest[0]).read_bytes(), STATIC_TYPES[rest[0]])
        part = self.parts.get(first)
        try:
            found = part(request, rest) if part else None
        except EspoError as refusal:
            found = page(request, "refused.html", message=refusal.reason or str(refusal))
            found.status = refusal.status
        except ValueError as wrong:
            found = page(request, "refused.html", message=str(wrong))
            found.status = 400
        if found is None:
            found = page(request, "refused.html", message=f"404 {request.path}")
            found.status = 404
        return found
