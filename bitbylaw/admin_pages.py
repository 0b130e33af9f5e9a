"""Django's admin, whose pages are loaded by who shows or checks them: they are half of the program."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class AdminPages(SimpleAdminConfig):
    default_auto_field = "django.db.models.AutoField"  # as its migrations have it

    def ready(self) -> None:
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(check_pages, checks.Tags.admin)


def check_pages(**asked: Any) -> list[checks.CheckMessage]:
    autodiscover()
    return check_admin_app(**asked)
