"""Who gets told: each chooses what, whether in the morning too, and when not; and what became of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import back, page, viewer
from syncapp.models import KnownTrouble, Notice, NoticeChoice, NoticeState, TroubleKind
from syncapp.notify import mail, words
from syncapp.notify.digest import EVENT
from syncapp.notify.recipients import READS, Recipient, of, people
from syncapp.notify.remembering import GONE

PAGE = "admin:hub_notices"
LAST = 20
TONES: dict[str, str] = {NoticeState.SENT: "good", NoticeState.GIVEN_UP: "bad", NoticeState.NEEDLESS: "quiet"}
CLOCK = {"type": "time"}


class ChoiceForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What you are told"),
        choices=lambda: [(kind.value, words.kind_in_words(kind)) for kind in TroubleKind],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    digest = forms.BooleanField(
        label=gettext_lazy("A message each morning: what was done, what is open"), required=False
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), widget=forms.TimeInput(CLOCK, "%H:%M"), required=False
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"), widget=forms.TimeInput(CLOCK, "%H:%M"), required=False
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("quiet_from") is None) != (given.get("quiet_until") is None) and not self.errors:
            self.add_error("quiet_until", _("Quiet hours need a beginning and an end, or neither."))
        return given


@viewer("notices", "notices/", READS)
def show(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    mine = of(user)
    form = ChoiceForm(request.POST) if request.method == "POST" else ChoiceForm(initial=_initial(mine))
    if request.method == "POST" and form.is_valid():
        with recorded(request, "choose_notices", "User", user.pk):
            NoticeChoice.objects.update_or_create(user=user, defaults=form.cleaned_data)
        messages.success(request, _("Your choice is kept."))
        return back(request, PAGE)
    context = {
        "form": form,
        "mine": mine,
        "mails": bool(settings.CONFIG.EMAIL_URL),
        "chat": bool(settings.CONFIG.ALERT_WEBHOOK_URL),
        "digest_hour": settings.CONFIG.ALERT_DIGEST_HOUR,
        "wrong": [(row, words.path(row), words.title(row), words.advice(row)) for row in _wrong()],
        "notices": [_told(row) for row in _of(user)],
    }
    if user.has_perm("syncapp.pause_system"):
        context |= {"everybody": [_reached(each) for each in map(of, people())], "stuck": _stuck()}
        context["groups"] = settings.CONFIG.ALERT_GROUPS
    return page(request, "notices", _("Notifications"), **context)


def _initial(mine: Recipient) -> dict[str, Any]:
    begin, end = mine.quiet or (None, None)
    return {"kinds": sorted(mine.kinds), "digest": mine.digest, "quiet_from": begin, "quiet_until": end}


def _of(user: Any) -> Any:
    return Notice.objects.filter(user=user).select_related("trouble").order_by("-pk")[:LAST]


def _wrong() -> Any:
    return KnownTrouble.objects.filter(gone_at=None).order_by("first_seen", "pk")[:100]


def _told(row: Notice) -> dict[str, Any]:
    what = _("The message of the morning") if row.event == EVENT else ""
    if row.trouble is not None:
        what = words.ended(row.trouble) if row.event == GONE else words.title(row.trouble)
    fault = mail.in_words(row.fault) if row.fault else ""
    told = {"row": row, "what": what, "tone": TONES.get(row.state, "busy")}
    return told | {"fault": fault, "setting": mail.setting_of(row.fault)}


def _reached(each: Recipient) -> dict[str, Any]:
    last = Notice.objects.filter(user=each.user).exclude(fault="").order_by("-pk").first()
    chosen = [words.kind_in_words(kind).partition(":")[0] for kind in sorted(each.kinds)]
    return {"who": each.name, "address": each.address, "kinds": chosen, "digest": each.digest, "last": last}


def _stuck() -> list[dict[str, Any]]:
    """What can't be sent, to whomever."""
    return [_told(row) for row in Notice.stuck().select_related("trouble", "user").order_by("-pk")[:LAST]]
