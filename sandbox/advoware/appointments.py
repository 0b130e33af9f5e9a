"""`Termine` of the API: single ones, such over several days, series without exceptions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request

from sandbox.advoware import wire
from sandbox.advoware.clock import NULL_DATE
from sandbox.advoware.config import AdvowareSettings
from sandbox.advoware.errors import AdvowareError
from sandbox.advoware.fields import APPOINTMENT, Record, empty, read
from sandbox.advoware.parties import NO_METHOD
from sandbox.advoware.store import Store
from sandbox.answers import Answer

ENDLESS = "2037-12-31T00:00:00"  # a series without an end is stored with this year
DERIVED = ("Vortermin", "Hinfahrt", "Rückfahrt", "Urlaub")  # made by Advoware out of other entries
MOST_TURNUS_ART = 4  # 1 daily, 2 weekly, 3 monthly, 4 yearly


def checked(values: Record) -> Record:
    """With what Advoware fills in by itself; AdvowareError 400 for what can't be an appointment."""
    for name in ("text", "datum"):
        if values[name] in (None, NULL_DATE):
            raise AdvowareError(400, f"Das Feld '{name}' ist erforderlich.")
    if any(values[name] not in (0, 1) for name in ("privat", "abwesenheit", "dauertermin")):
        raise AdvowareError(400, "'privat', 'abwesenheit' und 'dauertermin' sind 0 oder 1.")
    if not 0 <= values["turnusArt"] <= MOST_TURNUS_ART or values["turnus"] < 0:
        raise AdvowareError(400, "'turnus' oder 'turnusArt' ist ungültig.")
    if values["datumBis"] == NULL_DATE:
        values["datumBis"] = ENDLESS if is_series(values) else values["datum"]
    if values["datumBis"][:10] < values["datum"][:10]:
        raise AdvowareError(400, "'datumBis' liegt vor 'datum'.")
    return values


def is_series(values: Record) -> bool:
    return bool(values["dauertermin"] and values["turnus"] and values["turnusArt"])


class AppointmentsApi:
    def __init__(self, settings: AdvowareSettings, store: Store) -> None:
        self.settings = settings
        self.store = store

    def route(self, request: Request, parts: list[str]) -> Answer:
        if parts:
            raise AdvowareError(404, "Es wurde keine HTTP-Ressource gefunden.")
        with self.store.lock:
            match request.method:
                case "GET":
                    return wire.answer(self.settings, self.shown(request))
                case "POST":
                    return wire.answer(self.settings, {"frNr": self.add(self.values(request))["frNr"]})
                case "PUT":
                    number = self.writable(request)
                    return wire.saved(self.settings, self.change(number, self.values(request)))
                case "DELETE":
                    self.remove(self.writable(request))
                    return Answer(200)
        raise AdvowareError(405, NO_METHOD)

    def values(self, request: Request) -> Record:
        """AdvowareError 400 for a clock time that is "", unless that is how this server itself says that there is none.
        Fact: shared/reference/observed.md, read the strict way."""
        body = wire.json_body(request)
        clocks = [value for name, value in body.items() if name.lower() in ("uhrzeitvon", "uhrzeitbis")]
        if "" in clocks and not self.settings.empty_texts:
            raise AdvowareError(400, "Eine Uhrzeit ist leer.")
        values = checked(empty(APPOINTMENT) | read(APPOINTMENT, body))
        return values | {name: self.kept(values[name]) for name in ("text", "ort", "notiz")}

    def kept(self, text: str | None) -> str | None:
        """Fact: shared/reference/observed.md, notes may be cut, and signs outside Latin-1 replaced."""
        if text and self.settings.latin1_only:
            text = text.encode("latin-1", "replace").decode("latin-1")
        return text[: self.settings.longest_text or None] if text else text

    def add(self, values: Record, derived: str = "") -> Record:
        """A derived one has a negative number and says what it is."""
        with self.store.lock:
            number = next(self.store.appointment_numbers) * (-1 if derived else 1)
            self.store.appointments[number] = {"frNr": number, "art": derived or "Termin"}
            return self.change(number, values)

    def change(self, number: int, values: Record) -> Record:
        with self.store.lock:
            row = self.require(number) | values | {"geaendertAm": self.store.clock.now()}
            self.store.appointments[number] = row
            return row

    def remove(self, number: int) -> None:
        with self.store.lock:
            self.store.removed_appointments[number] = self.require(number)
            del self.store.appointments[number]

    def require(self, number: int) -> Record:
        if number not in self.store.appointments:
            raise AdvowareError(404, f"Der Termin {number} wurde nicht gefunden.")
        return self.store.appointments[number]

    def writable(self, request: Request) -> int:
        number = _number(request.args.get("frnr"))
        if number is None:
            raise AdvowareError(400, "Der Parameter 'frnr' ist erforderlich.")
        if number < 0 or self.require(number)["art"] in DERIVED:
            raise AdvowareError(403, "Abgeleitete Termine können nicht geändert werden.")
        return number

    def shown(self, request: Request) -> list[Record] | Record:
        """Fact: shared/reference/observed.md, `?frnr=` may answer a list or one object."""
        broken = self.settings.malformed_appointments
        rows = [row | {"frNr": None} if row["frNr"] in broken else row for row in self.found(request)]
        if "frnr" not in request.args or self.settings.one_appointment == "list":
            return rows
        return rows[0] if rows else self.require(_number(request.args["frnr"]) or 0)

    def found(self, request: Request) -> list[Record]:
        """In order of their dates. `from` and `to` are days, both included; a series counts until its end."""
        first, last = _day(request.args.get("from"), "0001-01-01"), _day(request.args.get("to"), "9999-12-31")
        kuerzel, number = request.args.get("kuerzel", "").lower(), _number(request.args.get("frnr"))
        rows = [
            row
            for row in self.store.appointments.values()
            if row["datumBis"][:10] >= first
            and row["datum"][:10] <= last
            and (not kuerzel or self.concerns(row, kuerzel))
            and (number is None or row["frNr"] == number)
        ]
        return sorted(rows, key=lambda row: (row["datum"], row["frNr"]))

    def concerns(self, row: Record, kuerzel: str) -> bool:
        """Fact: shared/reference/observed.md, who sees an appointment."""
        sb, anwalt = str(row["sb"]).lower(), str(row["anwalt"]).lower()
        match self.settings.kuerzel_is:
            case "sb" | "anwalt":
                return kuerzel == {"sb": sb, "anwalt": anwalt}[self.settings.kuerzel_is]
            case "everyone" if not row["anwalt"]:
                return True
        return kuerzel in (sb, anwalt)

    def act(self, verb: str, data: dict[str, Any]) -> Record | bool:
        """What a person does: derived entries and all."""
        if verb == "add":
            derived = str(data.get("derived") or "")
            return self.add(checked(empty(APPOINTMENT) | read(APPOINTMENT, data["data"])), derived)
        number = int(data["frNr"])
        if verb == "update":
            return self.change(number, checked(dict(self.require(number)) | read(APPOINTMENT, data["data"])))
        if verb == "remove":
            self.remove(number)
            return True
        if verb == "restore":
            self.store.appointments[number] = self.store.removed_appointments.pop(number)
            return self.require(number)
        raise KeyError(verb)


def _number(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        raise AdvowareError(400, "Der Parameter 'frnr' ist keine Zahl.") from None


def _day(text: str | None, default: str) -> str:
    try:
        return datetime.fromisoformat(text).date().isoformat() if text else default
    except ValueError:
        raise AdvowareError(400, "'from' und 'to' sind Tage, JJJJ-MM-TT.") from None
