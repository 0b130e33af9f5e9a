"""Advoware for people: parties with all that hangs on them, changed as somebody at its own screen would."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from sandbox.advoware.clock import NULL_DATE
from sandbox.advoware.errors import AdvowareError
from sandbox.advoware.fields import BANK_ACCOUNT, PARTY, Fields, Record
from sandbox.advoware.store import KOMM_ARTEN
from sandbox.advoware.system import Advoware
from sandbox.answers import Answer, redirect
from sandbox.pages.appointments import AppointmentPages
from sandbox.pages.forms import edited, ticked
from sandbox.pages.rendering import page

SHOWN = 100  # rows of a list; the search finds the others
DETAILS = ("communication", "bank_account")  # what can be changed here, by the words of the control actions
COMMUNICATION: Fields = {"kommKz": "number", "tlf": "text", "bemerkung": "text"}


class AdvowarePages:
    def __init__(self, advoware: Advoware) -> None:
        self.advoware = advoware
        self.store = advoware.store
        self.appointments = AppointmentPages(advoware)

    def answer(self, request: Request, parts: list[str]) -> Answer | None:
        try:
            match [request.method, *parts]:
                case ["GET"]:
                    return self.overview(request)
                case [_, "calendar", *rest]:
                    return self.appointments.answer(request, rest)
                case ["POST", "new"]:
                    made = self.advoware.control("create_party", {"data": {"name": request.form["name"]}})
                    return redirect(f"/advoware/{made['betNr']}")
                case ["GET", number] if number.isdigit():
                    return self.party(request, int(number))
                case ["POST", number, "remove", "party"] if number.isdigit():
                    self.advoware.control("remove_party", {"betNr": int(number)})
                    return redirect("/advoware/")
                case ["POST", number, verb, thing] if number.isdigit():
                    self.change(request, int(number), verb, thing)
                    return redirect(f"/advoware/{number}")
        except (AdvowareError, KeyError):
            return None
        return None

    def overview(self, request: Request) -> Answer:
        wanted = request.args.get("q", "").strip().lower()
        with self.store.lock:
            rows = [party.complete() for party in self.store.parties.values()]
            employees = list(self.store.employees.values())
            counts = {row["kuerzel"]: len(self.appointments.rows(row["kuerzel"])) for row in employees}
        found = [row for row in rows if wanted in f"{row['vorname'] or ''} {row['name'] or ''} {row['betNr']}".lower()]
        found.sort(key=lambda row: (str(row["name"]).lower(), row["betNr"]))
        return page(request, "advoware.html", rows=found[:SHOWN], count=len(found), q=wanted,
                    employees=employees, counts=counts)  # fmt: skip

    def party(self, request: Request, number: int) -> Answer:
        with self.store.lock:
            row = self.store.party(number).complete()
        fields = {name: (kind, _typed(kind, row[name])) for name, kind in PARTY.items()}
        return page(request, "advoware_party.html", row=row, fields=fields, kinds=KOMM_ARTEN)

    def change(self, request: Request, number: int, verb: str, thing: str) -> None:
        """KeyError for what does not exist, ValueError for what Advoware refuses."""
        if thing not in (*DETAILS, "party") or (thing == "party" and verb != "update"):
            raise KeyError(thing)
        fields = {"party": PARTY, "communication": COMMUNICATION, "bank_account": BANK_ACCOUNT}[thing]
        data: dict[str, Any] = {"betNr": number, "data": _given(request, fields)}
        if "id" in request.form:
            data["id"] = request.form["id"]
        if data["data"] or verb != "update":
            self.advoware.control(f"{verb}_{thing}", data)


def _typed(kind: str, value: Any) -> Any:
    """As it stands in a form."""
    if kind == "date":
        return "" if value == NULL_DATE else str(value)[:10]
    return "" if value is None else value


def _given(request: Request, fields: Fields) -> Record:
    flags = {name for name, kind in fields.items() if kind == "flag"}
    texts = edited(request.form, (name for name in fields if name not in flags))
    return texts | ticked(request.form, flags)
