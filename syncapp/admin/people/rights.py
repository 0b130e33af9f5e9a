"""The boxes of users and groups, and what goes with them when they are deleted."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.apps import apps
from django.contrib.auth.forms import ReadOnlyPasswordHashWidget
from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.models import Permission
from django.db.models import ManyToManyField, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.forms import UserChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from syncapp.admin.kit.recording import recorded
from syncapp.upkeep.staff_groups import GROUPS
from syncapp.words.right_words import right_in_words


class Rights(ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return right_in_words(obj)


def rights() -> QuerySet[Permission]:
    """Those that the hub asks for anywhere; others do nothing, whoever has them."""
    asked = chain.from_iterable(GROUPS.values())
    found = Permission.objects.filter(content_type__app_label="syncapp", codename__in=asked)
    return found.select_related("content_type")


class PasswordInWords(ReadOnlyPasswordHashWidget):
    """Whether there is one, instead of how it is kept."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        usable = bool(value) and is_password_usable(value)
        return format_html("<p>{}</p>", _("A password is set.") if usable else _("No password is set."))


class HubUserChangeForm(UserChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].widget = PasswordInWords()


def put_on_record(request: HttpRequest, action: str, account: Any, fields: str = "") -> None:
    """Which login or group it was, by its name too: of one that is deleted the number alone says nothing."""
    detail = ": ".join(filter(None, (str(account), fields)))
    with recorded(request, action, type(account).__name__, account.pk, detail) as row:
        row.count = 1


class SuperusersOnly(ModelAdmin):
    """What is done here is on the record of staff; the log that Django keeps of it is on no page."""

    def _superuser(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    has_module_permission = has_view_permission = _superuser
    has_add_permission = has_change_permission = has_delete_permission = _superuser
    # Django's two lists with arrows between them are for a mouse and good eyes; boxes are for everybody.
    filter_horizontal = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if not isinstance(db_field, ManyToManyField):
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()  # told before, it brings no word of the Ctrl key
        if db_field.remote_field.model is Permission:
            kwargs |= {"form_class": Rights, "queryset": rights()}
        made: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if made is not None:
            made.widget = UnfoldAdminCheckboxSelectMultipleWidget()
            made.widget.choices = made.choices
        return made

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            put_on_record(request, "account_made", form.instance)
        elif form.changed_data:
            put_on_record(request, "account_changed", form.instance, ", ".join(form.changed_data))

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for account in queryset:
            put_on_record(request, "account_deleted", account)
        return super().log_deletions(request, queryset)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Without the rows that only tie two others together: nobody knows them."""
        lost, counts, lacking, protected = super().get_deleted_objects(objs, request)
        ties = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_created]
        plurals = {str(tie.verbose_name_plural) for tie in ties}
        starts = tuple(f"{capfirst(str(tie.verbose_name))}: " for tie in ties)
        shown = {name: count for name, count in counts.items() if str(name) not in plurals}
        return _without(lost, starts), shown, lacking, protected


def _without(lost: Iterable[Any], starts: tuple[str, ...]) -> list[Any]:
    """Of nested lists of texts, as Django makes them."""
    kept = (each if isinstance(each, str) else _without(each, starts) for each in lost)
    return [each for each in kept if each and not (isinstance(each, str) and each.startswith(starts))]
