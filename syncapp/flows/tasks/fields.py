"""What staff call the fields of the CRM's tasks and notifications. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.kit.marking import gettext_noop as _


def labels() -> Mapping[str, str]:
    return {
        "description": _("Description"),
        "message": _("Message"),
        "status": _("Status"),
        "assignedUserId": _("Assigned user"),
        "userId": _("Assigned user"),
    }
