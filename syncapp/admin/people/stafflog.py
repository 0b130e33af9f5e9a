"""What staff did: append-only, read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.admin.kit.recording import action_words
from syncapp.models import StaffAction
from syncapp.templatetags.hub import exactly


@admin.register(StaffAction)
class StaffActionAdmin(ReadOnlyAdmin[StaffAction]):
    list_display = ("moment", "who", "did", "target", "count", "detail")
    list_select_related = ("user",)

    def list_title(self, request: HttpRequest) -> str:
        return _("What staff did")

    @admin.display(description=gettext_lazy("when"))
    def moment(self, row: StaffAction) -> Any:
        return exactly(row.at)

    @admin.display(description=gettext_lazy("who"))
    def who(self, row: StaffAction) -> str:
        return str(row.user) if row.user else row.via

    @admin.display(description=gettext_lazy("did what"))
    def did(self, row: StaffAction) -> str:
        return action_words(row)

    @admin.display(description=gettext_lazy("to what"))
    def target(self, row: StaffAction) -> SafeString:
        return format_html('{} <span class="hub-id">{}</span>', row.target_type, row.target_id)
