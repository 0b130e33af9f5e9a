"""Where staff can go: every list, every page of a row and every page of the hub, asked of the site itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.urls import Resolver404, resolve, reverse

from syncapp.admin.kit import views
from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.models import Record

PARTS = {"numbers", "record_state", "linked", "adoption_report"}  # of pages, or files: no pages
OWN = ("index", "password_change", "logout")
# What stands for an argument of a page's address, by how that begins.
OF = {"record": "record", "journal": "entry", "schedules": "schedule"}


def places(made: dict[str, Any]) -> list[str]:
    """Addresses; `made` are the rows that have pages (`rows.everything()`), empty when there are none."""
    return [reverse(f"admin:{name}") for name in OWN[:2]] + [*_lists(made), *_hub(made)]


def _lists(made: dict[str, Any]) -> Iterator[str]:
    for model, model_admin in sorted(admin.site._registry.items(), key=lambda each: each[0]._meta.label):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if isinstance(model_admin, ReadOnlyAdmin):
            shown = model.objects.order_by("pk") if made and model_admin.row_page else model.objects.none()  # type: ignore[attr-defined]
            if model is Record:  # each state has buttons of its own
                seen = {row.status: row.pk for row in shown.reverse()}
                yield from (reverse(f"{name}_change", args=[pk]) for pk in seen.values())
            else:
                yield from (reverse(f"{name}_change", args=[row.pk]) for row in shown[:2])
            continue
        yield reverse(f"{name}_add")
        if row := model.objects.order_by("-pk").first():  # type: ignore[attr-defined]
            yield from (reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "delete"))


def _hub(made: dict[str, Any]) -> Iterator[str]:
    for name, (route, _view) in views.PAGES.items():
        if name in PARTS:
            continue
        if "<" not in route:
            yield reverse(f"admin:hub_{name}")
        elif made:
            of = made["record"].trace_id if name == "trace" else made[_of(name, route)].pk
            yield reverse(f"admin:hub_{name}", args=[of])


def _of(name: str, route: str) -> str:
    return "conflict" if name == "conflict" else OF[route.partition("/")[0]]


def name_of(address: str) -> str:
    """`hub_needs` of `http://…/admin/hub/needs/?kind=task`; of a place elsewhere its path."""
    path = urlsplit(address).path or "/"
    try:
        return str(resolve(path).url_name)
    except Resolver404:  # not one of the hub's
        return path
