"""The door of the hub's own API: a key that may, an answer in JSON, a row in the log of calls."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from syncapp.models import HubRight, ProxyKey, ProxyRefusal
from syncapp.proxy.audit import Entry
from syncapp.proxy.door import Door
from syncapp.proxy.refusals import Refused

BASE = "/api/v1/"
GET, POST = "get", "post"


class HubDoor(Door):
    """A place says by `takes` what it understands and answers by `answer`; what is posted needs the right to act.

    The log of calls names a place by its checked ids only: an address may hold anything somebody typed.
    """

    caller: ProxyKey
    trace_id: str
    takes: ClassVar[str] = GET
    parameters: ClassVar[frozenset[str]] = frozenset()
    http_method_names = [GET]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.methods = (cls.takes.upper(),)
        cls.other_method = f"Only {cls.takes.upper()} is understood here."
        cls.http_method_names = [cls.takes]

    @abstractmethod
    def place(self) -> str:
        """The path below `BASE`, out of ids that were checked. Raises `Refused`."""

    @abstractmethod
    def answer(self) -> tuple[int, dict[str, Any]]:
        """Status and body. Raises `Refused`."""

    def serve(self, request: HttpRequest, key: ProxyKey, entry: Entry) -> HttpResponseBase:
        entry.asks_for(BASE)
        if not key.hub:
            raise Refused(ProxyRefusal.NO_HUB, _("This key is not for the hub's own API."))
        if self.takes == POST and key.hub != HubRight.ACT:
            raise Refused(ProxyRefusal.MAY_NOT_ACT, _("This key may only read."))
        entry.asks_for(BASE + self.place())
        if unknown := sorted(set(request.GET) - self.parameters):
            known = ", ".join(sorted(self.parameters)) or _("none")
            words = _("%(count)d unknown parameters. Known here: %(known)s") % {"count": len(unknown), "known": known}
            raise Refused(ProxyRefusal.BAD_QUESTION, words)
        self.caller, self.trace_id = key, entry.row.trace_id
        if self.takes == POST:
            entry.begin()
        status, body = self.answer()
        answer = JsonResponse(body, status=status)
        answer.headers["Cache-Control"] = "no-store"
        entry.end(status, len(answer.content))
        return answer

    def told(self, refused: Refused) -> dict[str, Any]:
        return {"error": refused.sentence, "code": str(refused.why)}
