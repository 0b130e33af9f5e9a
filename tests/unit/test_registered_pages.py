"""Which lists the admin has does not depend on who is loaded first: those of other packages could do harm."""

from __future__ import annotations

import pytest

from tests.unit.test_light import said_by

TELLS_ITS_LISTS = """
import sys
import django
django.setup()
__import__(sys.argv[1])
import bitbylaw.urls
from django.contrib import admin
print(*sorted({model._meta.app_label for model in admin.site._registry}))
"""


@pytest.mark.parametrize(
    "first",
    ["bitbylaw.urls", "syncapp.admin", "syncapp.admin.kit.names", "axes.admin", "django_q.admin", "unfold.admin"],
)
def test_only_our_lists_and_logins_are_there(first: str) -> None:
    assert said_by(TELLS_ITS_LISTS, first) == ["auth syncapp"]
