"""Users and groups: for superusers only, in the theme. Pages of other packages that could do harm are taken away."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

# Django-Q2's "resubmit" would run tasks past requests and claims; its schedules have a page of their own here.
for model in (Failure, OrmQ, Schedule, Success, AccessAttempt, AccessFailureLog, AccessLog, User, Group):
    try:
        admin.site.unregister(model)
    except NotRegistered:  # their admin modules register depending on settings
        continue


class SuperusersOnly(ModelAdmin):
    def _superuser(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    has_module_permission = has_view_permission = _superuser
    has_add_permission = has_change_permission = has_delete_permission = _superuser


@admin.register(User)
class HubUserAdmin(SuperusersOnly, UserAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class HubGroupAdmin(SuperusersOnly, GroupAdmin):  # type: ignore[misc]
    pass
