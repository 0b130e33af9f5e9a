"""Making and revoking keys of other programs. A key is on one page once, and never again anywhere."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import MANAGE_PROXY_KEY, back, button, page, say, viewer
from syncapp.models import HubRight, ProxyKey
from syncapp.proxy.paths import BASE

MOST_PATHS = 50
WRITE, NOTHING = "write", "nothing"
PROXY_RIGHTS = [
    ("", gettext_lazy("read")),
    (WRITE, gettext_lazy("read and write")),
    (NOTHING, gettext_lazy("nothing")),
]
_PATH = re.compile(r"(?!\.+(/|$))[\w.,()&+~ -]+(/(?!\.+(/|$))[\w.,()&+~ -]+)*")


class KeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Who is to use it"),
        max_length=100,
        help_text=gettext_lazy("A program and where it runs, for example: time recording, server 2."),
    )
    may_write = forms.ChoiceField(
        label=gettext_lazy("What it may do in Advoware"),
        choices=PROXY_RIGHTS,
        required=False,
        help_text=gettext_lazy("Writing also needs that writing to Advoware is switched on in the hub's settings."),
    )
    prefixes = forms.CharField(
        label=gettext_lazy("Only these paths"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "One in a line, for example advonet/Termine; what lies below is meant too. Empty: all paths."
        ),
    )
    hub = forms.ChoiceField(
        label=gettext_lazy("What it may do in the hub"),
        choices=HubRight.choices,
        required=False,
        help_text=gettext_lazy(
            "Reading: how entities stand and what is open, without names and contents. Having things done: retry and "
            "compare now, as staff's buttons."
        ),
    )
    per_minute = forms.IntegerField(label=gettext_lazy("Calls a minute"), min_value=1, max_value=100_000, initial=120)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if ProxyKey.objects.filter(name__iexact=name, revoked_at=None).exists():
            raise forms.ValidationError(_("There is a valid key of this name. Revoke it first, or take another name."))
        return name

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("may_write") == NOTHING and not given.get("hub"):
            self.add_error("hub", _("This key could do nothing at all: allow something in Advoware or in the hub."))
        return given

    @property
    def columns(self) -> dict[str, Any]:
        given = self.cleaned_data
        rights = {"uses_proxy": given["may_write"] != NOTHING, "may_write": given["may_write"] == WRITE}
        return rights | {name: given[name] for name in ("hub", "prefixes", "per_minute")}

    def clean_prefixes(self) -> list[str]:
        lines = [line.strip().strip("/").removeprefix(BASE) for line in self.cleaned_data["prefixes"].splitlines()]
        paths = list(dict.fromkeys(line for line in lines if line))
        if len(paths) > MOST_PATHS or not all(_PATH.fullmatch(path) for path in paths):
            raise forms.ValidationError(_("A path has letters, digits and simple signs between single slashes."))
        return paths


@viewer("make_proxy_key", "proxy-key/make/", MANAGE_PROXY_KEY)
def make(request: HttpRequest) -> HttpResponse:
    """The form; after it the key, in the answer to the POST itself: it is in no session, address or table."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "proxy_key_make", _("Make a key for a program"), form=form)
    with recorded(request, "make_proxy_key", "ProxyKey", detail=form.cleaned_data["name"]) as row:
        made, secret = ProxyKey.issue(form.cleaned_data["name"], created_by=request.user, **form.columns)
        row.count = 1
    example = "/advoware/proxy?endpoint=advonet/Mitarbeiter" if made.uses_proxy else reverse("hub-open")
    address = request.build_absolute_uri(example)
    return page(request, "proxy_key_made", _("The new key"), key=made, secret=secret, address=address)


@button("revoke_proxy_key", "proxy-key/<int:pk>/revoke/", MANAGE_PROXY_KEY)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ProxyKey, pk=pk)
    with recorded(request, "revoke_proxy_key", "ProxyKey", pk, key.name) as row:
        row.count = ProxyKey.objects.filter(pk=pk, revoked_at=None).update(revoked_at=timezone.now())
    say(request, row.count, _("Revoked. From now on nobody gets in with this key."), _("This key was revoked already."))
    return back(request, "admin:syncapp_proxykey_change", pk)
