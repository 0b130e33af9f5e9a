"""What staff did stands there in words: who, what, to what, and its details, which are stored as codes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

import syncapp
from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.admin.kit.recording import ACTIONS
from syncapp.admin.people.details import READ, detail_in_words
from syncapp.events import registry
from syncapp.models import NeedKind, StaffAction, SystemName, TaskKind
from syncapp.words.reason_words import reasons
from tests.integration.admin import rows
from tests.integration.admin.test_no_internal_names import INTERNAL, TYPES

pytestmark = pytest.mark.django_db


def said(action: str, detail: str, language: str = "de", **columns: Any) -> str:
    with translation.override(language):
        return detail_in_words(StaffAction(action=action, detail=detail, **columns))


def code(words: str) -> list[str]:
    words = re.sub(r"manage\.py \w+", "", words)  # for whoever looks after the hub
    found = [each.pattern for each in (INTERNAL, TYPES) if each.search(words)]
    return found + [sign for sign in ("=", "&") if sign in words]


def choices() -> Iterator[tuple[str, str]]:
    """Each choice of each filter of each list."""
    for model, declared in admin.site._registry.items():
        if isinstance(declared, ReadOnlyAdmin):
            for each in declared.list_filter:
                for value, _words in each.lookups(each, None, declared):
                    yield str(model._meta.model_name), f"{each.parameter_name}={value}"
    yield from (("needs", f"kind={kind}") for kind in NeedKind.values)
    yield from (("needs", detail) for detail in ("person=me", "person=nobody", "state=resting", "state=given_up"))


def test_no_filter_is_told_as_code() -> None:
    rows.everything()
    told = [(each, said("export_list", each[1], target_type=each[0])) for each in choices()]
    assert len(told) > 150
    assert [each for each in told if code(each[1]) or ": " not in each[1]] == []


def test_no_step_reason_or_task_is_told_as_code() -> None:
    for spec in registry.runnable():
        for kind in registry.works_on(spec):
            words = said("look", spec.name), said("retry", f"{spec.name} {kind} 65f0")
            assert [each for each in words if code(each)] == []
        told = [said("retry_cause", f"{spec.name} {system} x-y") for system in ("", *SystemName.values)]
        assert [each for each in told if code(each)] == []
    for reason, words in reasons().items():
        told = [said("retry_cause", f"document_sync {system} {reason}") for system in ("", "xai")]
        assert [each for each in told if code(each) or reason in each.split()] == [], words
    assert [kind for kind in TaskKind.values if code(said("close_task", kind))] == []
    assert [each.name for each in registry.comparisons() if code(said("confirm_scan", each.name))] == []


@pytest.mark.parametrize(
    ("action", "columns", "detail", "words"),
    [
        ("retry_matching", {}, "reason=rejected&status=failed", "Grund: Das andere System hat"),
        ("retry_matching", {}, "q=Wendland&since=24&p=2", "Seit: letzte 24 Stunden"),
        ("export_list", {"target_type": "needs"}, "kind=failure&since=2026-11-02", "Art: Fehler, Seit: 02.11.2026"),
        ("export_list", {"target_type": "record"}, "gone=x", "Gone: x"),
        ("retry_cause", {}, "document_sync xai rejected", "Dokumente · xAI · xAI hat die Daten abgelehnt."),
        ("retry_cause", {}, "document_sync  unexpected", "Dokumente · "),
        ("retry", {}, "document_sync CDokumente 65f0", "Dokumente: Dokument 65f0"),
        ("retry", {"via": "api"}, "Time recording", "Time recording"),
        ("preview", {"count": 0}, "KeyError document_sync CDokumente 65f0", "Dokument 65f0 (abgebrochen: KeyError)"),
        ("discard", {}, "an old draft", "an old draft"),
        ("retry_matching", {"via": "command"}, "root: document_sync rejected 7d", "root: Dokumente · Das andere"),
        ("look", {"via": "command"}, "root: document_sync", "root: Dokumente"),
        ("sync_calendar", {"via": "command"}, "root: SB --full", "root: SB (alles von vorn)"),
        ("remove_event", {"via": "command"}, "root: 3 found", "root: 3 gefunden"),
        ("register_webhooks", {"via": "command"}, "root: 1 missing", "root: 1 fehlte"),
        ("release_lock", {"via": "command"}, "root", "root"),
        ("delete_orphan", {}, "xai file file_1", "xAI: Datei file_1"),
        ("decide_alike", {}, "4711: none, evt1: 4712", "4711: keiner davon, evt1: 4712"),
        ("calendar_off", {}, "enabled=False", ""),
        ("calendar_contents", {}, "full_content=True", "alle Inhalte werden gezeigt"),
        ("reprocess", {}, "not valid JSON", "Er ist abgeschnitten oder kein JSON"),
    ],
)
def test_details_in_words(action: str, columns: dict[str, Any], detail: str, words: str) -> None:
    told = said(action, detail, **columns)
    assert told.startswith(words) or told.endswith(words), told
    assert bool(words) or told == ""
    assert "Wendland" not in told


def test_the_page_and_the_file_have_the_words_and_the_table_what_was_stored(care: Client) -> None:
    detail = "status=failed&system=xai"
    for via in ("admin", "api"):
        StaffAction.objects.create(action="export_list", target_type="record", detail=detail, via=via)
    StaffAction.objects.create(action="look", target_type="CDokumente", detail="root: document_sync", via="command")
    address = reverse("admin:syncapp_staffaction_changelist")
    page = care.get(address, headers={"accept-language": "de"}).content.decode()
    assert page.count("Zustand: fehlgeschlagen, System: xAI") == 2
    assert escape(detail) not in page
    assert [words in page for words in ("per Befehl", "ein anderes Programm", "root: Dokumente")] == [True] * 3
    file = b"".join(care.get(f"{address}?as=csv", headers={"accept-language": "de"}).streaming_content)  # type: ignore[attr-defined]
    assert b"System: xAI" in file
    assert StaffAction.objects.filter(detail=detail).count() == 2


def test_what_was_searched_for_is_not_on_record(staff: Client) -> None:
    rows.record()
    staff.post(f"{reverse('admin:hub_retry_matching')}?status=failed&q=Wendland&p=2", {"sure": "yes"})
    assert StaffAction.objects.get().detail == "status=failed"


def recorded_names() -> Iterator[str]:
    """Names of actions as the program's own text has them, wherever something is put on record."""
    for path in Path(syncapp.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "recorded":
                first = next(each for each in node.args if getattr(each, "id", "") != "request")
                if isinstance(first, ast.Constant):
                    yield str(first.value)
                elif isinstance(first, ast.IfExp):
                    yield from (
                        str(each.value) for each in (first.body, first.orelse) if isinstance(each, ast.Constant)
                    )


def test_everything_that_is_put_on_record_has_words() -> None:
    names = set(recorded_names())
    assert len(names) > 25
    assert sorted(names - set(ACTIONS)) == []
    assert sorted(set(READ) - set(ACTIONS)) == []
