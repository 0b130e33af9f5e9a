"""The whole way of a party: edited in both systems' pages, decided and undone in the hub's."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import PARTIES
from syncapp.models import Task, TaskState
from tests.browser.conftest import Desk
from tests.integration.admin import rows
from tests.parties import OFFICE, PARTY, Parties
from tests.world import World, configured, world

pytestmark = pytest.mark.browser
OLD, NEW = "DE02120300000000202051", "DE02100500000054540402"


@pytest.fixture
def firm(transactional_db: None) -> Iterator[World]:
    with world() as made, configured(PARTY_CONFLICTS={"vorname": "person", "geburtsdatum": "person"}):
        yield made


def compare(firm: World) -> None:
    """What happens every 15 minutes."""
    scans.run(PARTIES)
    firm.drive()


def test_a_party_is_edited_on_both_sides_disputed_decided_and_undone(desk: Desk, firm: World) -> None:
    parties, page = Parties(firm), desk.page
    pk, number = parties.pair((OFFICE, "0431 555010"))
    here, there = (f"{firm.sandbox.base_url}/{path}" for path in (f"espocrm/{PARTY}/{pk}", f"advoware/{number}"))

    # Different fields: both systems get both.
    page.goto(here)
    page.fill("[name=lastName]", "Wendland-Voss")
    page.locator("form[action$='/save']").get_by_role("button").click()
    page.goto(there)
    base = page.locator("form[action$='/update/party']")
    base.locator("[name=rechtsform]").fill("Einzelunternehmen")
    base.get_by_role("button").click()
    compare(firm)
    page.goto(there)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Almut Wendland-Voss")
    page.goto(here)
    expect(page.locator("[name=rechtsform]")).to_have_value("Einzelunternehmen")

    # The same fields, and the rule leaves them to a person: nothing is overwritten until somebody has chosen.
    page.fill("[name=firstName]", "Alma")
    page.fill("[name=dateOfBirth]", "1961-04-17")
    page.locator("form[action$='/save']").get_by_role("button").click()
    page.goto(there)
    base.locator("[name=vorname]").fill("Almuth")
    base.locator("[name=geburtsdatum]").fill("1961-04-18")
    base.get_by_role("button").click()
    compare(firm)
    assert (parties.crm(pk)["firstName"], parties.advoware(number)["vorname"]) == ("Alma", "Almuth")
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    page.click(".hub-tile[data-state=conflict]")
    page.get_by_role("link", name="Choose").first.click()
    page.get_by_label("First name: EspoCRM").check()
    page.get_by_label("Date of birth: Advoware").check()
    page.get_by_role("button", name="Show what will be written").click()
    page.get_by_role("button", name="Write it").click()
    expect(page.get_by_text("2 fields were decided.")).to_be_visible()
    firm.drive()
    page.goto(here)
    expect(page.locator("[name=dateOfBirth]")).to_have_value("1961-04-18")
    page.goto(there)
    expect(base.locator("[name=vorname]")).to_have_value("Alma")

    # Taken back where it was written; the other side follows.
    desk.open("/admin/syncapp/journalentry/?action=update_party")
    page.locator("#result_list tbody a").first.click()
    page.get_by_role("link", name="Undo …").click()
    expect(page.get_by_role("row", name=re.compile("First name.*Alma.*Almuth"))).to_be_visible()
    page.get_by_role("button", name="Write the old values back").click()
    firm.drive()
    page.goto(there)
    expect(base.locator("[name=vorname]")).to_have_value("Almuth")
    page.goto(here)
    expect(page.locator("[name=firstName]")).to_have_value("Almuth")
    compare(firm)
    writes = firm.mark()
    compare(firm)
    assert firm.writes(since=writes) == []


def test_a_changed_bank_account_is_a_task_that_closes_when_it_is_done(desk: Desk, firm: World) -> None:
    parties, page = Parties(firm), desk.page
    pk, number = parties.pair()
    here, there = (f"{firm.sandbox.base_url}/{path}" for path in (f"espocrm/{PARTY}/{pk}", f"advoware/{number}"))
    page.goto(here)
    page.locator("form[action$='/account'] [name=iban]").fill(OLD)
    page.locator("form[action$='/account']").get_by_role("button").click()
    compare(firm)
    page.goto(there)
    account = page.locator("form[action$='/update/bank_account']")
    expect(account.locator("[name=iban]")).to_have_value(OLD)

    page.goto(here)
    ours = page.locator("form[action^='/espocrm/CBankverbindungen/']")
    ours.locator("[name=iban]").fill(NEW)
    ours.get_by_role("button", name="Save").click()
    compare(firm)
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    page.click(".hub-tile[data-state=tasks]")
    page.get_by_role("link", name="Bank account must be changed in Advoware").click()
    expect(page.get_by_text(f"Open party no. {number} in Advoware and its bank accounts.")).to_be_visible()
    expect(page.get_by_role("row", name=f"IBAN {OLD} {NEW}")).to_be_visible()
    task = page.url

    page.goto(there)
    account.locator("[name=iban]").fill(NEW)
    account.get_by_role("button", name="Save").click()
    compare(firm)
    page.goto(task)
    expect(page.get_by_text("seen to be done")).to_be_visible()
    assert Task.objects.get(record__step=BANK_SYNC).state == TaskState.DONE
