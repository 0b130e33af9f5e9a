"""Who works here, for superusers only, and what staff did: append-only, read-only.

Pages of other packages that could do harm are taken away.
"""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from syncapp.admin.kit import second_factor
from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.admin.kit.columns import column, trace_link
from syncapp.admin.kit.paging import CappedPaginator
from syncapp.admin.kit.recording import action_words, recorded, target_id_in_words, who_in_words
from syncapp.admin.kit.sessions import end, key_of, open_sessions
from syncapp.admin.people.details import detail_in_words
from syncapp.admin.people.rights import HubUserChangeForm, SuperusersOnly, put_on_record
from syncapp.models import SecondFactor, StaffAction
from syncapp.templatetags.hub import exactly
from syncapp.words.target_words import target_in_words

# Django-Q2's "resubmit" would run tasks past requests and claims; its schedules have a page of their own here. Whoever
# is loaded first: what they have is registered before it is taken away.
for package in ("axes", "django_otp.plugins.otp_totp", "django_q"):
    import_module(f"{package}.admin")
for model in (TOTPDevice, Failure, OrmQ, Schedule, Success, AccessAttempt, AccessFailureLog, AccessLog, User, Group):
    if admin.site.is_registered(model):  # their admin modules register depending on settings
        admin.site.unregister(model)


@admin.register(User)
class HubUserAdmin(SuperusersOnly, UserAdmin):  # type: ignore[misc, type-arg]
    # Not the theme's, which adds nobody, and without Django's question for another way to log in: there is none.
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2")}),)  # type: ignore[assignment]
    form = HubUserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    readonly_fields = ("last_login", "date_joined")  # what was, is nobody's to write
    actions = ("forget_second_factor",)
    list_filter = ()  # so few need none
    list_filter_sheet = False
    paginator = CappedPaginator

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Django-otp has no German for what goes with a login."""
        told, counts, lacking, protected = super().get_deleted_objects(objs, request)
        theirs, ours = TOTPDevice._meta, SecondFactor._meta
        counted = {ours.verbose_name_plural if it == theirs.verbose_name_plural else it: n for it, n in counts.items()}
        told = _renamed(told, f"{capfirst(str(theirs.verbose_name))}: ", f"{capfirst(str(ours.verbose_name))}: ")
        if any(each.pk == request.user.pk for each in objs):  # that they did this would be on record as nobody's
            protected = [*protected, f"{capfirst(str(StaffAction._meta.verbose_name))}: "]
        if not protected:
            return told, counted, lacking, protected
        words = _(
            "Who has done something in the hub stays on record. To keep somebody out, switch “Active” off instead."
        )
        messages.info(request, words)
        kinds = Counter(strip_tags(each).partition(":")[0] for each in protected)
        # No right is lacking: nobody may delete what was done.
        return told, counted, set(), [f"{kind}: {number}" for kind, number in kinds.items()]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Of the page of the password, which saves by itself."""
        match = request.resolver_match
        if match is not None and match.url_name == "auth_user_password_change":
            put_on_record(request, "password_set", obj)
        return super().log_change(request, obj, message)

    @admin.action(description=gettext_lazy("Take the second factor away (a lost telephone)"))
    def forget_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            with recorded(request, "second_factor_off", "User", user.pk) as row:
                row.count = second_factor.forget(user)
            if row.count:  # whoever has the telephone may be logged in
                end(each for each in open_sessions(user) if each.key != key_of(request.session.session_key))
            words = (
                _("Nothing to take away.")
                if not row.count
                else _("Taken away; it can be set up anew after the next login.")
            )
            messages.info(request, f"{user.get_username()}: {words}")


def _renamed(told: list[Any], theirs: str, ours: str) -> list[Any]:
    """The nested list of what will be deleted; what is a link stays one."""
    renamed = []
    for each in told:
        if isinstance(each, list):
            renamed.append(_renamed(each, theirs, ours))
        else:
            renamed.append(ours + each.removeprefix(theirs) if each.startswith(theirs) else each)
    return renamed


@admin.register(Group)
class HubGroupAdmin(SuperusersOnly, GroupAdmin):  # type: ignore[misc]
    paginator = CappedPaginator


@admin.register(StaffAction)
class StaffActionAdmin(ReadOnlyAdmin[StaffAction]):
    empty_words = gettext_lazy(
        "Whenever somebody presses a button it is listed here: who, when, and how much came of it."
    )
    list_title = gettext_lazy("What staff did")
    list_display = ("moment", "who", "did", "target", "count", "how", "trace")
    list_select_related = ("user",)

    trace = column(gettext_lazy("trace"), lambda row: trace_link(row.trace_id))
    moment = column(gettext_lazy("when"), lambda row: exactly(row.at), "pk")
    who = column(gettext_lazy("who"), who_in_words)
    did = column(gettext_lazy("did what"), action_words)
    how = column(gettext_lazy("detail"), detail_in_words)
    target = column(
        gettext_lazy("to what"),
        lambda row: format_html(
            '{} <span class="hub-id">{}</span>', target_in_words(row.target_type), target_id_in_words(row)
        ),
    )
