"""What people do with parties and bank accounts, in the CRM, in Advoware and at staff's desks; and events of it."""

from __future__ import annotations

from django.core.cache import caches

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.flows.bankverbindungen.flow import CHECK_ACCOUNTS
from syncapp.flows.beteiligte.flow import PARTY_BRINGING, PARTY_SYNC
from syncapp.flows.limits import Resource
from syncapp.models import Conflict, JournalEntry, Record, SystemName, Urgency
from syncapp.people import conflicts, undos
from tests.e2e.crashing.scenarios import Firm
from tests.events import happened
from tests.parties import FAX, MAIL, MOBILE, OFFICE, PARTY, Parties
from tests.world import World

BANK = "CBankverbindungen"
WHO, ACCOUNT, OLD_ACCOUNT = "partei1", "konto1", "konto0"
IBAN, OTHER, THIRD = "DE02120300000000202051", "DE02500105170137075030", "DE89370400440532013000"
STAYS, CHANGES, GOES, COMES = "bleibt@w.example", "alt@w.example", "+493012345", "+4915112345678"


def _parties(firm: Firm) -> Parties:
    return Parties(World(firm.crm))


def _ask(kind: str, pk: str, *, full: bool = True, topic: str = "") -> None:
    happened(kind, pk, full=full, topic=topic, trace_id="crash")


def _number(firm: Firm) -> int:
    return int(firm.crm.get(PARTY, WHO)["betnr"])


# Parties


def nobody(firm: Firm) -> None:
    """Both systems are empty."""


def new(firm: Firm) -> None:
    mails = [{"emailAddress": STAYS, "primary": True}]
    phones = [{"phoneNumber": COMES, "type": "Mobile", "primary": True}]
    data = {"lastName": "Wendland", "firstName": "Almut", "emailAddressData": mails, "phoneNumberData": phones}
    firm.crm.create(PARTY, data, id=WHO)
    _ask(PARTY, WHO, full=False)


def pair(firm: Firm) -> None:
    number = _parties(firm).in_advoware((MAIL, STAYS), (MAIL, CHANGES), (OFFICE, GOES), (FAX, ""), beruf="Bäckerin")
    firm.crm.create(PARTY, {"lastName": "Wendland", "firstName": "Almut", "betnr": number}, id=WHO)
    _ask(PARTY, WHO)


def edit_crm(firm: Firm) -> None:
    mails = [{"emailAddress": STAYS, "primary": True}, {"emailAddress": "neu@w.example"}]
    data = {
        "lastName": "Oster", "dateOfBirth": "1961-04-17", "emailAddressData": mails,
        "phoneNumberData": [{"phoneNumber": COMES, "type": "Mobile", "primary": True}],
    }  # fmt: skip
    firm.crm.update(PARTY, WHO, data)
    _ask(PARTY, WHO, full=False)


def edit_advoware(firm: Firm) -> None:
    parties, number = _parties(firm), _number(firm)
    parties.edit_advoware(number, name="Hinrichs", rechtsform="GbR")
    parties.edit_entry(number, CHANGES, tlf="neu@w.example")
    parties.remove_entry(number, GOES)
    parties.add_entry(number, MOBILE, COMES)
    _ask(PARTY, WHO)


def edit_both(firm: Firm) -> None:
    """Different fields and contacts, and the name on both sides."""
    parties, number = _parties(firm), _number(firm)
    parties.edit_advoware(number, name="Hinrichs", rechtsform="GbR")
    parties.edit_entry(number, CHANGES, tlf="neu@w.example")
    phones = [{"phoneNumber": COMES, "type": "Mobile", "primary": True}]
    firm.crm.update(PARTY, WHO, {"lastName": "Oster", "dateOfBirth": "1961-04-17", "phoneNumberData": phones})
    _ask(PARTY, WHO)


def decide(firm: Firm) -> None:
    record = Record.objects.get(step=PARTY_SYNC, entity_id=WHO)
    conflicts.decide(record, dict.fromkeys(Conflict.objects.values_list("pk", flat=True), SystemName.ADVOWARE), None)
    _ask(PARTY, WHO)


def take_back(firm: Firm) -> None:
    """All that the hub wrote to Advoware."""
    for entry in JournalEntry.objects.filter(action__in=["update_party", "update_contact"]):
        undos.request_undo(entry, None)
    _ask(PARTY, WHO)


def delete(firm: Firm) -> None:
    firm.crm.delete(PARTY, WHO)
    _ask(PARTY, WHO)


def log_in(firm: Firm) -> None:
    """Nobody is logged in, and the CRM has something for Advoware."""
    caches["advoware"].clear()
    firm.crm.update(PARTY, WHO, {"lastName": "Oster"})
    _ask(PARTY, WHO, full=False)


def unreported(firm: Firm) -> None:
    """Edits without any event: only a comparison finds them."""
    _parties(firm).edit_advoware(_number(firm), rechtsform="GbR")
    firm.crm.create(BANK, {"name": "Konto", "beteiligteId": WHO, "iban": IBAN}, id=ACCOUNT)


def only_there(firm: Firm) -> None:
    """Advoware has a party that the CRM does not, and a comparison has found it."""
    number = _parties(firm).in_advoware((MAIL, STAYS), (MOBILE, COMES), rechtsform="GbR", name="Oster")
    target = Target(PARTY_BRINGING, Resource.PARTY, str(number))
    sync_requests.request([target], urgency=Urgency.SCAN, full=True, trace_id="crash")


# Bank accounts


def account(firm: Firm) -> None:
    data = {"name": "Konto", "beteiligteId": WHO, "iban": IBAN, "bic": "BYLADEM1001", "kontoinhaber": "A. Wendland"}
    firm.crm.create(BANK, data, id=ACCOUNT)
    _ask(BANK, ACCOUNT)


def pair_with_account(firm: Firm) -> None:
    pair(firm)
    account(firm)


def change_account(firm: Firm) -> None:
    firm.crm.update(BANK, ACCOUNT, {"bic": "INGDDEFFXXX"})
    _ask(BANK, ACCOUNT, full=False)


def change_account_there(firm: Firm) -> None:
    parties, number = _parties(firm), _number(firm)
    (row,) = parties.advoware(number)["bankverbindungen"]
    firm.crm.advoware.update_bank_account(number, row["id"], {"bic": "INGDDEFFXXX", "bank": "Beispielbank"})
    _ask(BANK, ACCOUNT)


def pair_with_accounts(firm: Firm) -> None:
    pair(firm)
    for name, iban in ((OLD_ACCOUNT, THIRD), (ACCOUNT, IBAN)):
        firm.crm.create(BANK, {"name": "Konto", "beteiligteId": WHO, "iban": iban}, id=name)
        _ask(BANK, name)


def all_accounts(firm: Firm) -> None:
    """Two are the default, and Advoware has one that the CRM does not."""
    for name in (OLD_ACCOUNT, ACCOUNT):
        firm.crm.update(BANK, name, {"istStandard": True})
    firm.crm.advoware.add_bank_account(_number(firm), {"iban": OTHER, "bank": "Beispielbank"})
    _ask(PARTY, WHO, topic=CHECK_ACCOUNTS)
