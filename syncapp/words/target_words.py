"""What something was done to, in words: things of other systems in the journal, the hub's own on staff's record."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from syncapp.models import NeedKind
from syncapp.words.entity_words import kind_in_words

TARGETS = {
    # In other systems.
    "collection": gettext_noop("Collection"),
    "file": gettext_noop("File"),
    "Kommunikation": gettext_noop("Contact detail"),
    "Bankverbindung": gettext_noop("Bank account"),
    "Kalender": gettext_noop("Calendar"),
    "Termin": gettext_noop("Appointment"),
    "Termin (Google)": gettext_noop("Event in Google"),
    "Push-Kanal": gettext_noop("Channel of a calendar"),
    "Notification": gettext_noop("Notification"),
    # The hub's own, by the names of its tables.
    "Record": gettext_noop("Record"),
    "Lock": gettext_noop("Lock"),
    "Orphan": gettext_noop("Orphan"),
    "ScanRun": gettext_noop("Comparison"),
    "InboxMessage": gettext_noop("Webhook"),
    "JournalEntry": gettext_noop("Write"),
    "CalendarLink": gettext_noop("Appointment"),
    "CalendarQuestion": gettext_noop("Appointment"),
    "CalendarEmployee": gettext_noop("Employee"),
    "ProxyKey": gettext_noop("Key of a program"),
    "ProxyCall": gettext_noop("Call of a program"),
    "StaffAction": gettext_noop("What staff did"),
    "Adoption": gettext_noop("Existing installation"),
    "Notice": gettext_noop("Message of the hub"),
    "System": gettext_noop("System"),
    "Step": gettext_noop("Step"),
    "Schedule": gettext_noop("Schedule"),
    "Webhook": gettext_noop("Webhook"),
    "Worker": gettext_noop("Worker"),
    "Group": gettext_noop("Group"),
    # Lists that were taken away as files.
    "causes": gettext_noop("Failures by cause"),
    "conflicts": gettext_noop("Conflicts"),
    "locks": gettext_noop("Locks"),
    "needs": gettext_noop("What we need from you"),
    "workers": gettext_noop("Workers"),
}
TABLES = {name.lower(): words for name, words in TARGETS.items()}  # a list is named by its table


def target_in_words(target_type: str) -> str:
    words = TARGETS.get(target_type) or TABLES.get(target_type)
    return gettext(words) if words else kind_in_words(target_type)


def needs_in_words(target_id: str) -> str:
    """The kinds of what was chosen in the list of what needs a person; any other id stays as it is."""
    kinds = target_id.split(", ")
    return ", ".join(str(NeedKind(kind).label) for kind in kinds) if set(kinds) <= set(NeedKind.values) else target_id
