"""The hub's own API: who gets in, what is told, what a retry does, and that nothing of clients is ever in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from syncapp.engine.runs import switches
from syncapp.models import (
    Conflict,
    ProxyCall,
    ProxyKey,
    Record,
    Reference,
    StaffAction,
    Status,
    System,
    Task,
    TaskKind,
)
from syncapp.proxy import quota
from tests.integration.admin import rows
from tests.world import World, configured

pytestmark = pytest.mark.django_db
DOCUMENT, PARTY = "CDokumente", "CBeteiligte"
Ask = Callable[..., Any]


@pytest.fixture
def ask() -> Ask:
    """GET, or POST where it ends with a verb; with the key of a program that may act, unless another is given."""
    client, (_row, secret) = Client(), ProxyKey.issue("Document button", uses_proxy=False, hub="act", per_minute=10_000)

    def do(path: str, key: str | None = secret, language: str = "en", **query: Any) -> Any:
        headers = {"accept-language": language, **({"X-Api-Key": key} if key else {})}
        if path.endswith(("/sync", "/retry")):
            return client.post(f"/api/v1/{path}", query_params=query, headers=headers)
        return client.get(f"/api/v1/{path}", query, headers=headers)

    return do


def with_task(record: Record, **columns: Any) -> Task:
    given = {"kind": TaskKind.VALUE_BY_HAND, "system": "advoware", "opened_at": timezone.now(), "digest": "d"}
    facts = [{"field": "vorname", "now": "Wendland", "wanted": "Jörn"}]
    return Task.objects.create(record=record, facts=facts, target_id="4711", **given | columns)


def with_conflict(record: Record, field: str = "vorname") -> Conflict:
    sides = {"here": "Wendland", "there": "Jörn", "here_system": "espocrm", "there_system": "advoware"}
    return Conflict.objects.create(record=record, field=field, opened_at=timezone.now(), **sides)


# who may


@pytest.mark.parametrize(
    ("rights", "path", "status"),
    [
        ({}, "open", 403),  # a key of the proxy, as there were before
        ({"may_write": True}, "entities/CDokumente/1/sync", 403),
        ({"hub": "read"}, "open", 200),
        ({"hub": "read"}, "entities/CDokumente/1/sync", 403),
        ({"hub": "read"}, "entities/CDokumente/1/retry", 403),
        ({"hub": "read"}, "records/1/retry", 403),
        ({"hub": "act"}, "entities/CDokumente/1/sync", 202),
    ],
)
def test_a_key_may_what_it_was_given(rights: dict[str, Any], path: str, status: int, ask: Ask) -> None:
    row, secret = ProxyKey.issue("Other", **rights)
    assert ask(path, key=secret).status_code == status
    call = ProxyCall.objects.get()
    assert (call.key, call.status) == (row, status)
    assert Record.objects.exists() == (status == 202)


def test_a_key_for_the_hub_reaches_nothing_of_advoware(client: Client) -> None:
    _row, secret = ProxyKey.issue("Button", uses_proxy=False, hub="act", may_write=True)
    for call in (
        client.get("/advoware/proxy?endpoint=advonet/Akten", headers={"X-Api-Key": secret}),
        client.post("/advoware/calendar/sync", headers={"X-Api-Key": secret}),
    ):
        assert (call.status_code, call.json()) == (403, {"error": "This key is not for the proxy."})


def test_strangers_and_revoked_keys_stay_outside(ask: Ask) -> None:
    _row, revoked = ProxyKey.issue("Gone", hub="act", revoked_at=timezone.now())
    for key, code in ((None, "no_key"), ("bbl_" + "x" * 43, "unknown_key"), (revoked, "revoked_key")):
        answer = ask("open", key=key)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer["WWW-Authenticate"] == "Bearer"


def test_too_many_calls_are_told_when_to_come_back(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota.time, "time", lambda: 6_000_000.0 + 45)
    _row, secret = ProxyKey.issue("Loop", hub="read", per_minute=2)
    told = [ask("open", key=secret) for _ in range(4)]
    assert [each.status_code for each in told] == [200, 200, 429, 429]
    assert (told[2].json()["code"], told[2]["Retry-After"]) == ("too_many", "15")


def test_a_staff_login_is_no_key(admin_client: Client) -> None:
    assert admin_client.get("/api/v1/open").status_code == 401


# how an entity stands


def test_an_entity_with_all_its_steps(ask: Ask) -> None:
    settled = timezone.now() - timedelta(days=1)
    party = rows.record(Status.IN_SYNC, step="beteiligte_sync", entity_type=PARTY, entity_id="b1", settled_at=settled)
    rows.record(Status.FAILED, step="address_look", entity_type=PARTY, entity_id="b1", system="advoware")
    rows.record(Status.FAILED, entity_id="somebody-else")
    with_task(party)
    with_task(party, key="2")
    with_task(party, key="3", state="closed", closed_at=settled)
    with_conflict(party)
    Reference.objects.create(entity_type=PARTY, entity_id="b1", system="advoware", kind="party", remote_id="4711")
    told = ask(f"entities/{PARTY}/b1").json()
    assert (told["entity_type"], told["entity_id"], told["status"]) == (PARTY, "b1", "failed")
    assert told["references"] == [{"system": "advoware", "kind": "party", "id": "4711", "inside": ""}]
    failed, agreed = told["steps"]
    assert (failed["step"], failed["reason"], failed["needs_a_person"]) == ("address_look", "rejected", True)
    assert "Advoware refused the data" in failed["reason_words"]
    assert (agreed["status"], agreed["reason"], agreed["needs_a_person"]) == ("in_sync", "task_open", True)
    assert agreed["last_agreement"] == settled.isoformat().replace("+00:00", "Z")
    assert agreed["tasks"] == [
        {"kind": "value_by_hand", "words": "Value must be transferred by hand", "system": "advoware", "count": 2}
    ]
    assert (agreed["conflicts"], agreed["record"]) == (1, party.pk)


def test_words_come_in_the_language_of_the_caller(ask: Ask) -> None:
    rows.record(Status.FAILED, entity_id="d1", system="advoware")
    german, english = (ask(f"entities/{DOCUMENT}/d1", language=each).json()["steps"][0] for each in ("de", "en-GB"))
    assert (german["reason"], german["status"]) == (english["reason"], english["status"])
    assert "Advoware hat die Daten abgelehnt" in german["reason_words"]
    assert (german["status_words"], english["status_words"]) == ("fehlgeschlagen", "failed")
    assert ask("open", language="fr").status_code == 200


def test_nothing_of_clients_and_of_staff_is_told(ask: Ask) -> None:
    record = rows.record(
        Status.SKIPPED, step="bankverbindungen_sync", entity_type="CBankverbindungen", entity_id="k1",
        reason="discarded", detail="Wendland ist tot (karl)", agreed={"name": "Wendland"},
    )  # fmt: skip
    with_task(record)
    with_conflict(record)
    account = {"entity_type": "CBankverbindungen", "entity_id": "k1", "system": "advoware", "kind": "bank_account"}
    iban = "DE89370400440532013000"
    Reference.objects.create(**account, remote_id=iban, container_id="7")
    Reference.objects.create(**account, remote_id="55", container_id="7", data={"iban": iban})
    for path in ("entities/CBankverbindungen/k1", f"records/{record.pk}", "open"):
        said = ask(path).content.decode()
        assert str(record.pk) in said
        for word in ("Wendland", "Jörn", "J\\u00f6rn", "karl", iban):
            assert word not in said, (path, word)
    assert [each["id"] for each in ask("entities/CBankverbindungen/k1").json()["references"]] == ["55"]


def test_types_as_the_crm_calls_them(ask: Ask) -> None:
    rows.record(Status.FAILED, entity_id="d1")
    with configured(ESPOCRM_ENTITIES={DOCUMENT: "CSchriftstueck"}):
        told = ask("entities/CSchriftstueck/d1").json()
        assert (told["entity_type"], told["steps"][0]["entity_type"]) == ("CSchriftstueck", "CSchriftstueck")
        assert "CSchriftstueck" in ask("entities/CUnknown/d1").json()["error"]


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        ("entities/CUnknown/1", 404, "unknown_entity", "works on no entities of this type"),
        ("entities/CUnknown/1/sync", 404, "unknown_entity", "CDokumente"),
        ("entities/Mitarbeiter/SB/sync", 404, "unknown_entity", "no entities of EspoCRM"),
        ("entities/Mitarbeiter/SB", 404, "unknown_entity", "no entities of EspoCRM"),
        ("entities/CDokumente/1", 404, "unknown_entity", "nothing about it was reported"),
        ("entities/CDokumente/1/retry", 404, "unknown_entity", "nothing about it was reported"),
        ("records/999", 404, "unknown_entity", "no record of this number"),
        ("records/999/retry", 404, "unknown_entity", "no record of this number"),
        ("records/x", 400, "bad_question", "digits only"),
        ("records/1234567890123456789", 400, "bad_question", "digits only"),
        ("records/\u0663", 400, "bad_question", "digits only"),
        ("entities/C-Dok/1", 400, "bad_question", "entity type"),
        ("entities/CDokumente/Wendland, Jörn", 400, "bad_question", "An id has"),
        ("entities/CDokumente/" + "1" * 65, 400, "bad_question", "An id has"),
    ],
)
def test_what_is_wrong_is_said(path: str, status: int, code: str, words: str, ask: Ask) -> None:
    answer = ask(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["error"]
    assert not Record.objects.exists()
    assert not StaffAction.objects.exists()
    assert "Wendland" not in ProxyCall.objects.get().path + answer.content.decode()


def test_another_method_is_told_which(ask: Ask, client: Client) -> None:
    _row, secret = ProxyKey.issue("Other", hub="act")
    for method, path, right in (("post", "open", "GET"), ("get", "records/1/retry", "POST"), ("delete", "open", "GET")):
        answer = getattr(client, method)(f"/api/v1/{path}", headers={"X-Api-Key": secret})
        assert (answer.status_code, answer["Allow"]) == (405, right)


# retry and sync now


def test_a_sync_asks_every_step_of_the_type_once_however_often(ask: Ask) -> None:
    first = ask(f"entities/{PARTY}/b1/sync")
    assert first.status_code == 202
    steps = {each["step"] for each in first.json()["asked"]}
    assert {"beteiligte_sync", "bankverbindungen_of_party", "collection_sync"} == steps
    assert ask(f"entities/{PARTY}/b1/sync").json()["asked"] == first.json()["asked"]
    found = Record.objects.filter(entity_type=PARTY, entity_id="b1")
    assert {row.step for row in found} == steps
    assert {(row.status, row.urgency, row.requested) for row in found} == {("waiting", 0, 2)}
    action = StaffAction.objects.order_by("pk")[0]
    assert (action.action, action.target_type, action.target_id) == ("sync_now", PARTY, "b1")
    assert (action.via, action.detail, action.count) == ("api", "Document button", len(steps))
    assert ProxyCall.objects.order_by("pk")[0].path == f"/api/v1/entities/{PARTY}/b1/sync"
    assert ask(f"entities/{PARTY}/b1").json()["status"] == "waiting"


def test_a_retry_moves_what_failed_and_nothing_else(ask: Ask) -> None:
    failed = rows.record(Status.FAILED, step="beteiligte_sync", entity_type=PARTY, entity_id="b1")
    good = rows.record(Status.IN_SYNC, step="address_look", entity_type=PARTY, entity_id="b1")
    answer = ask(f"entities/{PARTY}/b1/retry")
    assert (answer.status_code, answer.json()["asked"]) == (202, [{"record": failed.pk, "step": "beteiligte_sync"}])
    failed.refresh_from_db()
    good.refresh_from_db()
    assert (failed.status, failed.attempts, good.status) == ("waiting", 0, "in_sync")
    again = ask(f"entities/{PARTY}/b1/retry")
    assert (again.status_code, again.json()["asked"]) == (200, [])
    assert StaffAction.objects.count() == 1


def test_a_retry_of_one_record(ask: Ask) -> None:
    failed, other = rows.record(Status.FAILED), rows.record(Status.FAILED)
    assert ask(f"records/{failed.pk}/retry").status_code == 202
    assert ask(f"records/{failed.pk}").json()["status"] == "waiting"
    assert ask(f"records/{other.pk}").json()["status"] == "failed"
    action = StaffAction.objects.get()
    assert (action.action, action.target_type, action.target_id) == ("retry", "Record", str(failed.pk))


def test_a_conflict_is_for_a_person(ask: Ask) -> None:
    record = rows.record(Status.CONFLICT, reason="both_changed")
    for path in (f"records/{record.pk}/retry", f"entities/{DOCUMENT}/{record.entity_id}/retry"):
        answer = ask(path)
        assert (answer.status_code, answer.json()["code"]) == (409, "for_a_person")
    record.refresh_from_db()
    assert record.status == "conflict"


@pytest.mark.parametrize("how", ["step", "system", "observe", "all observe"])
def test_what_is_held_back_is_told_and_nothing_is_left(how: str, ask: Ask) -> None:
    record = rows.record(Status.FAILED)
    if how == "step":
        switches.set_paused("document_sync", True)
    elif how == "system":
        System.objects.create(name="xai", paused=True)
    elif how == "observe":
        switches.set_observing("document_sync", True)
    with configured(OBSERVE_ONLY=how == "all observe"):
        for path in (f"records/{record.pk}/retry", f"entities/{DOCUMENT}/{record.entity_id}/retry"):
            answer = ask(path, language="de")
            assert (answer.status_code, answer.json()["code"]) == (409, "held_back")
        told = ask(f"records/{record.pk}").json()["held_back"]
    assert told["code"] == {"step": "step_paused", "system": "system_paused"}.get(how, "observe")
    record.refresh_from_db()
    assert (record.status, record.requested) == ("failed", 1)
    assert not StaffAction.objects.exists()


def test_what_is_partly_held_back_is_partly_done(ask: Ask) -> None:
    switches.set_paused("collection_sync", True)
    told = ask(f"entities/{PARTY}/b1/sync").json()
    assert [each["step"] for each in told["held_back"]] == ["collection_sync"]
    assert "beteiligte_sync" in {each["step"] for each in told["asked"]}
    assert not Record.objects.filter(step="collection_sync").exists()


# the button for EspoCRM

BUTTON = Path(settings.BASE_DIR) / "deploy" / "espocrm-button"
MODULE = BUTTON / "custom/Espo/Modules/BitByLaw"


def test_the_button_in_espocrm_asks_what_there_is(ask: Ask) -> None:
    """From its button to the hub: each part names the next one as that is called."""
    called = re.findall(r'"/api/v1/(.*?)"', (MODULE / "Api/PostSync.php").read_text())
    assert called == ["entities/$type/$id/sync"]
    assert ask(called[0].replace("$type", DOCUMENT).replace("$id", "d1")).status_code == 202
    (route,) = json.loads((MODULE / "Resources/routes.json").read_text())
    assert (route["method"], route["actionClassName"]) == ("post", "Espo\\Modules\\BitByLaw\\Api\\PostSync")
    script = (BUTTON / "client/custom/modules/bit-by-law/src/handlers/sync.js").read_text()
    assert route["route"] == "/BitByLaw/:entityType/:id/sync"
    assert "postRequest(`BitByLaw/${model.entityType}/${model.id}/sync`)" in script
    shown = [json.loads(path.read_text()) for path in sorted((MODULE / "Resources/metadata/clientDefs").glob("*.json"))]
    for definition in shown:
        button = definition["menu"]["detail"]["buttons"][1]
        assert f"define('{button['handler']}'" in script
        assert f"async {button['actionFunction']}()" in script
        for language in ("de_DE", "en_US"):
            texts = json.loads((MODULE / f"Resources/i18n/{language}/Global.json").read_text())
            assert button["label"] in texts["labels"]
            assert set(re.findall(r"translate\('(\w+)', 'messages'\)", script)) == set(texts["messages"])


def test_what_the_browser_gets_of_the_button_knows_no_key_and_no_hub() -> None:
    """All but the PHP: scripts, definitions and texts are sent to everybody who opens EspoCRM."""
    sent = [path for path in BUTTON.rglob("*") if path.is_file() and path.suffix != ".php"]
    assert len(sent) >= 6
    for path in sent:
        assert not re.search(r"https?://|X-Api-Key|bitByLawKey|bitByLawHub|bbl_", path.read_text()), path


# what is open


def test_what_is_open_page_by_page(ask: Ask) -> None:
    failed = [rows.record(Status.FAILED) for _ in range(5)]
    rows.record(Status.IN_SYNC)
    rows.record(Status.SKIPPED)
    rows.record(Status.WAITING)
    agreed, conflict = rows.record(Status.IN_SYNC), rows.record(Status.CONFLICT, reason="both_changed")
    held = rows.record(Status.WAITING, reason="paused")
    with_task(agreed)
    with_task(conflict)
    with_task(conflict, key="2")
    seen: list[tuple[int, list[str]]] = []
    cursor: str | None = None
    for _ in range(10):
        told = ask("open", limit=3, **({"cursor": cursor} if cursor else {})).json()
        assert len(told["items"]) <= 3
        seen += [(each["record"], each["open"]) for each in told["items"]]
        if (cursor := told["next"]) is None:
            break
    expected = [(row.pk, ["failed"]) for row in failed]
    expected += [(agreed.pk, ["task"]), (conflict.pk, ["conflict", "task"]), (held.pk, ["held"])]
    assert seen == expected


def test_what_is_open_filtered(ask: Ask) -> None:
    old = timezone.now() - timedelta(days=3)
    first = rows.record(Status.FAILED, changed_at=old)
    second = rows.record(Status.FAILED, step="beteiligte_sync", entity_type=PARTY, changed_at=timezone.now())
    third = rows.record(Status.IN_SYNC, changed_at=old)
    with_task(third, opened_at=timezone.now())

    def found(**query: Any) -> list[int]:
        return [each["record"] for each in ask("open", **query).json()["items"]]

    yesterday = timezone.now() - timedelta(days=1)
    assert found() == [first.pk, second.pk, third.pk]
    assert found(kind="task") == [third.pk]
    assert found(kind=["task", "failed"], step="document_sync") == [first.pk, third.pk]
    assert found(since=yesterday.isoformat()) == [second.pk, third.pk]
    assert found(since=f"{yesterday:%Y-%m-%d}") == [second.pk, third.pk]
    assert found(since=f"{yesterday:%Y-%m-%dT%H:%M:%SZ}", kind="failed") == [second.pk]
    assert found(kind="held") == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"kind": "Wendland"}, "failed, conflict, task, held"),
        ({"step": "Wendland"}, "document_sync"),
        ({"since": "yesterday"}, "since must be a time"),
        ({"since": "2026-02-31"}, "since must be a time"),
        ({"since": "0001-01-01T00:00:00+14:00"}, None),
        ({"since": "9999-12-31T23:59:59-14:00"}, None),
        ({"limit": "0"}, "1 to 200"),
        ({"limit": "201"}, "1 to 200"),
        ({"limit": "x"}, "1 to 200"),
        ({"cursor": "-1"}, "cursor must be"),
        ({"cursor": "9" * 30}, "cursor must be"),
        ({"Wendland": "1"}, "Known here: cursor, kind, limit, since, step"),
    ],
)
def test_questions_that_make_no_sense(query: dict[str, str], words: str | None, ask: Ask) -> None:
    answer = ask("open", **query)
    assert answer.status_code in ((200, 400) if words is None else (400,))
    if words:
        assert words in answer.json()["error"]
    assert "Wendland" not in answer.content.decode()


def test_it_costs_the_same_for_many(ask: Ask, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        with_task(rows.record(Status.FAILED, entity_id=f"d{number}"))
    ask("open")
    with django_assert_max_num_queries(16):
        assert len(ask("open").json()["items"]) == 50


def test_what_a_program_asks_for_is_done(world: World, ask: Ask) -> None:
    """A document that nobody reported, and one that failed, in the firm of the sandbox."""
    document = world.document(world.parent(), content=None)
    assert ask(f"entities/{DOCUMENT}/{document}").status_code == 404
    assert ask(f"entities/{DOCUMENT}/{document}/sync").status_code == 202
    world.drive()
    told = ask(f"entities/{DOCUMENT}/{document}").json()
    assert (told["status"], told["steps"][0]["reason"], told["references"]) == ("skipped", "no_file", [])
    world.sandbox.upload_file(document, "vertrag.txt", b"Vertrag")
    Record.objects.filter(entity_id=document).update(status=Status.FAILED, reason="rejected")
    assert ask(f"entities/{DOCUMENT}/{document}/retry").status_code == 202
    world.drive()
    told = ask(f"entities/{DOCUMENT}/{document}").json()
    assert (told["status"], told["needs_a_person"]) == ("in_sync", False)
    file_id = world.crm(document)["xaiId"]
    assert {each["id"] for each in told["references"]} == {file_id}
    assert ask("open").json() == {"items": [], "next": None}
