"""What the theme's lists say wrongly."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.contrib.admin.utils import label_for_field
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext

register = template.Library()
TICK = "action_checkbox"
LABEL = re.compile(r'(?<=data-label=")\w')


@register.filter
def first_cell_named(table: str, cl: Any) -> SafeString:
    """On a narrow screen each cell says what it is; the theme takes a row's first one for a box to tick."""
    first = cl.list_display[0]
    table = LABEL.sub(lambda label: label[0].upper(), table)  # labels of cards, that CSS can't capitalise there
    if first == TICK:
        return mark_safe(table)  # noqa: S308  what the theme's own template made
    said = format_html('data-label="{}"', gettext("Select record"))
    meant = format_html('data-label="{}"', capfirst(str(label_for_field(first, cl.model, cl.model_admin))))
    return mark_safe(table.replace(said, meant))  # noqa: S308
