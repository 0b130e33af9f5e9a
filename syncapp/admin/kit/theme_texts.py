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
    _("Select action to run"),
    _("Date"),
    _("True"),
    _("False"),
    _("Select record"),
    _("Select all rows"),
    _("Clear selection"),
    _("Toggle password visibility"),
    _("More actions"),
    _("Log in again"),
    _("You have been successfully logged out from the administration"),
    _("No results found"),
    _("Type to search"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can change the password "
        'using <a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    _("Save and add another"),
    _("Save and continue editing"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Reset filters"),
    _("Previous"),
    _("Next"),
    _("Thanks for spending some quality time with the web site today."),
    _("Filters"),
    _("General"),
    _("Close"),
)
