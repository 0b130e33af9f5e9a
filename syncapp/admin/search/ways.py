"""The ways from what was found to what belongs to it: a party's accounts, a case's Akte and documents, and back."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.kit.needs import Key, of_entities
from syncapp.admin.records.neighbours import beside
from syncapp.admin.search.cards import Found, Way
from syncapp.models import Record

SHOWN = 5  # of a card; its page shows more


def lead_on(found: Found) -> None:
    """To records of the hub; what it has none of has no page. A way to the same as another card is one too."""
    keys = list(found.cards)
    if not keys:
        return
    others = beside(keys)
    records = _records({other for some in others.values() for other in some})
    for key, card in found.cards.items():
        known = [other for other in others[key] if other in records]
        card.ways += [Way(_page(records[other]), *other) for other in known[:SHOWN]]
        if len(known) > SHOWN and card.address:
            card.ways.append(Way(f"{card.address}#neighbours", words=_("and more")))


def _records(keys: set[Key]) -> dict[Key, int]:
    rows = Record.objects.filter(of_entities(keys)).order_by("-pk")
    return {(kind, ident): pk for pk, kind, ident in rows.values_list("pk", "entity_type", "entity_id")}


def _page(pk: int) -> str:
    return reverse("admin:syncapp_record_change", args=[pk])
