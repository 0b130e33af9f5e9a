"""What staff see. The admin reads and retries; it writes nothing that the program decides."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from syncapp.admin import (
    accounts,
    calendar,
    calendar_links,
    inbox,
    journal,
    orphans,
    proxy,
    records,
    scans,
    stafflog,
    tasks,
    urls,
)

__all__ = [
    "accounts",
    "calendar",
    "calendar_links",
    "inbox",
    "journal",
    "orphans",
    "proxy",
    "records",
    "scans",
    "stafflog",
    "tasks",
]

# The theme's site asks itself for this attribute and serves these pages behind its login.
site: Any = admin.site
site.extra_urls = urls.extra_urls
