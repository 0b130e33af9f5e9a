"""Employees with their calendars, and which appointment of Advoware is which event of Google."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CalendarEmployee(models.Model):
    """An employee of Advoware by the Kürzel, and the Google calendar that follows the appointments."""

    kuerzel = models.CharField(_("Kürzel"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=200, blank=True, default="")
    # Whom the calendar is shared with: what staff entered counts before what Advoware says.
    email = models.EmailField(_("address in Advoware"), blank=True, default="")
    own_email = models.EmailField(_("address instead"), blank=True, default="")
    enabled = models.BooleanField(_("in sync"), default=True)
    full_content = models.BooleanField(
        _("with contents"), default=True, help_text=_("Without: Google only shows when somebody is busy.")
    )
    calendar_id = models.CharField(_("calendar"), max_length=200, blank=True, default="")
    shared_with = models.EmailField(_("shared with"), blank=True, default="")
    # Up to where Google's changes are in the links.
    sync_token = models.TextField(blank=True, default="")
    synced_at = models.DateTimeField(_("last sync"), null=True, blank=True)
    # Of the last run: {"inserted": 3, ...}
    counts: models.JSONField[Any, Any] = models.JSONField(_("last run"), default=dict, blank=True)
    seen_at = models.DateTimeField(_("last seen in Advoware"), null=True, blank=True)

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        permissions = [("manage_calendaremployee", "Can set addresses and switches of calendars")]

    def __str__(self) -> str:
        return self.kuerzel

    @property
    def address(self) -> str:
        return self.own_email or self.email

    @property
    def is_shared(self) -> bool:
        """With its address; of one that differs in its capitals only Google would take away what it has just given."""
        return self.address.casefold() == self.shared_with.casefold()

    @property
    def calendar_name(self) -> str:
        return f"AW-{self.kuerzel}"


# What journal entries about appointments have as the type of their target, in Google and in Advoware.
EVENT, APPOINTMENT = "Termin (Google)", "Termin"


class LinkState(models.TextChoices):
    NEW = "new", _("not synced yet")
    AGREED = "agreed", _("in sync")
    HELD = "held", _("waits: writing is switched off, or a person must confirm")
    BY_HAND = "by_hand", _("a person must do it")
    FAILED = "failed", _("failed")


class CalendarLink(models.Model):
    """One appointment and its event. `google` is what Google last told of the event, whether it was carried over or
    not: so the place in Google's list of changes can be remembered before anything else is done.
    """

    employee = models.ForeignKey(
        CalendarEmployee, on_delete=models.CASCADE, related_name="links", verbose_name=_("employee")
    )
    number = models.BigIntegerField("frNr", null=True, blank=True)
    event_id = models.CharField(_("event"), max_length=1024, blank=True, default="")
    # {"event": what of it is in sync, as Google writes it, or null, "etag", "deleted", "beyond", "about", "fixed",
    # "mark"}; empty: Google has told nothing.
    google: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # The fields at the last agreement, each as its side said it; null: never agreed.
    agreed_advoware: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    agreed_google: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    # Whose it was in Advoware when it was seen there last: by the names that Advoware has for them.
    owners: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # What a side did not take on the day "on": values by side and field; "whole": sides that let nothing be changed.
    refused: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # What is being written to a side, stored before the call: seeing it there is then no person's change.
    writing: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # The days between which it takes place, so that leaving the window is told from a deletion; null: without end.
    first_day = models.DateField(_("from"), null=True, blank=True)
    last_day = models.DateField(_("to"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=LinkState.choices, default=LinkState.NEW)
    reason = models.CharField(_("reason"), max_length=30, blank=True, default="")
    detail = models.CharField(_("detail"), max_length=300, blank=True, default="")
    changed_at = models.DateTimeField(_("state since"))

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.UniqueConstraint(
                name="calendar_link_number", fields=["employee", "number"], condition=Q(number__isnull=False)
            ),
            models.UniqueConstraint(
                name="calendar_link_event", fields=["employee", "event_id"], condition=~Q(event_id="")
            ),
            models.CheckConstraint(
                name="calendar_link_names_something", condition=Q(number__isnull=False) | ~Q(event_id="")
            ),
            models.CheckConstraint(
                name="calendar_link_failed_iff_reason", condition=~Q(state="failed") | ~Q(reason="")
            ),
        ]
        indexes = [
            models.Index(name="calendar_link_open", fields=["employee", "state"], condition=~Q(state="agreed")),
            models.Index(name="calendar_link_days", fields=["employee", "last_day"]),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.number or self.event_id}"


class CalendarTombstone(models.Model):
    """An appointment that is deleted on both sides, as it was agreed on last. Whoever restores it on one side wants it
    back: without this it would look like one that the other side deleted."""

    employee = models.ForeignKey(CalendarEmployee, on_delete=models.CASCADE, related_name="tombstones")
    number = models.BigIntegerField("frNr", null=True, blank=True)
    event_id = models.CharField(_("event"), max_length=1024)
    agreed_advoware: models.JSONField[Any, Any] = models.JSONField()
    agreed_google: models.JSONField[Any, Any] = models.JSONField()
    owners: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), db_index=True)

    class Meta:
        verbose_name = _("deleted appointment")
        verbose_name_plural = _("deleted appointments")
        constraints = [models.UniqueConstraint(name="calendar_tombstone_event", fields=["employee", "event_id"])]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.number or self.event_id}"


class CalendarQuestion(models.Model):
    """What may be one appointment, and neither is paired nor created before a person has said so: an appointment
    without an event and the events that it could be; or an event without an appointment that says the same as one.
    """

    employee = models.ForeignKey(CalendarEmployee, on_delete=models.CASCADE, related_name="questions")
    number = models.BigIntegerField("frNr")
    # "": the appointment has no event; else the event that has none and looks like one of the appointment's.
    event_id = models.CharField(_("event"), max_length=1024, blank=True, default="")
    # The appointment as people read it (clients' data), and the ids of the events that it could be, likeliest first.
    here: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    candidates: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # What a person said: the event that it is, or "" for none of them; and digests of what they saw, by the events
    # ("": the appointment).
    choice = models.CharField(_("decision"), max_length=1024, blank=True, default="")
    seen: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("decided by")
    )
    # It was decided, and something had changed before the hub came to it.
    anew = models.BooleanField(default=False)
    opened_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("appointment without a partner")
        verbose_name_plural = _("appointments without a partner")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="calendar_question_once", fields=["employee", "number", "event_id"]),
            models.UniqueConstraint(
                name="calendar_question_event_once", fields=["employee", "choice"], condition=~Q(choice="")
            ),
            models.CheckConstraint(
                name="calendar_question_chosen_if_decided", condition=Q(decided_at__isnull=False) | Q(choice="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.event_id or self.number}"

    @property
    def key(self) -> tuple[int, str]:
        return self.number, self.event_id

    @property
    def events(self) -> list[str]:
        """All that it is about."""
        return [*([self.event_id] if self.event_id else []), *self.candidates]


class PushChannel(models.Model):
    """Through it Google tells the hub at once that a calendar changed. It ends, and the next one is opened before."""

    id = models.CharField(max_length=64, primary_key=True)
    employee = models.ForeignKey(CalendarEmployee, on_delete=models.CASCADE, related_name="channels")
    calendar_id = models.CharField(max_length=200)
    address = models.CharField(max_length=300)  # of the hub, as Google was told it
    resource_id = models.CharField(max_length=200, blank=True, default="")  # empty: Google's answer is not known
    token_digest = models.CharField(max_length=64)  # SHA-256 of what Google sends back with each call
    expires_at = models.DateTimeField(_("ends"))
    created_at = models.DateTimeField(_("opened"))

    class Meta:
        verbose_name = _("push channel")
        verbose_name_plural = _("push channels")

    def __str__(self) -> str:
        return self.id

    @staticmethod
    def digest_of(token: str) -> str:
        return sha256(token.encode()).hexdigest()
