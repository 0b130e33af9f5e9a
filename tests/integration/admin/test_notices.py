"""The page of notifications: what somebody chooses holds, and what went wrong stands there."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import KnownTrouble, Notice, NoticeChoice, StaffAction
from syncapp.notify.recipients import of
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.mailbox import mailing
from tests.world import configured


def shown(client: Client, language: str = "en") -> str:
    return client.get(reverse("admin:hub_notices"), headers={"accept-language": language}).content.decode()


def chosen(client: Client, **fields: Any) -> Any:
    return client.post(reverse("admin:hub_notices"), fields)


def test_without_a_mail_server_the_page_says_whose_it_is_to_name_one(login: Login) -> None:
    erika, care = login("erika", rows.STAFF), login("karl", rows.CARE)
    assert "Es werden keine Mails gesendet" in shown(erika, "de")
    assert "sobald die Hub-Betreuung einen eingetragen hat" in shown(erika, "de")
    assert ["<code>EMAIL_URL</code>" in shown(each) for each in (erika, care)] == [False, True]


def test_a_login_without_address_is_told_so(login: Login) -> None:
    erika = login("erika", rows.STAFF)
    User.objects.update(email="")
    with mailing(2525):
        assert "Your login has no mail address" in shown(erika)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, ("one is away, or refuses", "eines ist weg oder lehnt")),
        (1, ("away for longer than 1 minute, or", "seit mehr als 1 Minute weg")),
        (45, ("away for longer than 45 minutes, or", "seit mehr als 45 Minuten weg")),
    ],
)
def test_the_choice_says_after_how_long_somebody_is_told(staff: Client, minutes: int, words: tuple[str, str]) -> None:
    with configured(ALERT_AWAY_MINUTES=minutes):
        pages = shown(staff), shown(staff, "de")
    assert [text in page for text, page in zip(words, pages, strict=True)] == [True, True]
    assert "15 Min" not in "".join(pages)
    assert "15 min" not in "".join(pages)


def test_a_choice_holds(login: Login) -> None:
    erika = login("erika", rows.STAFF)
    user = User.objects.get(username="erika")
    assert (of(user).kinds, of(user).digest) == (frozenset(), False)  # in no group of ALERT_GROUPS
    chosen(erika, kinds=["systems", "workers"], digest="on", quiet_from="20:00", quiet_until="07:00")
    mine = of(user)
    assert (mine.kinds, mine.digest, mine.quiet) == ({"systems", "workers"}, True, (time(20), time(7)))
    assert StaffAction.objects.get().action == "choose_notices"
    chosen(erika)
    assert (of(user).kinds, of(user).digest, of(user).quiet) == (frozenset(), False, None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"quiet_from": "20:00"}, "Quiet hours need a beginning and an end"),
        ({"quiet_until": "20:00"}, "Quiet hours need a beginning and an end"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "Enter a valid time"),
        ({"kinds": ["everything"]}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_and_not_kept(fields: dict[str, Any], words: str, login: Login) -> None:
    erika = login("erika", rows.STAFF)
    assert words in chosen(erika, **fields).content.decode()
    assert NoticeChoice.objects.count() == 0


def test_who_may_not_see_records_has_no_such_page(login: Login) -> None:
    assert login("nobody").get(reverse("admin:hub_notices")).status_code == 403


def test_what_could_not_be_sent_stands_there_for_who_looks_after_the_hub(login: Login) -> None:
    care, erika = login("karl", rows.CARE), login("erika", rows.STAFF)
    now = timezone.now()
    facts = {"system": "xai", "refused": False}
    trouble = KnownTrouble.objects.create(key="k", kind="systems", facts=facts, first_seen=now, last_seen=now)
    Notice.objects.create(
        user=User.objects.get(username="karl"), trouble=trouble, event="appeared", key="1", made_at=now, due_at=now,
        fault="recipient 550", state="given_up", tries=1,
    )  # fmt: skip
    Notice.objects.create(trouble=trouble, event="gone", key="2", made_at=now, due_at=now, fault="chat 404", tries=2)
    page = shown(care)
    assert page.count("xAI does not answer") >= 3
    assert "refuses this address (550)" in page
    assert "did not take it (404)" in page
    assert "<code>ALERT_WEBHOOK_URL</code>" in page
    assert "karl@example.org" in page
    assert re.search(r">\s*2\s*<", page[page.index("/admin/hub/notices/") :][:1500])  # beside the page in the menu
    assert "ALERT_WEBHOOK_URL" not in shown(erika)
    assert "karl@example.org" not in shown(erika)


def test_metrics_count_what_waits_in_vain(client: Client, db: None) -> None:
    now = timezone.now()
    Notice.objects.create(event="digest", key="1", made_at=now, due_at=now, fault="away")
    Notice.objects.create(event="digest", key="2", made_at=now, due_at=now)
    with configured(METRICS_TOKEN="t"):
        told = client.get("/metrics", headers={"authorization": "Bearer t"}).content.decode()
    assert "hub_notices_unsent 1\n" in told
