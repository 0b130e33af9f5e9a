"""Texts of the theme that staff see: django-unfold brings no translations, so that ours must name them. And those of
Django whose own German is wrong or hard to read: ours goes before."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

OF_DJANGO = (
    _(
        "Please enter the correct %(username)s and password for a staff account. Note that both fields may be "
        "case-sensitive."
    ),
    _("Enter the same password as before, for verification."),
    _(
        "Please enter your old password, for security’s sake, and then enter your new password twice so we can verify "
        "you typed it in correctly."
    ),
    _("Your password can’t be too similar to your other personal information."),
    _("This password is entirely numeric."),
    _("This password is too common."),
    _("Successfully deleted %(count)d %(items)s."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the following protected related "
        "objects:"
    ),
    _("Deleting the selected %(objects_name)s would require deleting the following protected related objects:"),
    _(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of the following related items '
        "will be deleted:"
    ),
    _(
        "Are you sure you want to delete the selected %(objects_name)s? All of the following objects and their related "
        "items will be deleted:"
    ),
)
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
