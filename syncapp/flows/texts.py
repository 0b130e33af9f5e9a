"""What users of the CRM read in its error fields: the reason in the installation's language."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from syncapp.words.reason_words import reason_in_words, reasons

LONGEST = 500


def for_crm(reason: str, detail: str = "") -> str:
    with translation.override(settings.LANGUAGE_CODE):
        text = reason_in_words(reason)
    return f"{text} ({detail})"[:LONGEST] if detail else text


def all_for_crm() -> dict[str, str]:
    return {code: for_crm(code) for code in reasons()}
