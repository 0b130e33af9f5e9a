"""Texts of the theme that staff see: django-unfold brings no translations, so that ours must name them."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TEXTS = (
    _("Welcome back to"),
    _("Dark"),
    _("Light"),
    _("System"),
    _("Run"),
    _("Run the selected action"),
    _("Select action"),
    _("Select record"),
    _("Select all rows"),
    _("Clear selection"),
    _("Toggle password visibility"),
    _("More actions"),
    _("Log in again"),
    _("You have been successfully logged out from the administration"),
    _("No results found"),
    _("Type to search"),
    _("Filters"),
    _("General"),
    _("Close"),
)
