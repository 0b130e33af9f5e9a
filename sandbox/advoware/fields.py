"""The fields of each resource with their kinds: data, and how a value of a kind is read.

Beyond the fields that are known to exist stand some that any such program has: a client that puts back a part of
what it read empties them, and is found out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from sandbox.advoware.clock import NULL_DATE
from sandbox.advoware.errors import AdvowareError

Record = dict[str, Any]
Fields = dict[str, str]  # name -> kind

PARTY: Fields = dict.fromkeys(
    ("name", "vorname", "rechtsform", "titel", "anrede", "bAnrede", "geburtsname", "familienstand",
     "handelsRegisterNummer", "registergericht", "ustidnr", "kurzname", "art", "bemerkung", "aktenzeichenIntern",
     "steuernummer", "sprache", "beruf"),
    "text",
) | {"geburtsdatum": "date", "sterbedatum": "date", "gesperrt": "flag"}  # fmt: skip

COMMUNICATION: Fields = {"kommKz": "number", "tlf": "text", "bemerkung": "text", "online": "flag"}
ADDRESS: Fields = dict.fromkeys(("strasse", "plz", "ort", "anschrift", "land", "postfach", "bemerkung"), "text")
BANK_ACCOUNT: Fields = dict.fromkeys(("iban", "bic", "kontoinhaber", "bank"), "text")
EMPLOYEE: Fields = dict.fromkeys(("kuerzel", "name", "email"), "text")
MATTER: Fields = dict.fromkeys(("az", "rubrum", "referat"), "text") | {"betNr": "number"}
APPOINTMENT: Fields = (
    dict.fromkeys(("text", "ort", "notiz", "sb", "anwalt"), "text")
    | {"datum": "moment", "datumBis": "moment", "uhrzeitVon": "time", "uhrzeitBis": "time"}
    | dict.fromkeys(("privat", "abwesenheit", "dauertermin", "turnus", "turnusArt"), "number")
)

EMPTY: dict[str, Any] = {"text": None, "date": NULL_DATE, "moment": NULL_DATE, "time": None, "flag": False, "number": 0}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


# Naive local times of the one form that answers have too (shared/reference/advoware.md), and no other of ISO 8601's.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?)?")
TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?")


def _moment(value: Any) -> str:
    if not MOMENT.fullmatch(_text(value)):
        raise ValueError
    return datetime.fromisoformat(value).isoformat(timespec="seconds")


def _date(value: Any) -> str:
    return date.fromisoformat(_moment(value)[:10]).isoformat() + "T00:00:00"


def _time(value: Any) -> str:
    if not TIME.fullmatch(_text(value)):
        raise ValueError
    return time.fromisoformat(value).isoformat(timespec="seconds")


def _flag(value: Any) -> bool:
    if value not in (True, False):  # 0 and 1 too
        raise ValueError
    return bool(value)


def _number(value: Any) -> int:
    if isinstance(value, float | bool):
        raise ValueError
    return int(value)


READERS: dict[str, Callable[[Any], Any]] = {
    "text": _text, "moment": _moment, "date": _date, "time": _time, "flag": _flag, "number": _number,
}  # fmt: skip


def empty(fields: Fields) -> Record:
    return {name: EMPTY[kind] for name, kind in fields.items()}


def read(fields: Fields, body: Record) -> Record:
    """The known fields of a body, whatever the case of its keys; the others drop out without a word.

    AdvowareError 400 for a value that does not fit its field.
    """
    given = {key.lower(): value for key, value in body.items()}
    found: Record = {}
    for name, kind in fields.items():
        if name.lower() not in given:
            continue
        value = given[name.lower()]
        try:
            found[name] = EMPTY[kind] if value is None or value == "" else READERS[kind](value)
        except (ValueError, TypeError) as wrong:
            raise AdvowareError(400, f"Der Wert für '{name}' konnte nicht umgewandelt werden.") from wrong
    return found
