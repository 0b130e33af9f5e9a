"""Values of a party in canonical form, so that a difference of spelling is no change. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import phonenumbers

from syncapp.flows.beteiligte.fields import Kind

_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WITH_AREA = re.compile(r"[^\d+]*[+0]")
CRM, ADVOWARE = "espocrm", "advoware"
NULL_DATE = "0001-01-01"  # Advoware's way to say that there is none


@dataclass(frozen=True, slots=True)
class Contact:
    """An address or number as it is written to a side."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One side of a party in canonical form.

    `unclear`: fields whose value this side has but nobody can translate; `fields` then holds it as it stands.
    `contacts`: canonical value to contact; None: this side did not tell. `unreadable`: entries that are no address
    or number.
    """

    fields: Mapping[str, str]
    contacts: Mapping[str, Contact] | None
    unclear: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()


def text(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).split())


def day(value: str) -> str | None:
    """`YYYY-MM-DD`, "" for none; None when it is no date."""
    cleaned = value.strip()
    if not cleaned or cleaned.startswith(NULL_DATE):
        return ""
    found = _DATE.match(cleaned)
    if not found:
        return None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


def mail(value: str) -> str | None:
    """Lower case, for comparison; None when it is no mail address."""
    cleaned = text(value)
    return cleaned.lower() if _MAIL.fullmatch(cleaned) else None


def phone(value: str, region: str) -> str | None:
    """E.164 (with `;ext=` where there is an extension); None when it is no number. Source: ITU-T E.164.

    A local number has no area code that could be told: it is not guessed.
    """
    home = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if home is not None and home.national_prefix == "0" and not _WITH_AREA.match(value):
        return None
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain


def contact_key(kind: Kind, value: str, region: str) -> str | None:
    return mail(value) if kind is Kind.MAIL else phone(value, region)


def contact_text(kind: Kind, value: str, key: str) -> str:
    """How it is written to the other side: a mail address as it was typed, a number in E.164."""
    return text(value) if kind is Kind.MAIL else key
