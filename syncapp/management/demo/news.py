"""What happened to documents, parties and appointments since the last look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from syncapp.management.demo.calendars import Appointment, Calendars
from syncapp.management.demo.firm import Firm, Row
from syncapp.management.demo.parties import Parties, in_advoware, in_crm
from syncapp.management.demo.words import Translate
from syncapp.words.field_words import field_in_words


@dataclass(frozen=True, slots=True)
class Seen:
    name: str
    file: str
    status: str
    collections: int


@dataclass(frozen=True, slots=True)
class SeenParty:
    """A party on one side: `says` is what it shows of the sync, where it shows anything."""

    name: str
    side: str
    values: frozenset[tuple[str, str]]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    documents: dict[str, Seen] = field(default_factory=dict)
    parties: dict[str, SeenParty] = field(default_factory=dict)
    appointments: dict[tuple[str, str], Appointment] = field(default_factory=dict)  # by side and id there


def look(firm: Firm, parties: Parties | None = None, calendars: Calendars | None = None) -> Look:
    return Look(
        {row["id"]: _seen(row) for row in firm.documents},
        _parties(parties) if parties else {},
        _appointments(calendars) if calendars else {},
    )


def between(before: Look, now: Look, translate: Translate) -> list[str]:
    """One line for each document, and for each party and appointment on each side, that differs."""
    lines = [f"{seen.name}: {translate('deleted')}" for pk, seen in before.documents.items() if pk not in now.documents]
    for pk, seen in now.documents.items():
        if before.documents.get(pk) != seen:
            lines.append(f"{seen.name} ({seen.file or '–'}): {seen.status}, {seen.collections} Collections")
    gone = [seen for pk, seen in before.parties.items() if pk not in now.parties]
    lines += [f"{seen.name}, {seen.side}: {translate('deleted')}" for seen in gone]
    for pk, party in now.parties.items():
        known = before.parties.get(pk)
        if known != party:
            fresh = sorted(party.values - (known.values if known else frozenset()))
            changed = [*(f"{field_in_words(name)} {value or '–'}" for name, value in fresh), party.says]
            lines.append(f"{party.name}, {party.side}: {', '.join(filter(None, changed))}")
    return [*lines, *_of_appointments(before.appointments, now.appointments, translate)]


def _of_appointments(
    before: Mapping[tuple[str, str], Appointment], now: Mapping[tuple[str, str], Appointment], translate: Translate
) -> Iterator[str]:
    for key, old in before.items():
        if key not in now:
            yield f"{old.text}, {key[0]} {old.kuerzel}: {translate('deleted')}"
    for key, seen in now.items():
        if before.get(key) != seen:
            yield f"{seen.text}, {key[0]} {seen.kuerzel}: {seen.words}"


def _appointments(calendars: Calendars) -> dict[tuple[str, str], Appointment]:
    ours = {("Advoware", str(number)): row for number, row in calendars.in_advoware.items()}
    return ours | {("Google", place): row for place, row in calendars.in_google.items()}


def _seen(row: Row) -> Seen:
    collections = len(row["xaiCollections"] or ())
    return Seen(row["name"], row["dokumentName"] or "", row["xaiSyncStatus"] or "…", collections)


def _parties(parties: Parties) -> dict[str, SeenParty]:
    ours = {pk: SeenParty(row["name"] or row["firmenname"] or pk, "EspoCRM", _values(in_crm(row)),
                          row["syncStatus"] or "…") for pk, row in parties.known.items()}  # fmt: skip
    theirs = {
        str(number): SeenParty(f"{row['vorname'] or ''} {row['name'] or ''}".strip(), "Advoware",
                               _values(in_advoware(row)) | _accounts(row))
        for number, row in parties.there.items()
    }  # fmt: skip
    return ours | theirs


def _values(side: object) -> frozenset[tuple[str, str]]:
    assert isinstance(side, dict)  # noqa: S101
    return frozenset(
        (name, value) if isinstance(value, str) else (name, " ".join(sorted(value))) for name, value in side.items()
    )


def _accounts(row: Row) -> frozenset[tuple[str, str]]:
    return frozenset(("IBAN", each["iban"] or "") for each in row["bankverbindungen"])
