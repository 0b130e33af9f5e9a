"""What staff see. The admin reads and retries; it writes nothing that the program decides."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from syncapp.admin import urls
from syncapp.admin.calendar import employees, links
from syncapp.admin.machinery import scans
from syncapp.admin.people import accounts, stafflog, tasks
from syncapp.admin.proxy import calls
from syncapp.admin.records import inbox, journal, orphans, records

__all__ = [
    "accounts",
    "calls",
    "employees",
    "inbox",
    "journal",
    "links",
    "orphans",
    "records",
    "scans",
    "stafflog",
    "tasks",
]

# The theme's site asks itself for this attribute and serves these pages behind its login.
site: Any = admin.site
site.extra_urls = urls.extra_urls
