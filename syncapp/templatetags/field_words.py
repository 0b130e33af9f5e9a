"""Fields by the names that staff know, on the pages and in the CRM."""

from __future__ import annotations

from syncapp.models.field_words import LABELS, field_in_words, fields_in_words, value_in_words

__all__ = ["LABELS", "field_in_words", "fields_in_words", "value_in_words"]
