"""What a file is decides its bytes, from the CRM to xAI."""

from __future__ import annotations

import pytest
import requests
from django.conf import settings

from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from syncapp.models import Record, Status
from tests.integration.flows.test_documents import synced
from tests.world import World

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def at_xai(world: World, document: str) -> tuple[str, bytes]:
    (found,) = [each for each in world.sandbox.state("xai")["files"] if each["id"] == world.crm(document)["xaiId"]]
    config = settings.CONFIG
    answer = requests.get(
        f"{config.XAI_API_BASE_URL}/v1/files/{found['id']}/content",
        headers={"Authorization": f"Bearer {config.XAI_API_KEY}"},
        timeout=10,
    )
    assert answer.status_code == 200
    return found["filename"], answer.content


@pytest.mark.parametrize(
    ("name", "raw", "ending", "sent"),
    [
        ("Klage vom 12.03.2026", PDF, ".pdf", PDF),
        ("Anlage K1.1", PDF, ".pdf", PDF),
        ("VERTRAG.TXT", "Müller, § 4".encode("cp1252"), ".txt", "Müller, § 4".encode()),
        ("vermerk.txt", "Müller".encode("utf-16"), ".txt", "Müller".encode()),
        # Endings of texts that xAI does not know.
        ("Anrufe.log", b"10:00 Anruf", ".txt", b"10:00 Anruf"),
        ("Notiz.text", b"Notiz", ".txt", b"Notiz"),
        ("Liste.tsv", b"a\tb", ".txt", b"a\tb"),
        ("Lies mich.markdown", b"# Lies", ".md", b"# Lies"),
        # What it says of its encoding becomes true with it.
        (
            "beA.xml",
            "<?xml version='1.0' encoding='ISO-8859-15'?><a>Müller, 5 €</a>".encode("iso-8859-15"),
            ".xml",
            "<?xml version='1.0' encoding='UTF-8'?><a>Müller, 5 €</a>".encode(),
        ),
    ],
)
def test_it_goes_there_as_what_it_is(world: World, name: str, raw: bytes, ending: str, sent: bytes) -> None:
    document = synced(world, world.parent(), content=raw, file_name=name)
    filename, content = at_xai(world, document)
    assert filename.endswith(ending)
    assert content == sent
    assert world.record(document).status == Status.IN_SYNC


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("Foto.pdf", b"\x89PNG\r\n\x1a\n\0\0", "unsupported_type"),
        ("Nachricht.eml", b"From: a@w.example\nMessage-ID: <1@w.example>\n\nGuten Tag", "mail_as_file"),
    ],
)
def test_what_can_not_be_searched_is_told_once_and_not_fetched_again(
    world: World, name: str, raw: bytes, reason: str
) -> None:
    document = synced(world, world.parent(), content=raw, file_name=name)
    assert (world.record(document).status, world.record(document).reason) == (Status.SKIPPED, reason)
    assert world.files() == {}
    before = world.mark()
    world.event(document, full=True)
    world.drive()
    assert not [call for call in world.sandbox.calls(since=before) if "Attachment" in call["path"]]


def test_what_was_judged_by_its_name_is_judged_again_by_the_nightly_comparison(world: World) -> None:
    document = synced(world, world.parent(), content=PDF, file_name="Klage vom 12.03.2026")
    attachment = world.crm(document)["dokumentId"]
    Record.objects.filter(entity_id=document).update(
        status=Status.SKIPPED, reason="unsupported_type", agreed={"unfit": [attachment, "unsupported_type"]}
    )
    world.sandbox.update("CDokumente", document, {"xaiSyncStatus": "no_sync", "xaiCollections": []}, silent=True)
    scans.run(EVERYTHING)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert world.crm(document)["xaiSyncStatus"] == "clean"
