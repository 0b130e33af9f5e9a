"""What users of the CRM read in its error fields: the reason in the installation's language."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from syncapp.models import Reason

LONGEST = 500


def for_crm(reason: str, detail: str = "") -> str:
    with translation.override(settings.LANGUAGE_CODE):
        text = str(Reason(reason).label)
    return f"{text} ({detail})"[:LONGEST] if detail else text


def all_for_crm() -> dict[str, str]:
    return {str(reason): for_crm(reason) for reason in Reason}
