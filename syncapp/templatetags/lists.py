"""What the theme's lists say wrongly."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ORDER_VAR
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

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
    said = format_html('data-label="{}"', _("Select record"))
    meant = format_html('data-label="{}"', capfirst(str(label_for_field(first, cl.model, cl.model_admin))))
    return mark_safe(table.replace(said, meant))  # noqa: S308


@register.filter
def orders(cl: Any) -> list[tuple[str, str, bool]]:
    """What the list can be sorted by, for a screen on which its heads are not there: [(`o` of the address, words,
    whether it is sorted so)]."""
    given = cl.params.get(ORDER_VAR, "")
    found = []
    for at, name in enumerate(cl.list_display):
        if name != TICK and (cl.sortable_by is None or name in cl.sortable_by):
            column = capfirst(str(label_for_field(name, cl.model, cl.model_admin)))
            for order, words in ((f"{at}", _("%(column)s, ascending")), (f"-{at}", _("%(column)s, descending"))):
                found.append((order, words % {"column": column}, order == given))
    return found
