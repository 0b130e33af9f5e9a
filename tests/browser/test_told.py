"""Somebody chooses what to be told, and finds out why a scheduled job did not go well."""

from __future__ import annotations

from datetime import time

import pytest
from playwright.sync_api import expect

from syncapp import schedules
from syncapp.engine.workers import scheduled
from syncapp.models import NoticeChoice
from tests.browser.conftest import Desk
from tests.integration.admin import rows

pytestmark = pytest.mark.browser


def test_a_choice_is_made_and_kept(desk: Desk) -> None:
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.page.get_by_role("link", name="Notifications").click()
    desk.page.get_by_label("Systems: one is away").check()
    desk.page.get_by_label("A message each morning").check()
    desk.page.get_by_label("Quiet from").fill("20:00")
    desk.page.get_by_role("button", name="Keep").click()
    expect(desk.page.get_by_text("Quiet hours need a beginning and an end")).to_be_visible()
    expect(desk.page.get_by_label("Systems: one is away")).to_be_checked()
    desk.page.get_by_label("Quiet until").fill("07:00")
    desk.page.get_by_role("button", name="Keep").click()
    expect(desk.page.get_by_text("Your choice is kept.")).to_be_visible()
    expect(desk.page.get_by_label("Quiet from")).to_have_value("20:00")
    choice = NoticeChoice.objects.get()
    assert (choice.kinds, choice.digest, choice.quiet_until) == (["systems"], True, time(7))


def test_a_job_that_failed_says_so_and_can_be_run_now(desk: Desk) -> None:
    schedules.ensure()
    scheduled.begin("hub.prune")
    scheduled.end("hub.prune", 1700, "OSError in syncapp/upkeep/pruning.py:70 prune")
    rows.user("karl", rows.CARE)
    desk.enter("karl")
    desk.page.get_by_role("link", name="Schedules").click()
    desk.page.get_by_role("link", name="failed", exact=True).click()
    expect(desk.page.get_by_text("OSError in syncapp/upkeep/pruning.py:70 prune")).to_be_visible()
    expect(desk.page.get_by_text("It is tried again at its next time.")).to_be_visible()
    desk.page.get_by_role("button", name="Run now").click()
    expect(desk.page.get_by_text("It is due now")).to_be_visible()
