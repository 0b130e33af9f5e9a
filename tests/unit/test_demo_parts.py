"""The demo's judgement of the result is worth something only if it notices what is wrong."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from syncapp.management.demo import addresses, findings, news, sandbox, words
from syncapp.management.demo.firm import Fate, Firm

CASE = {"id": "c1", "name": "Muster ./. Beispiel", "deleted": False, "status": "active", "xaiCollectionId": "col1"}


def document(**fields: Any) -> dict[str, Any]:
    return {
        "id": "d1", "name": "Vertrag", "deleted": False, "dokumentId": "a1", "dokumentName": "v.txt",
        "xaiSyncStatus": "clean", "xaiSyncError": "", "xaiId": "f1", "xaiSyncedHash": "md5", "xaiCollections": ["col1"],
    } | fields  # fmt: skip


def firm(
    row: dict[str, Any] | None = None,
    *,
    file: str = "v.txt",
    size: int = 5,
    linked: bool = True,
    status: str = "PROCESSED",
    sha: str = "sha",
) -> Firm:
    attached = [{"file_metadata": {"file_id": "f1", "hash": sha}, "status": f"DOCUMENT_STATUS_{status}"}]
    return Firm(
        {
            "records": {"CDokumente": [row or document()], "Raeumungsklage": [CASE], "CBeteiligte": [], "Account": []},
            "links": {"cDokumenteRaeumungsklage": [["d1", "c1"]] if linked else []},
            "attachments": [{"id": "a1", "name": file, "size": size, "md5": "md5", "sha256": "sha"}],
        },
        {
            "files": [{"id": "f1", "sha256": sha}],
            "collections": [
                {"collection_id": "col1", "collection_name": "Akte Muster ./. Beispiel", "documents": attached},
            ],
        },
    )  # fmt: skip


def test_agreement_is_recognised() -> None:
    assert all(line.right for line in findings.of_stock(firm()))


@pytest.mark.parametrize(
    "wrong",
    [
        firm(sha="other"),
        firm(status="FAILED"),
        firm(document(xaiSyncStatus="pending_sync")),
        firm(document(xaiCollections=[])),
        firm(document(xaiSyncedHash="old")),
        firm(document(xaiId=None)),
        firm(linked=False),
        firm(file="scan-unlesbar.pdf"),
    ],
    ids=[
        "other bytes",
        "not indexed",
        "not clean",
        "not told where",
        "old hash",
        "no file",
        "too much",
        "not rejected",
    ],
)
def test_disagreement_is_noticed(wrong: Firm) -> None:
    assert not all(line.right for line in findings.of_stock(wrong))


@pytest.mark.parametrize(
    ("given", "fate"),
    [
        (firm(), Fate.SEARCHABLE),
        (firm(size=0), Fate.LEFT_OUT),
        (firm(linked=False), Fate.LEFT_OUT),
        (firm(file="bild.PNG"), Fate.LEFT_OUT),
        (firm(document(dokumentId=None)), Fate.LEFT_OUT),
        (firm(file="Scan-Unlesbar.pdf"), Fate.REJECTED),
    ],
)
def test_what_a_person_would_expect(given: Firm, fate: Fate) -> None:
    assert given.fate(given.documents[0]) is fate


def test_left_out_without_a_reason_is_noticed() -> None:
    silent = firm(document(xaiSyncStatus="no_sync", xaiCollections=[]), size=0)
    assert not silent.settled(silent.documents[0])


def test_a_busy_port_that_was_asked_for_is_refused_and_another_one_taken_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(addresses.PortBusy, match=f"Port {port} can't be used"):
            addresses.choose(port, None)
        monkeypatch.setattr(addresses, "HUB_PORT", port)
        chosen = addresses.choose(None, None)
    assert chosen.hub_port not in (port, chosen.sandbox_port)


def test_without_the_sandboxs_packages_it_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "NEEDED", ("werkzeug", "no_such_package"))
    assert sandbox.refuse_without_sandbox() == (
        "The sandbox needs no_such_package, which a real installation does not have. "
        "Run `make demo`, or `pip install -r requirements/dev.txt` in this environment."
    )


def test_news_names_what_differs_and_nothing_else() -> None:
    before, now = news.look(firm(document(xaiSyncStatus="pending_sync"))), news.look(firm())
    assert news.between(before, now, words.of("en")) == ["Vertrag (v.txt): clean, 1 Collections"]
    assert news.between(now, {}, words.of("de")) == ["Vertrag: gelöscht"]
    assert news.between(now, now, words.of("de")) == []


@pytest.mark.parametrize(("shell", "language"), [("de_DE.UTF-8", "de"), ("C.UTF-8", "en"), ("", "en")])
def test_it_speaks_the_shells_language(monkeypatch: pytest.MonkeyPatch, shell: str, language: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", shell)
    assert words.of_this_shell() == language
