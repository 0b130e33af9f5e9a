"""Fields by the names that staff know. Of parties and bank accounts flows name them canonically, in German."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.template.defaultfilters import date as formatted
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from syncapp.words import appointment_words

LABELS: Mapping[str, str | Promise] = {
    **appointment_words.LABELS,
    "name": _("Name"),
    "vorname": _("First name"),
    "anrede": _("Salutation"),
    "rechtsform": _("Legal form"),
    "geburtsdatum": _("Date of birth"),
    "handelsregisternummer": _("Commercial register number"),
    "registergericht": _("Register court"),
    "kontakte": _("Phone numbers and mail addresses"),
    "mail": _("Mail address"),
    "phone": _("Phone number"),
    "office": _("Phone number"),
    "home": _("Private phone number"),
    "mobile": _("Mobile number"),
    "fax": _("Fax number"),
    "other": _("Number of another kind"),
    "kontakt": _("Contact entry"),
    "contacts": _("Phone numbers and mail addresses"),
    "iban": "IBAN",
    "bic": "BIC",
    "kontoinhaber": _("Account holder"),
    "bank": _("Bank"),
    "bankname": _("Bank"),
    "istStandard": _("Standard account"),
    "betnr": _("Number in Advoware"),
    # What the hub notes in EspoCRM about its own work.
    "the state of the sync": _("State of the sync"),
    "syncStatus": _("State of the sync"),
    "syncErrorMessage": _("Fault of the sync"),
    "syncRetryCount": _("Attempts of the sync"),
    "syncNextRetry": _("Next attempt of the sync"),
    "syncAutoResetAt": _("Late attempt of the sync"),
    "advowareLastSync": _("Last sync with Advoware"),
    "advowareRowId": _("Version in Advoware"),
    "kommunikationHash": _("Fingerprint of the contacts"),
    "modifiedAt": _("Changed in the CRM"),
    # Of the CRM's tasks and notifications.
    "description": _("Description"),
    "message": _("Message"),
    "status": _("Status"),
    "assignedUserId": _("Assigned user"),
    "userId": _("Assigned user"),
}


def field_in_words(name: str) -> str:
    """The field as staff call it; one that is not in the table is shown as the flow calls it."""
    return str(LABELS.get(name, name))


def fields_in_words(names: str) -> str:
    """The same for several, parted by commas."""
    return ", ".join(field_in_words(name.strip()) for name in names.split(","))


def value_in_words(value: str) -> str:
    """The value as staff would enter it: a date (flows write YYYY-MM-DD) as Germans do, for those who read German."""
    if len(value) != len("2026-01-31") or not (get_language() or "").startswith("de"):
        return value
    try:
        return formatted(date.fromisoformat(value), "d.m.Y")
    except ValueError:
        return value


def of_field(field: str, value: object) -> str:
    """The value of that field in words; empty for none."""
    words = appointment_words.value_in_words(field, value)
    if words is not None:
        return words
    return "" if value is None else value_in_words(str(value))
