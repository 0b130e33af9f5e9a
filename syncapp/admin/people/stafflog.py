"""What staff did: append-only, read-only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.admin.kit.columns import column
from syncapp.admin.kit.recording import action_words
from syncapp.models import StaffAction
from syncapp.templatetags.hub import exactly


@admin.register(StaffAction)
class StaffActionAdmin(ReadOnlyAdmin[StaffAction]):
    list_title = gettext_lazy("What staff did")
    list_display = ("moment", "who", "did", "target", "count", "detail")
    list_select_related = ("user",)

    moment = column(gettext_lazy("when"), lambda row: exactly(row.at))
    who = column(gettext_lazy("who"), lambda row: row.user or row.via)
    did = column(gettext_lazy("did what"), action_words)
    target = column(
        gettext_lazy("to what"),
        lambda row: format_html('{} <span class="hub-id">{}</span>', row.target_type, row.target_id),
    )
