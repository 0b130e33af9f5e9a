"""Kinds of entities as staff call them; where the hub has no better word, what EspoCRM calls them, as words."""

from __future__ import annotations

import re

from django.utils.translation import gettext, gettext_noop

from syncapp.clients.espocrm import FIELDS

KINDS = {
    FIELDS.document_entity: gettext_noop("Document"),
    FIELDS.party_entity: gettext_noop("Party"),
    FIELDS.bank_entity: gettext_noop("Bank account"),
    "Raeumungsklage": gettext_noop("Eviction case"),
    "CAdvowareAkten": gettext_noop("Matter"),
    "CAIKnowledge": gettext_noop("Knowledge base"),
    # EspoCRM's own.
    "Account": gettext_noop("Company"),
    "Contact": gettext_noop("Contact"),
    "Lead": gettext_noop("Prospect"),
    "Opportunity": gettext_noop("Opportunity"),
    "Case": gettext_noop("Case"),
    "Document": gettext_noop("Document"),
    "Meeting": gettext_noop("Meeting"),
    "Call": gettext_noop("Call"),
    "Task": gettext_noop("Task"),
    "User": gettext_noop("User"),
    "Email": gettext_noop("Email"),
    "Note": gettext_noop("Note"),
    # What only other systems have.
    "Akte": gettext_noop("Matter"),
    "Beteiligte": gettext_noop("Party"),
    "Mitarbeiter": gettext_noop("Employee"),
    "Kanzlei": gettext_noop("Law firm"),
}
# EspoCRM marks the types of an installation with a C before their name.
CUSTOM = re.compile(r"C(?=[A-ZÄÖÜ])")
WORDS = re.compile(r"[A-ZÄÖÜ]+(?![a-zäöüß])|[A-ZÄÖÜ]?[a-zäöüß]+|[0-9]+")


def kind_in_words(entity_type: str) -> str:
    return gettext(KINDS[entity_type]) if entity_type in KINDS else in_words(entity_type)


def in_words(entity_type: str) -> str:
    """`CMietminderungAnzeige`: Mietminderung Anzeige; what has no such form stays as it is."""
    words = WORDS.findall(CUSTOM.sub("", entity_type, count=1) if CUSTOM.match(entity_type) else entity_type)
    return " ".join(words) or entity_type
