"""Why a system refuses our login, in words: the hub's own codes of `ClientError`, as `System.error` holds them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, str | Promise] = {
    "credentials": _(
        "The name or the password of the hub's user there is wrong. An administrator must correct it in the settings, "
        "which is tried at once. The present one is tried again only after pauses that grow: wrong passwords in a row "
        "lock an account."
    ),
    "not_enabled": _(
        "Over there the login is not enabled: the hub's user, the firm or the program is not registered or not "
        "released for it. An administrator must arrange it with the maker; then it goes on by itself."
    ),
    "login_refused": _(
        "The login was refused without a known reason. An administrator must compare the settings of the login with "
        "what the maker gave the firm."
    ),
    "secret_is_not_base64": _("The API key in the settings is not whole. An administrator must enter it again."),
    "kanzlei_unknown": _(
        "The maker knows no address for the firm's identifier. An administrator must check it in the settings."
    ),
}


def why_refused(error: str) -> str | Promise | None:
    """The words for what `System.error` says, or None when it names no code that needs some."""
    return next((_WORDS[part] for part in error.split(", ") if part in _WORDS), None)
