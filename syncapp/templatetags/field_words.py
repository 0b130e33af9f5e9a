"""Fields by the names that staff know, on the pages and in the CRM."""

from __future__ import annotations

from syncapp.models.appointment_words import LABELS as APPOINTMENT_FIELDS
from syncapp.models.field_words import LABELS, field_in_words, fields_in_words, of_field, value_in_words

__all__ = ["APPOINTMENT_FIELDS", "LABELS", "field_in_words", "fields_in_words", "of_field", "value_in_words"]
