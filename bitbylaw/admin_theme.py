"""How django-unfold looks here. Dotted names are called by the theme with the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.functional import Promise


def static(name: str) -> str:
    from django.templatetags import static  # these settings are read by processes without any page, too

    return static.static(name)


def reverse(name: str) -> str:
    from django import urls

    return urls.reverse(name)


def environment(_request: HttpRequest) -> tuple[str | Promise, str] | None:
    """The badge in the header: only where it is not the firm's real hub at work."""
    if settings.CONFIG.OBSERVE_ONLY:
        return _("Observe only"), "warning"
    return (_("Development"), "info") if settings.DEBUG else None


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "BitByLaw Hub",
    "SITE_HEADER": "BitByLaw Hub",
    "SITE_SUBHEADER": _("EspoCRM, Advoware, xAI and calendar in agreement"),
    "SITE_SYMBOL": "hub",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": False,  # ours is in sight in the header, on the login page too
    "ENVIRONMENT": "bitbylaw.admin_theme.environment",
    "GLOBAL_CALLBACK": "syncapp.admin.kit.trails.context",
    "DASHBOARD_CALLBACK": "syncapp.admin.machinery.dashboard.dashboard",
    "STYLES": [lambda _request: static("syncapp/hub.css")],
    "SCRIPTS": [
        lambda _request: static("syncapp/hub.js"),
        lambda _request: static("syncapp/search.js"),
        lambda _request: static("syncapp/keys.js"),
    ],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("syncapp/favicon.svg")}],
    "LANGUAGES": {"action": lambda _request: reverse("admin:set_language")},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254)",
            "100": "oklch(93% .032 255)",
            "200": "oklch(88% .059 254)",
            "300": "oklch(81% .105 252)",
            "400": "oklch(71% .15 255)",
            "500": "oklch(60% .17 258)",
            "600": "oklch(50% .16 260)",
            "700": "oklch(44% .145 262)",
            "800": "oklch(39% .12 263)",
            "900": "oklch(34% .1 264)",
            "950": "oklch(26% .08 266)",
        },
    },
    "ACCOUNT": {
        "navigation": [
            {"title": _("Second factor"), "link": lambda _request: reverse("admin:hub_second_factor")},
            {"title": _("Sessions"), "link": lambda _request: reverse("admin:hub_sessions")},
        ]
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "syncapp.admin.kit.navigation.sidebar",
    },
}
