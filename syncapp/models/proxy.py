"""Who may use the Advoware proxy, and what was asked of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ProxyKey(models.Model):
    """A caller's key. Only its hash is kept; the key itself is shown once, when it is made."""

    name = models.CharField(_("name"), max_length=100)
    start = models.CharField(_("begins with"), max_length=12)  # to tell keys apart; of no use to a thief
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of a key of 256 random bits
    may_write = models.BooleanField(_("may write"), default=False)
    # Paths below the API's base that may be asked for; empty: all.
    prefixes: models.JSONField[Any, Any] = models.JSONField(_("only these paths"), default=list, blank=True)
    per_minute = models.PositiveIntegerField(_("calls a minute"), default=120)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("proxy key")
        verbose_name_plural = _("proxy keys")
        permissions = [("manage_proxykey", "Can make and revoke proxy keys")]

    def __str__(self) -> str:
        return self.name


class ProxyCall(models.Model):
    """One call through the proxy. Append-only; the path without its query, which may name a client."""

    key = models.ForeignKey(ProxyKey, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("caller"))
    at = models.DateTimeField(_("when"), db_index=True)
    method = models.CharField(_("method"), max_length=7)
    path = models.CharField(_("path"), max_length=300, blank=True, default="")
    status = models.PositiveSmallIntegerField(_("answered with"))
    # Why the hub itself refused, in the words of `proxy.refusals`; empty when Advoware answered.
    refusal = models.CharField(_("refused because"), max_length=40, blank=True, default="")
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    trace_id = models.CharField(_("trace"), max_length=64, blank=True, default="")
    address = models.GenericIPAddressField(_("from"), null=True, blank=True)

    class Meta:
        verbose_name = _("proxy call")
        verbose_name_plural = _("proxy calls")
        indexes = [models.Index(name="proxy_call_of_key", fields=["key", "-id"])]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
