"""The texts of tasks, which the CRM shows too."""

from __future__ import annotations

from syncapp.models.task_texts import WORDS, Text, Words, has_effect

__all__ = ["WORDS", "Text", "Words", "has_effect"]
