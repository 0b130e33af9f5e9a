"""What a firm's hub holds on a bad day, made anew as often as a test wants it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule
from playwright.sync_api import BrowserContext

from syncapp.models import (
    LinkState,
    ProxyCall,
    ProxyKey,
    Reason,
    Record,
    Reference,
    ScanRun,
    StaffAction,
    Status,
    TaskKind,
)
from tests.browser.groups import restore
from tests.integration.admin import rows

CHIEF = "chief"


def wipe() -> None:
    """All rows but those of logins; ids begin anew, so that an address stays one."""
    tables = [model._meta.db_table for model in (*apps.get_app_config("syncapp").get_models(), Schedule)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            named = ", ".join(map(connection.ops.quote_name, tables))
            cursor.execute(f"TRUNCATE {named} RESTART IDENTITY CASCADE")
            return
        cursor.execute("PRAGMA foreign_keys = OFF")
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        cursor.execute("DELETE FROM sqlite_sequence WHERE name LIKE 'syncapp_%' OR name LIKE 'django_q_%'")
        cursor.execute("PRAGMA foreign_keys = ON")


def fill() -> dict[str, Any]:
    rows.count_anew()
    made = rows.everything()
    now = timezone.now()
    ScanRun.objects.filter(pk=made["scan"].pk).update(scan="everything")
    # A document is never in conflict; what a person decides is one of a party.
    Record.objects.filter(status=Status.CONFLICT, step="document_sync").delete()
    party = made["entry"].record
    Record.objects.filter(pk=party.pk).update(agreed={"fields": {"name": "Wendland"}})
    Reference.objects.create(
        entity_type=party.entity_type, entity_id=party.entity_id, system="advoware", kind="party", remote_id="4711"
    )
    with StaffAction.recorded("retry", "Record", party.pk) as action:
        action.count = 1
    rows.task(kind=TaskKind.NUMBER_REMOVED, facts=[])
    rows.link(rows.employee("RB"), state=LinkState.FAILED, reason=Reason.REJECTED)
    made["key"] = ProxyKey.objects.create(name="CRM", start="hub_abc", digest="d" * 64)
    ProxyCall.objects.create(key=made["key"], at=now, method="GET", path="/api/v1/advonet/Akten", status=200)
    return made


def staff() -> User:
    """Somebody with all rights, who is logged in elsewhere too, and a colleague who is."""
    User.objects.all().delete()
    if set(Group.objects.values_list("name", flat=True)) != {rows.STAFF, rows.CARE, rows.PRIVACY}:
        Group.objects.all().delete()
        restore()
    Session.objects.all().delete()
    chief, anna = rows.user(CHIEF, is_superuser=True), rows.user("anna", rows.STAFF)
    for user in (chief, anna):
        login(user)
    return chief


def login(user: User) -> str:
    """A new session; its key."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def enter(context: BrowserContext, home: str, user: User) -> None:
    """The same browser, logged in anew, without the form."""
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": login(user), "url": home}])
