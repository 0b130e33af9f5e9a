"""What the firm's Advoware and Google really answer about appointments: names of keys and numbers, never a value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from django.conf import settings

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.clients.errors import ClientError
from syncapp.engine.outside import connections
from syncapp.management.findings import Finding, timed, timing
from syncapp.models import SystemName

DAYS = 60  # before and after today: enough to meet an appointment, little enough to ask for at any hour
NEEDED = ("text", "datum", "uhrzeitVon", "datumBis", "uhrzeitBis", "ort", "notiz", "sb", "anwalt", "privat")
SERIES = ("abwesenheit", "dauertermin", "turnus", "turnusArt")
VERSION = ("rowId", "geaendertAm")
OURS = ("owner", "writer")  # roles that may write


def appointment_findings() -> Iterator[Finding]:
    """After a successful ping: the appointments of the employee whose login it is, and the keys of one of them."""
    client, name = connections.advoware(), SystemName.ADVOWARE
    today = date.today()  # noqa: DTZ011  # a window of months
    with timing() as took:
        try:
            window = (today - timedelta(days=DAYS), today + timedelta(days=DAYS))
            found = client.appointments(settings.CONFIG.ADVOWARE_USER, *window)
        except ClientError as exc:
            yield Finding(name, "appointments (Termine)", str(exc), False, took())
            return
        yield Finding(name, "appointments (Termine)", f"ok, {len(found)} found", True, took())
    if found:
        yield from _one(client, found[0])


def _one(client: AdvowareClient, appointment: Appointment) -> Iterator[Finding]:
    name, what = SystemName.ADVOWARE, "keys of an appointment"
    yield timed(name, "one appointment by its number", partial(client.appointment, appointment.number))
    present = {key.casefold() for key in appointment.raw}
    lacking = [key for key in (*NEEDED, *SERIES) if key.casefold() not in present]
    if lacking:
        yield Finding(name, what, f"lacks {', '.join(lacking)}: these are not synced", None)
    else:
        yield Finding(name, what, "has all that are synced", True)
    if not any(key.casefold() in present for key in VERSION):
        yield Finding(name, what, "has neither rowId nor geaendertAm: changes are found by all values", None)
    known = {key.casefold() for key in (*NEEDED, *SERIES, *VERSION, "frNr")}
    if others := sorted(key for key in appointment.raw if key.casefold() not in known):
        yield Finding(name, what, f"also has {', '.join(others)}: kept as they are", None)


def google_findings() -> Iterator[Finding]:
    """After a successful ping: how many calendars there are, and whether they may be written."""
    name, what = SystemName.GOOGLE, "calendars"
    with timing() as took:
        try:
            calendars = connections.google().calendars()
        except ClientError as exc:
            yield Finding(name, what, str(exc), False, took())
            return
        ours = sum(calendar.role in OURS for calendar in calendars)
        yield Finding(name, what, f"{len(calendars)}, of which {ours} may be written", True, took())
