"""What happens to parties and their bank accounts, in the CRM, in Advoware and at staff's desks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.core.cache import caches

from syncapp.engine import people, wishes
from syncapp.engine.wishes import Target
from syncapp.events.registry import BANK_SYNC, PARTY_ACCOUNTS, PARTY_SYNC
from syncapp.flows import scans
from syncapp.models import Conflict, JournalEntry, Record, Side, Urgency
from tests.e2e.crashing.scenarios import Firm, Scenario
from tests.parties import FAX, MAIL, MOBILE, OFFICE, PARTY, Parties
from tests.world import World

BANK = "CBankverbindungen"
WHO, ACCOUNT, OLD_ACCOUNT = "partei1", "konto1", "konto0"
IBAN, OTHER, THIRD = "DE02120300000000202051", "DE02500105170137075030", "DE89370400440532013000"
STAYS, CHANGES, GOES, COMES = "bleibt@w.example", "alt@w.example", "+493012345", "+4915112345678"


def _parties(firm: Firm) -> Parties:
    return Parties(World(firm.crm))


def _wish(step: str, kind: str, pk: str, *, thorough: bool = True) -> None:
    wishes.request([Target(step, kind, pk)], urgency=Urgency.EVENT, thorough=thorough, trace_id="crash")


def _number(firm: Firm) -> int:
    return int(firm.crm.get(PARTY, WHO)["betnr"])


# Parties


def _nobody(firm: Firm) -> None:
    """Both systems are empty."""


def _new(firm: Firm) -> None:
    mails = [{"emailAddress": STAYS, "primary": True}]
    phones = [{"phoneNumber": COMES, "type": "Mobile", "primary": True}]
    data = {"lastName": "Wendland", "firstName": "Almut", "emailAddressData": mails, "phoneNumberData": phones}
    firm.crm.create(PARTY, data, id=WHO)
    _wish(PARTY_SYNC, PARTY, WHO, thorough=False)


def _pair(firm: Firm) -> None:
    number = _parties(firm).in_advoware((MAIL, STAYS), (MAIL, CHANGES), (OFFICE, GOES), (FAX, ""), beruf="Bäckerin")
    firm.crm.create(PARTY, {"lastName": "Wendland", "firstName": "Almut", "betnr": number}, id=WHO)
    _wish(PARTY_SYNC, PARTY, WHO)


def _edit_crm(firm: Firm) -> None:
    mails = [{"emailAddress": STAYS, "primary": True}, {"emailAddress": "neu@w.example"}]
    data = {
        "lastName": "Oster", "dateOfBirth": "1961-04-17", "emailAddressData": mails,
        "phoneNumberData": [{"phoneNumber": COMES, "type": "Mobile", "primary": True}],
    }  # fmt: skip
    firm.crm.update(PARTY, WHO, data)
    _wish(PARTY_SYNC, PARTY, WHO, thorough=False)


def _edit_advoware(firm: Firm) -> None:
    parties, number = _parties(firm), _number(firm)
    parties.edit_advoware(number, name="Hinrichs", rechtsform="GbR")
    parties.edit_entry(number, CHANGES, tlf="neu@w.example")
    parties.remove_entry(number, GOES)
    parties.add_entry(number, MOBILE, COMES)
    _wish(PARTY_SYNC, PARTY, WHO)


def _edit_both(firm: Firm) -> None:
    """Different fields and contacts, and the name on both sides."""
    parties, number = _parties(firm), _number(firm)
    parties.edit_advoware(number, name="Hinrichs", rechtsform="GbR")
    parties.edit_entry(number, CHANGES, tlf="neu@w.example")
    phones = [{"phoneNumber": COMES, "type": "Mobile", "primary": True}]
    firm.crm.update(PARTY, WHO, {"lastName": "Oster", "dateOfBirth": "1961-04-17", "phoneNumberData": phones})
    _wish(PARTY_SYNC, PARTY, WHO)


def _decide(firm: Firm) -> None:
    record = Record.objects.get(step=PARTY_SYNC, entity_id=WHO)
    people.decide(record, dict.fromkeys(Conflict.objects.values_list("pk", flat=True), Side.ADVOWARE), None)
    _wish(PARTY_SYNC, PARTY, WHO)


def _take_back(firm: Firm) -> None:
    """All that the hub wrote to Advoware."""
    for entry in JournalEntry.objects.filter(action__in=["update_party", "update_contact"]):
        people.request_undo(entry, None)
    _wish(PARTY_SYNC, PARTY, WHO)


def _delete(firm: Firm) -> None:
    firm.crm.delete(PARTY, WHO)
    _wish(PARTY_SYNC, PARTY, WHO)


def _log_in(firm: Firm) -> None:
    """Nobody is logged in, and the CRM has something for Advoware."""
    caches["advoware"].clear()
    firm.crm.update(PARTY, WHO, {"lastName": "Oster"})
    _wish(PARTY_SYNC, PARTY, WHO, thorough=False)


def _unreported(firm: Firm) -> None:
    """Edits without any event: only a comparison finds them."""
    _parties(firm).edit_advoware(_number(firm), rechtsform="GbR")
    firm.crm.create(BANK, {"name": "Konto", "beteiligteId": WHO, "iban": IBAN}, id=ACCOUNT)


# Bank accounts


def _account(firm: Firm) -> None:
    data = {"name": "Konto", "beteiligteId": WHO, "iban": IBAN, "bic": "BYLADEM1001", "kontoinhaber": "A. Wendland"}
    firm.crm.create(BANK, data, id=ACCOUNT)
    _wish(BANK_SYNC, BANK, ACCOUNT)


def _pair_with_account(firm: Firm) -> None:
    _pair(firm)
    _account(firm)


def _change_account(firm: Firm) -> None:
    firm.crm.update(BANK, ACCOUNT, {"bic": "INGDDEFFXXX"})
    _wish(BANK_SYNC, BANK, ACCOUNT, thorough=False)


def _change_account_there(firm: Firm) -> None:
    parties, number = _parties(firm), _number(firm)
    (row,) = parties.advoware(number)["bankverbindungen"]
    firm.crm.advoware.update_bank_account(number, row["id"], {"bic": "INGDDEFFXXX", "bank": "Beispielbank"})
    _wish(BANK_SYNC, BANK, ACCOUNT)


def _pair_with_accounts(firm: Firm) -> None:
    _pair(firm)
    for name, iban in ((OLD_ACCOUNT, THIRD), (ACCOUNT, IBAN)):
        firm.crm.create(BANK, {"name": "Konto", "beteiligteId": WHO, "iban": iban}, id=name)
        _wish(BANK_SYNC, BANK, name)


def _all_accounts(firm: Firm) -> None:
    """Two are the default, and Advoware has one that the CRM does not."""
    for name in (OLD_ACCOUNT, ACCOUNT):
        firm.crm.update(BANK, name, {"istStandard": True})
    firm.crm.advoware.add_bank_account(_number(firm), {"iban": OTHER, "bank": "Beispielbank"})
    _wish(PARTY_ACCOUNTS, PARTY, WHO)


def _scenario(
    start: Callable[[Firm], None],
    change: Callable[[Firm], None],
    ends: Mapping[str, str],
    *,
    opening: bool = False,
    **more: Any,
) -> Scenario:
    return replace(Scenario(start, change, ends), looks_again=True, pairs=PAIRS, opening=opening, **more)


PAIRS = 2
COMPARING = 14  # moments, a few more than a comparison has: what follows is as in the other scenarios
_AGREED = {WHO: "in_sync"}
_BY_PERSON = {"PARTY_CONFLICTS": {"name": "person"}}
_BROUGHT = {"BANK_ACCOUNTS_TO_ESPOCRM": True}
_ALL_ACCOUNTS = dict.fromkeys((f"accounts of {WHO}", f"<{OTHER}>", ACCOUNT, OLD_ACCOUNT), "in_sync")
_LOOKED_UP = {"ADVOWARE_API_BASE_URL": "", "ADVOWARE_SECURITY_GATEWAY_URL": ""}

PARTY_SCENARIOS: Mapping[str, Scenario] = {
    "party_new": _scenario(_nobody, _new, _AGREED, opening=True),
    "party_edited_in_crm": _scenario(_pair, _edit_crm, _AGREED),
    "party_edited_in_advoware": _scenario(_pair, _edit_advoware, _AGREED),
    "party_edited_on_both_sides": _scenario(_pair, _edit_both, _AGREED),
    "party_decided": _scenario(_pair, _decide, _AGREED, before=_edit_both, settings=_BY_PERSON),
    "party_taken_back": _scenario(_pair, _take_back, _AGREED, before=_edit_crm),
    "party_deleted": _scenario(_pair, _delete, {WHO: "skipped task_open"}),
    "party_new_then_edited": _scenario(_nobody, _new, _AGREED, meanwhile=_edit_crm, only_writes=True),
    "logging_in": _scenario(_pair, _log_in, _AGREED, settings=_LOOKED_UP),
    "unreported": _scenario(
        _pair,
        _unreported,
        {**_AGREED, ACCOUNT: "in_sync"},
        comparison=scans.PARTIES,
        opening=True,
        only_first=COMPARING,
    ),
    "account_new": _scenario(_pair, _account, {**_AGREED, ACCOUNT: "in_sync"}, opening=True),
    "account_changed": _scenario(_pair_with_account, _change_account, {**_AGREED, ACCOUNT: "skipped task_open"}),
    "account_changed_there_too": _scenario(
        _pair_with_account, _change_account_there, {**_AGREED, ACCOUNT: "in_sync"}, before=_change_account
    ),
    "accounts_of_party": _scenario(_pair_with_accounts, _all_accounts, {**_AGREED, **_ALL_ACCOUNTS}, settings=_BROUGHT),
}
