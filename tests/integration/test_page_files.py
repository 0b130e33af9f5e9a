"""The files that pages are made with: whether they were collected is checked, and who asks without them is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import StaticFilesStorage, staticfiles_storage
from django.core.management import call_command
from django.test import Client, override_settings
from structlog.testing import capture_logs

from syncapp.checks import check_pages, files

AS_IN_REAL_USE = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Where files are collected, as in real use; empty."""
    settings.STORAGES = settings.STORAGES | AS_IN_REAL_USE
    settings.STATIC_ROOT = tmp_path
    return tmp_path


def faults() -> list[str | None]:
    return [fault.id for fault in check_pages()]


def test_files_that_were_not_collected_are_told_with_the_remedy(folder: Path) -> None:
    (fault,) = check_pages()
    assert fault.id == "hub.W097"
    assert "collectstatic" in (fault.hint or "")


def test_collected_ones_are_all_right_until_one_is_of_another_version_or_gone(folder: Path) -> None:
    finder = "django.contrib.staticfiles.finders.FileSystemFinder"
    with override_settings(STATICFILES_FINDERS=[finder], STATICFILES_DIRS=[files.OF_PAGES]):
        call_command("collectstatic", interactive=False, verbosity=0)
    staticfiles_storage._wrapped.hashed_files = staticfiles_storage.load_manifest()[0]  # type: ignore[attr-defined]
    assert faults() == []
    script = folder / "syncapp" / "hub.js"
    script.write_bytes(script.read_bytes() + b"\n")
    assert faults() == ["hub.W097"]
    script.unlink()
    assert faults() == ["hub.W097"]


def test_nothing_is_to_be_collected_while_they_are_served_from_where_they_lie() -> None:
    assert list(files.of_pages(StaticFilesStorage())) == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/nowhere"])
def test_who_asks_without_them_reads_a_sentence_and_the_log_has_the_remedy(path: str, folder: Path) -> None:
    client = Client(raise_request_exception=False, headers={"Accept": "text/html", "Accept-Language": "de"})
    with capture_logs() as lines:
        answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert "Hub-Betreuung" in answer.content.decode()
    assert [line["remedy"] for line in lines if line["event"] == "pages.without_files"]
