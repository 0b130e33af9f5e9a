"""Fields of parties and bank accounts by the names that staff know. Flows name them canonically, in German."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: Mapping[str, str | Promise] = {
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
    "mobile": _("Mobile number"),
    "fax": _("Fax number"),
    "iban": "IBAN",
    "bic": "BIC",
    "kontoinhaber": _("Account holder"),
    "bank": _("Bank"),
    "betnr": _("Number in Advoware"),
}


def field_in_words(name: str) -> str:
    """The field as staff call it; one that is not in the table is shown as the flow calls it."""
    return str(LABELS.get(name, name))


def fields_in_words(names: str) -> str:
    """The same for several, parted by commas."""
    return ", ".join(field_in_words(name.strip()) for name in names.split(","))
