"""Appointments in Advoware: those of the small law firm, and very many for benchmarks. All people are invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.advoware.appointments import checked
from sandbox.advoware.fields import APPOINTMENT, EMPLOYEE, empty, read

if TYPE_CHECKING:
    from sandbox.app import Sandbox

Record = dict[str, Any]

DAILY, WEEKLY, MONTHLY, YEARLY = 1, 2, 3, 4  # turnusArt
APPOINTMENTS_EACH = 400
FIRST_DAY, LAST_DAY = -25, 700  # of the benchmark's appointments, from today: inside the hub's own window


def hours(first: str, last: str) -> Record:
    return {"uhrzeitVon": first, "uhrzeitBis": last}


def series(kind: int, until: str | None = None, every: int = 1) -> Record:
    return {"dauertermin": 1, "turnus": every, "turnusArt": kind, "datumBis": until}


def demo_rows(today: date) -> list[tuple[Record, str]]:
    """Appointments around a day, each with what it is derived from, if anything."""

    def on(days: int) -> str:
        return (today + timedelta(days=days)).isoformat()

    def row(kuerzel: str, days: int, text: str, *parts: Record, derived: str = "", **more: Any) -> tuple[Record, str]:
        data = {"sb": kuerzel, "datum": on(days), "text": text} | more
        for part in parts:
            data |= part
        return data, derived

    court, firm = "Amtsgericht, Saal 3", "Kanzlei, Besprechungsraum"
    return [
        row("AP", 1, "Verhandlung Wendland ./. Oster", hours("09:30", "11:00"), ort=court, notiz="Akte mitnehmen"),
        row("AP", 1, "Fahrt zum Amtsgericht", hours("08:45", "09:30"), derived="Hinfahrt"),
        row("AP", 2, "Besprechung", hours("09:30", "11:00"), series(WEEKLY), ort=firm),
        row("AP", 3, "Mandantengespräch Hinrichs", hours("14:00", "15:15"), ort=firm),
        row("AP", 4, "Zahnarzt", hours("08:00", "09:00"), privat=1),
        row("AP", 5, "Fortbildung", abwesenheit=1),
        row("AP", 10, "Tagung Mietrecht", hours("14:00", "12:30"), datumBis=on(12), ort="Lübeck"),
        row("MS", 1, "Räumungstermin Tiede", hours("10:00", "12:00"), ort="Hafenstraße 88"),
        row("MS", 2, "Rufbereitschaft", hours("20:00", "06:00"), datumBis=on(3)),
        row("MS", 6, "Kanzleirunde", hours("16:00", "17:00"), series(MONTHLY, on(400)), ort=firm),
        row("MS", 9, "Gründungstag der Kanzlei", series(YEARLY), abwesenheit=1),
        row("MS", 20, "Urlaub", abwesenheit=1, datumBis=on(27), derived="Urlaub"),
        row("JH", 1, "Fristenkontrolle", hours("08:30", "08:45"), series(DAILY, on(30))),
        row("JH", 3, "Anruf Baugenossenschaft Deichkrone", hours("11:00", "11:30"), notiz="Rückruf erbeten"),
    ]


def fill_calendar(sandbox: Sandbox, employees: dict[str, str], today: datetime) -> None:
    """Employees, and some appointments of each kind around a day."""
    act = sandbox.advoware.control
    for kuerzel, name in employees.items():
        data = {"kuerzel": kuerzel, "name": name, "email": f"{kuerzel.lower()}@kanzlei.example"}
        act("add_employee", {"kuerzel": kuerzel, "data": data})
    for data, derived in demo_rows(today.date()):
        act("add_appointment", {"data": data, "derived": derived})


def bench_row(kuerzel: str, number: int, today: date) -> Record:
    """Of a hundred: 83 with a time of day, 7 whole days, 5 over several days, 5 series."""
    day = today + timedelta(days=FIRST_DAY + number * (LAST_DAY - FIRST_DAY) // APPOINTMENTS_EACH % LAST_DAY)
    hour = 8 + number % 9
    data: Record = {"sb": kuerzel, "datum": day.isoformat(), "text": f"Termin {kuerzel} {number}", "ort": "Kiel"}
    match number % 100:
        case part if part < 7:
            return data | {"abwesenheit": 1}
        case part if part < 12:
            last = (day + timedelta(days=2)).isoformat()
            return data | hours(f"{hour:02}:00", f"{hour:02}:30") | {"datumBis": last}
        case part if part < 17:
            until = (day + timedelta(days=180)).isoformat()
            return data | hours(f"{hour:02}:00", f"{hour:02}:30") | series(WEEKLY, until)
    return data | hours(f"{hour:02}:00", f"{hour:02}:45") | {"privat": int(number % 20 == 19), "notiz": "Notiz " * 5}


def fill_calendars(sandbox: Sandbox, employees: int, each: int = APPOINTMENTS_EACH) -> None:
    """So many employees with so many appointments each, the same ones every time on the same day."""
    advoware, today = sandbox.advoware, datetime.now().astimezone().date()
    with advoware.store.lock:
        for one in range(employees):
            kuerzel = f"E{one:02}"
            data = {"kuerzel": kuerzel, "name": f"Beschäftigte {one}", "email": f"{kuerzel.lower()}@kanzlei.example"}
            advoware.store.employees[kuerzel] = empty(EMPLOYEE) | data
            for number in range(each):
                row = read(APPOINTMENT, bench_row(kuerzel, number, today))
                advoware.appointments.add(checked(empty(APPOINTMENT) | row))
