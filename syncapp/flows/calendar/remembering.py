"""What a link remembers of an appointment: before it is written what a side will have, and afterwards the agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from syncapp.flows.calendar import links, refusals
from syncapp.flows.calendar.agreement import to_json, to_store
from syncapp.flows.calendar.appointments import owners
from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, declared, said, span
from syncapp.flows.calendar.form import days_of, differing, form_of
from syncapp.flows.calendar.state import Item
from syncapp.flows.lens.agreement import settled
from syncapp.flows.lens.core import Raw
from syncapp.flows.lens.declaration import Outcome, Side, What
from syncapp.models import LinkState


def intend(item: Item, side: Side, zone: ZoneInfo, *, event_id: str = "") -> None:
    """Stored before the call: seeing it there is then no person's change."""
    link, merged = item.link, item.merged
    link.event_id = link.event_id or event_id
    if link.state == LinkState.AGREED:
        link.state = LinkState.NEW
    if item.pair.bases and item.both_shown:
        # What an earlier write told is known now, and would go with it when this one is noted in its place.
        link.agreed_advoware, link.agreed_google = to_store(item.pair.bases)
    put = {name: each.value for name, each in merged.outcomes.items() if side in each.to}
    if not item.raw(side):  # a new one will say the rest too, without being told
        put |= {name: each.of(side) for name, each in merged.outcomes.items() if each.what is What.AGREED}
    link.writing = {"side": "advoware" if side is ADVOWARE else "google", "put": to_json(put)}
    if side is GOOGLE:
        link.writing["stand"] = links.stand(merged.there, zone)
    link.changed_at = timezone.now()
    link.save()


def journalled(side: Side, before: Raw, after: Raw, zone: ZoneInfo) -> dict[str, list[Any]]:
    """What a write changes, for the journal."""
    one, other = (form_of(said(declared(zone), side, raw), zone) if raw else {} for raw in (before, after))
    return differing(one, other)


def _with_made(item: Item) -> Mapping[str, Outcome[Any]]:
    """What is made is given all it holds, and may keep less of it than it was given, or than it held before."""
    outcomes = item.decision.outcomes
    for side in (each for each in item.now if not item.raw(each)):
        outcomes = {
            name: replace(each, to=(*each.to, side), value=each.of(side)) if each.what is What.AGREED else each
            for name, each in outcomes.items()
        }
    return outcomes


def remember(item: Item, zone: ZoneInfo) -> None:
    """On its link: what was compared, and what was written on the sides that `item.now` names."""
    link, outcomes = item.link, _with_made(item)
    here, there = (item.now.get(side) or item.raw(side) for side in Side)
    to_be_put = {name for name, each in outcomes.items() if each.what is What.PUT and not set(each.to) <= set(item.now)}
    fields = [each for each in declared(zone) if each.name in outcomes and each.name not in to_be_put]
    bases = dict(settled(fields, outcomes, item.pair.bases, here, there).bases)
    for each in fields:
        if outcomes[each.name].what is What.PUT and GOOGLE in outcomes[each.name].to:
            # Google answers with what became of our write; nobody can have come in between.
            bases[each.name] = replace(bases[each.name], there=each.there.get(there))
    link.agreed_advoware, link.agreed_google = to_store(bases) if bases else (None, None)
    link.writing, link.refused = {}, refusals.stored(item)
    if item.now.get(ADVOWARE) or item.raw(ADVOWARE):
        link.owners = owners(here)
    if not to_be_put:
        link.state = LinkState.BY_HAND if item.decision.left_open else LinkState.AGREED
        link.reason, link.detail = "", item.decision.detail[:300]
    when = span(declared(zone), ADVOWARE, here)
    link.first_day, link.last_day = days_of(when, zone) if when else (None, None)
    link.changed_at = timezone.now()
