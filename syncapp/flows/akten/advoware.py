"""Advoware's Akten, to be found by number and by Aktenzeichen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings

from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.errors import EntityTypeUnknown, NotFound
from syncapp.clients.http.remembered import Remembered
from syncapp.flows.akten.mapping import canonical
from syncapp.flows.akten.plan import Akte

# Advoware can't be asked for an Aktenzeichen, only for the list of all. Many cases that are met at once share one; it
# is old before somebody who has mended an Akte there can be back in the hub.
FRESH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Listed:
    by_id: dict[str, Akte]
    by_reference: dict[str, tuple[Akte, ...]]


shared: Remembered[Listed] = Remembered()


class Akten:
    """`fresh`: read the list anew, for all. Every method raises what the client raises."""

    def __init__(self, client: AdvowareClient, *, fresh: bool = False) -> None:
        self._client = client
        self._listed = self._read() if fresh else None

    def numbered(self, akte_id: str) -> tuple[Akte, ...]:
        """None or one. What the list lacks may be there all the same (put away, perhaps), and where Akten can't be
        asked for singly it is in the list: only what neither shows is missing."""
        if self._listed is None or akte_id not in self._listed.by_id:
            try:
                found = self._client.matter(akte_id)
                return (Akte(found.id, found.reference),)
            except (NotFound, EntityTypeUnknown):
                pass
        found_there = self.listed.by_id.get(akte_id)
        return (found_there,) if found_there else ()

    def named(self, reference: str) -> tuple[Akte, ...]:
        """Those of a canonical Aktenzeichen, in the order of their numbers."""
        return self.listed.by_reference.get(reference, ()) if reference else ()

    @property
    def listed(self) -> Listed:
        if self._listed is None:
            self._listed = shared.get(_firm()) or self._read()
        return self._listed

    def _read(self) -> Listed:
        by_id = {matter.id: Akte(matter.id, matter.reference) for matter in self._client.matters()}
        by_reference: dict[str, list[Akte]] = defaultdict(list)
        for akte in sorted(by_id.values(), key=lambda each: (len(each.id), each.id)):
            by_reference[canonical(akte.reference)].append(akte)
        listed = Listed(by_id, {key: tuple(rows) for key, rows in by_reference.items()})
        shared.put(_firm(), listed, FRESH_SECONDS)
        return listed


def _firm() -> tuple[str, ...]:
    config = settings.CONFIG
    return (config.ADVOWARE_API_BASE_URL, config.ADVOWARE_KANZLEI, config.ADVOWARE_DATABASE)
