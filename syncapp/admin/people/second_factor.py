"""The page on which somebody sets up a second factor, shows it after the password, or does without it again."""

from __future__ import annotations

from base64 import b32encode

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp import login, verify_token

from syncapp.admin.kit import second_factor
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import back, button, page, viewer
from syncapp.models import SecondFactor

TITLE = gettext_lazy("Second factor")
TOO_OFTEN = gettext_lazy("Too many wrong codes: wait a minute, then try again.")
WRONG = gettext_lazy("This code is not right, or was used before. Look at the app, and at the clock of your telephone.")


UNREADABLE = gettext_lazy(
    "The hub can't read your second factor any more, because its secret key was changed. Somebody with all rights can "
    "take the factor away under Users; then set up a new one."
)


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        label=gettext_lazy("Code that the app shows"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
        error_messages={"invalid": gettext_lazy("The code has six digits.")},
    )

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())


@viewer("second_factor", "second-factor/")
def show(request: HttpRequest) -> HttpResponse:
    """Asks for the code of a device, or offers one and asks for its first code."""
    user = request.user
    known = second_factor.device(user)
    device = known or _offered(user)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        may_try, _why = device.verify_is_allowed()  # type: ignore[no-untyped-call]
        if verify_token(user, device.persistent_id, form.cleaned_data["code"]) is not None:
            if known is None:
                with recorded(request, "second_factor_on", "User", user.pk):
                    SecondFactor.objects.filter(pk=device.pk).update(confirmed=True)
                messages.success(request, _("From now on the hub asks for a code after your password."))
            login(request, device)
            return back(request, "admin:index")
        form.add_error("code", WRONG if may_try else TOO_OFTEN)
    if not device.readable:
        form.add_error("code", UNREADABLE) if form.is_bound else messages.error(request, UNREADABLE)
    context = {
        "form": form,
        "known": known,
        "done": user.is_verified(),  # type: ignore[union-attr]  # django-otp adds it
        "required": second_factor.required(user),
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    if known is None:
        context |= {"picture": _picture(device), "key": _readable(device)}
    return page(request, "second_factor", TITLE, **context)


@button("second_factor_off", "second-factor/off/")
def remove(request: HttpRequest) -> HttpResponse:
    """One's own, by who has just shown it."""
    user = request.user
    if second_factor.required(user):
        messages.warning(request, _("Your group needs a second factor."))
    elif not user.is_verified():  # type: ignore[union-attr]  # see above
        messages.info(request, _("Nothing to take away."))
    else:
        with recorded(request, "second_factor_off", "User", user.pk) as row:
            row.count = second_factor.forget(user)  # type: ignore[arg-type]  # nobody anonymous gets here
        messages.success(request, _("From now on the password alone is enough."))
    return back(request, "admin:hub_second_factor")


def _offered(user: User | object) -> SecondFactor:
    """The same one each time the page is loaded, or nobody could scan it and then type the code."""
    offered = SecondFactor.objects.filter(user=user, confirmed=False)
    made: SecondFactor = next((each for each in offered if each.readable), None) or offered.create(
        user=user, confirmed=False, name="app"
    )
    return made


def _picture(device: SecondFactor) -> SafeString:
    import segno  # for one page a person sees once

    svg = segno.make(device.config_url, error="m").svg_inline(scale=5, dark="#000", light="#fff")
    return mark_safe(svg)  # noqa: S308  # made by us, of letters and digits


def _readable(device: SecondFactor) -> str:
    """For who can't take a picture of it: in Base32, as apps ask for it, in groups of four."""
    key = b32encode(device.bin_key).decode()
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
