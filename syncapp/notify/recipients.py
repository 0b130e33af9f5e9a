"""Who is told, and what they chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q

from syncapp.models import NoticeChoice, TroubleKind

READS = "syncapp.view_record"  # the pages that a message leads to


@dataclass(frozen=True, slots=True)
class Recipient:
    """`user`: None for the chat program. `address`: where to; empty: cannot be reached."""

    user: Any
    address: str
    kinds: frozenset[str]
    digest: bool
    quiet: tuple[time, time] | None = None

    @property
    def key(self) -> str:
        return f"user:{self.user.pk}" if self.user is not None else "chat"

    @property
    def name(self) -> str:
        return self.user.get_username() if self.user is not None else "ALERT_WEBHOOK_URL"


def recipients() -> list[Recipient]:
    """Those who are to be told something, reachable or not."""
    config = settings.CONFIG
    found = [of(user) for user in people()] if config.EMAIL_URL else []
    if config.ALERT_WEBHOOK_URL:
        found.append(Recipient(None, config.ALERT_WEBHOOK_URL, frozenset(TroubleKind.values), digest=False))
    return [each for each in found if each.kinds or each.digest]


def people() -> list[User]:
    """Who may be told: staff who may see the pages, and are in a group of `ALERT_GROUPS` or have chosen themselves."""
    asked = Q(groups__name__in=settings.CONFIG.ALERT_GROUPS) | Q(noticechoice__isnull=False)
    rows = User.objects.filter(asked, is_active=True, is_staff=True).select_related("noticechoice").distinct()
    return [user for user in rows.order_by("username") if user.has_perm(READS)]


def of(user: User) -> Recipient:
    """By the choice of the user, else by the groups."""
    choice = NoticeChoice.objects.filter(user=user).first()
    if choice is None:
        asked = user.groups.filter(name__in=settings.CONFIG.ALERT_GROUPS).exists()
        return Recipient(user, user.email, frozenset(TroubleKind.values if asked else ()), digest=asked)
    known = frozenset(choice.kinds) & set(TroubleKind.values)
    quiet = None
    if choice.quiet_from is not None and choice.quiet_until is not None:
        quiet = (choice.quiet_from, choice.quiet_until)
    return Recipient(user, user.email, known, choice.digest, quiet)
