"""No page speaks of what only programmers know: names of steps, codes of states, words with underscores."""

from __future__ import annotations

import html
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from bitbylaw.config import Config
from syncapp.events import registry
from syncapp.management import crm_needs
from syncapp.models import JournalEntry, Lock, StaffAction
from syncapp.templatetags import hub
from syncapp.words.field_words import standing_in_words
from syncapp.words.webhook_words import TOLD
from tests import catalogue
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_pages import addresses

# For the person who looks after the hub, and marked as what it is: addresses, settings, a trace.
CODE = r"(?s)<(script|style|code|head)\b.*?</\1>"
ICONS = r"(?s)<span[^>]*material-symbols[^>]*>[^<]*</span>"
INTERNAL = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\b(?:un)?clean\b")
# Types of entities, of what is at xAI, names of systems.
TYPES = re.compile(r"\bC[A-Z][a-z]+\w*|\b(?:collection|file|espocrm|advoware)\b")
CRON = re.compile(r"(?:[0-9*][-0-9*/,]* ){4}[0-9*]")
# What staff did, by the names that the program has for it.
DONE = [
    ("Step", "document_sync"),
    ("System", "advoware"),
    ("Schedule", "hub.scan_changes"),
    ("Lock", "document_sync:CDokumente:1"),
    ("CDokumente", "1"),
    ("", "failure, conflict"),
    ("needs", ""),
]
SETTINGS = re.compile(rf"\b(?:{'|'.join(Config.model_fields)})\b|\bmanage\.py\b|\.env\b")
SHOWN_STATES = ("State of the sync", "State at xAI", "State of the file")


def words_of(page: str) -> list[str]:
    """What stands on it, piece by piece, without what is marked as code."""
    page = re.sub(ICONS, " ", re.sub(CODE, " ", page))
    return [text for piece in re.split(r"<[^>]+>", page) if (text := html.unescape(piece).strip())]


def internal(page: str) -> list[str]:
    return [piece for piece in words_of(page) if any(each.search(piece) for each in (INTERNAL, TYPES, CRON))]


def test_the_search_for_them_finds_them() -> None:
    page = "<p>calendar_push</p><code>fine_here</code><td>Calendar_push läuft</td><i>clean → unclean</i><b>CLEAN_UP</b>"
    assert internal(page) == ["calendar_push", "clean → unclean"]
    types = ["CBeteiligte", "collection", "7-59/15 * * * *", "advoware, google"]
    assert internal("".join(f"<td>{each}</td>" for each in types)) == types
    assert internal("<td>file_1</td><td>CRM</td><td>CSV</td><td>29.11.2026 4:30</td>") == []
    assert internal("<td>Bankverbindungen von bankverbindungen_of_party</td>") != []


def test_no_text_names_a_setting_or_a_command() -> None:
    """Assistants have never seen one. Where its name helps who looks after the hub, it stands beside, as what it is."""
    assert SETTINGS.search("check EMAIL_URL.")
    assert SETTINGS.search("see manage.py notify")
    texts = [text for entry in catalogue.read() for text in (entry.msgid, entry.msgid_plural, entry.msgstr)]
    assert [text for text in texts if SETTINGS.search(text)] == []


@pytest.mark.django_db
def test_no_page_of_an_assistant_shows_a_setting(login: Login) -> None:
    made, staff = rows.everything(), login("erika", rows.STAFF)
    shown = {each: staff.get(each) for each in sorted(addresses(made)) if "/state/" not in each}
    assert sum(answer.status_code == 200 for answer in shown.values()) > 30
    assert [each for each, answer in shown.items() if SETTINGS.search(answer.content.decode())] == []


@pytest.mark.django_db
def test_no_page_in_german_shows_one(login: Login) -> None:
    made = rows.everything()
    for spec in registry.runnable():
        kind = next(iter(sorted(registry.works_on(spec))), "CDokumente")
        row = rows.record(step=spec.name, entity_type=kind)
        Lock.objects.filter(key=made["record"].lock_key).update(key=row.lock_key)
    JournalEntry.objects.update(changes={"syncStatus": ["clean", "unclean"], "xaiSyncStatus": ["", "pending_sync"]})
    for path in (*settings.CONFIG.WEBHOOK_ENTITIES, "entity"):
        rows.message("quarantined", path=path, action="link" if path == "entity" else "update", rejected=[])
    for at, target in enumerate(("collection", "file", "CDokumente", "Kommunikation", "Termin (Google)")):
        rows.entry(made["record"], target_type=target, target_id=str(at), changes={"file": [None, "x"]})
    for target_type, target_id in DONE:
        StaffAction.objects.create(action="x", target_type=target_type, target_id=target_id, count=1)
    rows.attempt(made["record"], calls=[{"system": "advoware", "method": "GET", "path": "/", "status": 200, "ms": 1}])
    care = login("karl", rows.CARE, rows.PRIVACY)
    pages = {address for address in addresses(made) if "/state/" not in address}
    for address in sorted(pages | {reverse("admin:hub_needs")}):
        found = internal(care.get(address, headers={"accept-language": "de"}).content.decode())
        assert not found, (address, found)


def test_every_step_comparison_and_webhook_has_a_name_for_people() -> None:
    assert [spec.name for spec in registry.steps() if not spec.title] == []
    assert [each.name for each in registry.comparisons() if not each.title] == []
    for path in settings.CONFIG.WEBHOOK_ENTITIES:
        for action in TOLD:
            words = hub.webhook_words(rows.InboxMessage(path=path, action=action))
            assert path not in words.split(), words


def test_every_state_that_the_crm_is_shown_has_words() -> None:
    known = registry.fields() | {"syncStatus": "State of the sync"}
    shown = [
        (each.name, option)
        for need in crm_needs.everything(advoware=True)
        for each in need.fields
        if known.get(each.name) in SHOWN_STATES
        for option in each.options
    ]
    assert len(shown) > 10
    assert [pair for pair in shown if standing_in_words(*pair) is None] == []


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [("skipped", "task_open", "needs a person"), ("skipped", "no_parent", "nothing to do"), ("failed", "x", "failed")],
)
def test_what_waits_for_a_person_is_not_called_nothing_to_do(status: str, reason: str, words: str) -> None:
    with translation.override("en"):
        assert hub.standing(status, reason)[1] == words


@pytest.mark.django_db
def test_the_page_of_a_record_with_a_task_says_so_all_the_way_down(login: Login) -> None:
    waits = rows.party("skipped", reason="task_open")
    page = login("erika", rows.STAFF).get(reverse("admin:syncapp_record_change", args=[waits.pk])).content.decode()
    head = " ".join(words_of(page.partition('id="content-main"')[2])[:12])
    assert "needs a person" in head
    assert "All but what a person must do agrees." in head
    assert "othing is to be done" not in head
    assert "nothing to do" not in head


@pytest.mark.django_db
def test_the_number_of_a_task_says_what_it_is(login: Login) -> None:
    of = rows.record("skipped", step="calendar_employee", entity_type="Mitarbeiter", reason="task_open")
    rows.task(
        of, kind="calendar_gone", target_type="Kalender", system="google", target_id="x@group.calendar.google.com"
    )
    page = login("erika", rows.STAFF).get(reverse("admin:syncapp_task_changelist")).content.decode()
    assert "Number in Advoware" not in page
    assert "Calendar in Google" in page
