"""What users of the CRM read in its error fields: the reason in the installation's language."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from syncapp.words.fault_words import fault_in_words
from syncapp.words.reason_words import reason_in_words, reasons

LONGEST = 500


def for_crm(reason: str, detail: str = "", system: str = "", longest: int | None = None) -> str:
    """`system`: the one that refused, or was away. `longest`: what the CRM's field takes, where it says."""
    with translation.override(settings.LANGUAGE_CODE):
        text, about = reason_in_words(reason, system), fault_in_words(detail)
    return (f"{text} ({about})" if about else text)[: longest or LONGEST]


def all_for_crm() -> dict[str, str]:
    """As `for_crm`, each by its code; asked for in every run of a document."""
    with translation.override(settings.LANGUAGE_CODE):
        return {code: words[:LONGEST] for code, words in reasons().items()}
