"""Which programs may come in, to Advoware and to the hub itself, and what was asked by them."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

KEY_START = "bbl_"  # so that people, and scanners for leaked secrets, recognise a key
KEY_BYTES = 32
SHOWN_OF_OTHERS = 4  # of a key whose length is not ours
SHOWN = 10  # characters of a key that tell it apart; more than 200 bits stay unknown
_KEY = re.compile(r"[\x21-\x7e]{24,200}")  # ours have 47 characters; keys of an earlier hub were made otherwise


class ProxyRefusal(models.TextChoices):
    """Why a call got no answer of Advoware's, or only a part of it."""

    NO_KEY = "no_key", _("no key")
    UNKNOWN_KEY = "unknown_key", _("unknown key")
    REVOKED_KEY = "revoked_key", _("revoked key")
    TOO_MANY = "too_many", _("too many calls a minute")
    BUSY = "busy", _("too many calls at once")
    METHOD = "method", _("method that is not passed on")
    NO_ENDPOINT = "no_endpoint", _("no endpoint")
    BAD_PATH = "bad_path", _("path that is not allowed for anybody")
    NO_PROXY = "no_proxy", _("key is not for the proxy")
    NO_HUB = "no_hub", _("key is not for the hub's own API")
    MAY_NOT_ACT = "may_not_act", _("key may not have anything done")
    BAD_QUESTION = "bad_question", _("question that can't be understood")
    UNKNOWN_ENTITY = "unknown_entity", _("entity or record that the hub does not know")
    HELD_BACK = "held_back", _("paused, or observing only")
    FOR_A_PERSON = "for_a_person", _("only a person can go on")
    OTHER_PATH = "other_path", _("path that this key may not ask for")
    MAY_NOT_WRITE = "may_not_write", _("key may only read")
    WRITING_OFF = "writing_off", _("writing to Advoware is switched off")
    NOT_CONFIGURED = "not_configured", _("Advoware is not configured")
    PAUSED = "paused", _("Advoware is paused")
    UNKNOWN_EMPLOYEE = "unknown_employee", _("unknown employee")
    NOT_SYNCED = "not_synced", _("calendar that is not synced")
    NO_LENGTH = "no_length", _("body without its length")
    TOO_LARGE = "too_large", _("body too large")
    BAD_BODY = "bad_body", _("body that can't be used")
    BODY_LOST = "body_lost", _("caller hung up before its body was here")
    HUNG_UP = "hung_up", _("caller hung up during the answer")
    UNREACHABLE = "unreachable", _("Advoware can't be reached")
    TIMED_OUT = "timed_out", _("Advoware took too long")
    ANSWER_LOST = "answer_lost", _("Advoware's answer broke off")
    LOGIN_REFUSED = "login_refused", _("Advoware refuses the hub's login")
    UNUSABLE = "unusable", _("call that can't be sent")
    UNEXPECTED = "unexpected", _("answer that the hub does not understand")


class HubRight(models.TextChoices):
    """What a key may in the hub's own API (`syncapp.programs`)."""

    NOTHING = "", _("nothing")
    READ = "read", _("read")
    ACT = "act", _("read and have things done")


class ProxyKey(models.Model):
    """A caller's key. Only its hash is kept; the key itself is shown once, when it is made."""

    name = models.CharField(_("name"), max_length=100)
    start = models.CharField(_("begins with"), max_length=12)  # to tell keys apart; of no use to a thief
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of a key of 256 random bits
    # Least rights: a key for the hub's own API reaches Advoware only if somebody said so, and the reverse.
    uses_proxy = models.BooleanField(_("may use the proxy"), default=True, db_default=True)
    hub = models.CharField(
        _("may in the hub"), max_length=4, choices=HubRight.choices, blank=True, default="", db_default=""
    )
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
        verbose_name = _("key of a program")
        verbose_name_plural = _("keys of programs")
        permissions = [("manage_proxykey", "Can make and revoke proxy keys")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, name: str, **columns: Any) -> tuple[ProxyKey, str]:
        """A new row and its key, which nobody can ever read again."""
        key = KEY_START + secrets.token_urlsafe(KEY_BYTES)
        return cls.objects.create(name=name, start=key[:SHOWN], digest=_digest(key), **columns), key

    @classmethod
    def bring(cls, name: str, key: str, **columns: Any) -> ProxyKey | None:
        """A row for a key that its holder has from an earlier hub. None: too short to be safe, or not one line. Raises
        `IntegrityError` for one that is there already."""
        if not _KEY.fullmatch(key):
            return None
        return cls.objects.create(name=name, start=key[:SHOWN_OF_OTHERS], digest=_digest(key), **columns)

    @classmethod
    def of(cls, key: str) -> ProxyKey | None:
        """The row of a key, revoked or not. Looked up by its hash, so the time it takes tells nothing about keys."""
        return cls.objects.filter(digest=_digest(key)).first() if _KEY.fullmatch(key) else None


class ProxyCall(models.Model):
    """One call of a program, begun before it is passed on. The path without its query, which may name a client."""

    key = models.ForeignKey(ProxyKey, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("caller"))
    at = models.DateTimeField(_("when"), db_index=True)
    method = models.CharField(_("method"), max_length=7)
    path = models.CharField(_("path"), max_length=300, blank=True, default="")
    status = models.PositiveSmallIntegerField(_("answered with"))  # 0: not yet, or the process died
    # A `ProxyRefusal`; empty when Advoware's answer was passed on whole, whatever it was.
    refusal = models.CharField(_("refused because"), max_length=40, blank=True, default="")
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    trace_id = models.CharField(_("trace"), max_length=64, blank=True, default="", db_index=True)
    address = models.GenericIPAddressField(_("from"), null=True, blank=True)

    class Meta:
        verbose_name = _("call of a program")
        verbose_name_plural = _("calls of programs")
        indexes = [models.Index(name="proxy_call_of_key", fields=["key", "-id"])]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class ProxyWindow(models.Model):
    """How often somebody called in the present minute, where there is no Redis to count it."""

    name = models.CharField(max_length=80, primary_key=True)
    minute = models.BigIntegerField(db_index=True)  # since 1970
    calls = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("proxy window")
        verbose_name_plural = _("proxy windows")

    def __str__(self) -> str:
        return self.name


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
