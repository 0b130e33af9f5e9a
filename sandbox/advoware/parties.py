"""`Beteiligte` of the API, with what hangs on them: communication, addresses, bank accounts."""

from __future__ import annotations

from datetime import date

from werkzeug.wrappers import Request

from sandbox.advoware import wire
from sandbox.advoware.config import AdvowareSettings
from sandbox.advoware.errors import AdvowareError
from sandbox.advoware.fields import PARTY, Record, empty, read
from sandbox.advoware.store import DETAILS, KOMM_ARTEN, Store
from sandbox.answers import Answer

# What a PUT takes of a detail; bank accounts have none.
CHANGEABLE = {
    "Kommunikationen": ("tlf", "bemerkung", "online"),
    "Adressen": ("strasse", "plz", "ort", "anschrift"),
}
NO_DELETE = "Das Löschen ist über diese Schnittstelle nicht erlaubt."
NO_METHOD = "Die angeforderte Ressource unterstützt diese Methode nicht."
NO_ROUTE = "Es wurde keine HTTP-Ressource gefunden."


def number_of(text: str) -> int:
    if not text.isdigit():
        raise AdvowareError(404, NO_ROUTE)
    return int(text)


class PartiesApi:
    def __init__(self, settings: AdvowareSettings, store: Store) -> None:
        self.settings = settings
        self.store = store

    def route(self, request: Request, parts: list[str]) -> Answer:
        with self.store.lock:
            match parts:
                case []:
                    return self.all(request)
                case [number]:
                    return self.one(request, number_of(number))
                case [number, kind] if kind in DETAILS:
                    return self.details(request, number_of(number), kind)
                case [number, kind, detail_id] if kind in DETAILS:
                    return self.detail(request, number_of(number), kind, number_of(detail_id))
        raise AdvowareError(404, NO_ROUTE)

    def all(self, request: Request) -> Answer:
        if request.method == "GET":
            rows = [party.as_dict() for party in self.store.parties.values()]
            broken = [{"name": None, "betNr": "?"}] * self.settings.malformed_parties
            return wire.answer(self.settings, [*broken, *rows])
        if request.method == "POST":
            values = self._kept(_past(read(PARTY, wire.json_body(request))))
            if not values.get("name"):
                raise AdvowareError(400, "Das Feld 'name' ist erforderlich.")
            return wire.answer(self.settings, {"betNr": self.store.add_party(values).number})
        raise AdvowareError(405, NO_METHOD)

    def one(self, request: Request, number: int) -> Answer:
        party = self.store.party(number)
        if request.method == "GET":
            return wire.answer(self.settings, party.as_dict())
        if request.method == "PUT":
            values = self._kept(_past(empty(PARTY) | read(PARTY, wire.json_body(request))))
            return wire.saved(self.settings, self.store.change_party(number, values).as_dict())
        raise AdvowareError(403, NO_DELETE) if request.method == "DELETE" else AdvowareError(405, NO_METHOD)

    def details(self, request: Request, number: int, kind: str) -> Answer:
        entries = self.store.party(number).details[kind]
        if request.method == "GET":
            return wire.answer(self.settings, list(entries.values()))
        if request.method == "POST":
            values = read(DETAILS[kind], wire.json_body(request))
            _refuse_half(kind, values)
            entry = self.store.add_detail(number, kind, self._kept(values), self.settings.details_move_party)
            whole = self.settings.answer_to_post == "whole"
            return wire.answer(self.settings, entry if whole else {"id": entry["id"]})
        if request.method == "DELETE" and kind in CHANGEABLE:
            raise AdvowareError(403, NO_DELETE)
        raise AdvowareError(405, NO_METHOD)

    def detail(self, request: Request, number: int, kind: str, detail_id: int) -> Answer:
        if kind not in CHANGEABLE:
            raise AdvowareError(405, NO_METHOD)
        entry = self.store.detail(number, kind, detail_id)
        if request.method == "GET":
            return wire.answer(self.settings, entry)
        if request.method == "PUT":
            fields = {name: DETAILS[kind][name] for name in CHANGEABLE[kind]}
            values = self._kept(empty(fields) | read(fields, wire.json_body(request)))
            changed = self.store.change_detail(number, kind, detail_id, values, self.settings.details_move_party)
            return wire.saved(self.settings, changed)
        raise AdvowareError(403, NO_DELETE) if request.method == "DELETE" else AdvowareError(405, NO_METHOD)

    def _kept(self, values: Record) -> Record:
        return {name: value for name, value in values.items() if name not in self.settings.ignored_fields}


def _past(values: Record) -> Record:
    """AdvowareError 400 for who is born or dead tomorrow. What the API says of it is not public, so the strict way is
    kept, as independent fakes do: shared/reference/observed.md, its first lines."""
    today = date.today().isoformat()  # noqa: DTZ011  a day of the firm's own
    for name in ("geburtsdatum", "sterbedatum"):
        if values.get(name, "")[:10] > today:
            raise AdvowareError(400, f"'{name}' liegt in der Zukunft.")
    return values


def _refuse_half(kind: str, values: Record) -> None:
    if kind == "Kommunikationen" and values.get("kommKz") not in KOMM_ARTEN:
        raise AdvowareError(400, "Das Feld 'kommKz' ist erforderlich und liegt zwischen 1 und 12.")
    if kind == "Bankverbindungen" and not values.get("iban"):
        raise AdvowareError(400, "Das Feld 'iban' ist erforderlich.")
