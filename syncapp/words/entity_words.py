"""Kinds of entities as staff call them. What EspoCRM calls them is shown where the hub knows no better word."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from syncapp.clients.espocrm import FIELDS

KINDS = {
    FIELDS.document_entity: gettext_noop("Document"),
    FIELDS.party_entity: gettext_noop("Party"),
    FIELDS.bank_entity: gettext_noop("Bank account"),
    "Raeumungsklage": gettext_noop("Eviction case"),
    "CAdvowareAkten": gettext_noop("Matter"),
    "Account": gettext_noop("Company"),
    "Contact": gettext_noop("Contact"),
}


def kind_in_words(entity_type: str) -> str:
    return gettext(KINDS[entity_type]) if entity_type in KINDS else entity_type
