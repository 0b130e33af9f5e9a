"""A firm whose EspoCRM calls things otherwise than the hub does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from syncapp.clients.espocrm import EspoClient
from tests import world
from tests.world import World, configured

ENTITIES = {
    "CDokumente": "Schriftstueck",
    "CBeteiligte": "Person",
    "CBankverbindungen": "Konto",
    "Raeumungsklage": "Verfahren",
    "Account": "Kunde",
}
FIELDS = {
    "CDokumente.dokument": "datei",
    "CDokumente.xaiId": "kiDatei",
    "CDokumente.xaiCollections": "kiSammlungen",
    "CDokumente.xaiSyncedHash": "kiPruefsumme",
    "CDokumente.xaiSyncStatus": "kiStand",
    "CDokumente.syncStatus": "xaiSyncStatus",  # one of our names, with another meaning there
    "CDokumente.raeumungsklages": "verfahren",
    "Raeumungsklage.cDokumentes": "schriftstuecke",
    "Raeumungsklage.xaiCollectionId": "kiSammlung",
    "CBeteiligte.xaiCollectionId": "kiSammlung",
    "CBeteiligte.betnr": "nummer",
    "CBeteiligte.syncStatus": "abgleich",
    "CBeteiligte.firstName": "rufname",
    "CBeteiligte.cBankverbindungens": "konten",
    "CBankverbindungen.beteiligte": "person",
    "CBankverbindungen.iban": "kontonummer",
    "CBankverbindungen.advowareKontoId": "fremdeNummer",
}
# Links are found in the metadata, so nobody has to name them.
NAMED = {name: new for name, new in FIELDS.items() if new not in ("verfahren", "schriftstuecke", "konten")}


@contextmanager
def firm() -> Iterator[World]:
    with world.world() as there, configured(ESPOCRM_ENTITIES=ENTITIES, ESPOCRM_FIELDS=NAMED):
        there.sandbox.settings(espocrm_renamed=ENTITIES | FIELDS)
        EspoClient.metadata_cache.clear()
        yield there
        EspoClient.metadata_cache.clear()
