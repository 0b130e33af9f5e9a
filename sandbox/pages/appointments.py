"""Advoware's appointments for people: the calendar of one employee, and the form of one appointment."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Request

from sandbox.advoware.appointments import DERIVED, is_series
from sandbox.advoware.fields import Record
from sandbox.advoware.system import Advoware
from sandbox.answers import Answer, redirect
from sandbox.pages.agenda import Entry, by_day, text, window
from sandbox.pages.forms import carried, edited, ticked
from sandbox.pages.rendering import page

TYPED = ("text", "datum", "uhrzeitVon", "datumBis", "uhrzeitBis", "ort", "notiz", "sb", "anwalt", "turnus", "turnusArt")
TICKED = ("privat", "abwesenheit", "dauertermin")
TURNUS = {0: "–", 1: "daily", 2: "weekly", 3: "monthly", 4: "yearly"}


class AppointmentPages:
    def __init__(self, advoware: Advoware) -> None:
        self.advoware = advoware
        self.store = advoware.store

    def answer(self, request: Request, parts: list[str]) -> Answer | None:
        """KeyError for what does not exist, ValueError for what Advoware refuses."""
        match [request.method, *parts]:
            case ["GET", kuerzel] if kuerzel in self.store.employees:
                return self.calendar(request, kuerzel)
            case ["GET", kuerzel, number]:
                return self.appointment(request, kuerzel, _number(number))
            case ["POST", kuerzel, "new"]:
                data = {"sb": kuerzel} | self.typed(request)
                made = self.advoware.control("add_appointment", {"data": data})
                return redirect(f"/advoware/calendar/{kuerzel}?from={made['datum'][:10]}")
            case ["POST", kuerzel, number, "save"]:
                if data := self.typed(request):
                    self.advoware.control("update_appointment", {"frNr": _number(number), "data": data})
                return redirect(f"/advoware/calendar/{kuerzel}/{number}")
            case ["POST", kuerzel, number, "remove"]:
                self.advoware.control("remove_appointment", {"frNr": _number(number)})
                return redirect(f"/advoware/calendar/{kuerzel}")
        return None

    def rows(self, kuerzel: str) -> list[Record]:
        with self.store.lock:
            rows = list(self.store.appointments.values())
        return [row for row in rows if kuerzel in (row["sb"], row["anwalt"])]

    def calendar(self, request: Request, kuerzel: str) -> Answer:
        shown = window(request)
        rows, series = self.rows(kuerzel), []
        entries = []
        for row in rows:
            if is_series(row):
                series.append(self.entry(kuerzel, row))
            elif row["datum"][:10] < shown.end.isoformat() and row["datumBis"][:10] >= shown.first.isoformat():
                entries.append(self.entry(kuerzel, row))
        return page(request, "advoware_calendar.html", kuerzel=kuerzel, days=by_day(entries), series=series,
                    window=shown, count=len(rows), turnus=TURNUS,
                    name=self.store.employees[kuerzel]["name"])  # fmt: skip

    def entry(self, kuerzel: str, row: Record) -> Entry:
        first, last = row["datum"][:10], row["datumBis"][:10]
        marks = [name for name in ("privat", "abwesenheit") if row[name]]
        marks += [row["art"]] if row["art"] in DERIVED else []
        marks += [TURNUS[row["turnusArt"]], f"× {row['turnus']}"] if is_series(row) else []
        time = "" if row["abwesenheit"] else " – ".join(text(row[name])[:5] for name in ("uhrzeitVon", "uhrzeitBis"))
        return Entry(
            day=date.fromisoformat(first),
            time=time.strip(" –"),
            title=text(row["text"]),
            place=text(row["ort"]),
            address=f"/advoware/calendar/{quote(kuerzel)}/{row['frNr']}",
            marks=tuple(marks),
            note=f"– {last}" if last != first else "",
        )

    def appointment(self, request: Request, kuerzel: str, number: int) -> Answer:
        with self.store.lock:
            row = self.store.appointments[number]
        values: dict[str, Any] = {name: text(row[name]) for name in TYPED} | {name: bool(row[name]) for name in TICKED}
        values |= {name: values[name][:10] for name in ("datum", "datumBis")}
        values |= {name: values[name][:5] for name in ("uhrzeitVon", "uhrzeitBis")}
        return page(request, "advoware_appointment.html", row=row, values=values, kuerzel=kuerzel, turnus=TURNUS,
                    employees=sorted(self.store.employees))  # fmt: skip

    def typed(self, request: Request) -> Record:
        boxes = {name: int(on) for name, on in ticked(request.form, TICKED).items()}
        texts = edited(request.form, TYPED)
        if "datum" in texts and "dauertermin" not in request.form:  # of a series it is the end of the series
            texts["datumBis"] = carried(request.form, "datum", "datumBis")
        return dict(texts) | boxes


def _number(given: str) -> int:
    try:
        return int(given)
    except ValueError:
        raise KeyError(given) from None
