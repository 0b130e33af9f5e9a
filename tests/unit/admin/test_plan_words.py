"""Every action that a flow can plan is told to staff in German."""

from __future__ import annotations

import inspect
import re
from enum import Enum

import pytest
from django.utils import translation

from syncapp.clients.espocrm import EspoBankAccount
from syncapp.flows.bankverbindungen import party as party_accounts
from syncapp.flows.bankverbindungen import plan as accounts
from syncapp.flows.bankverbindungen.mapping import Account
from syncapp.flows.beteiligte import actions as parties
from syncapp.flows.beteiligte.fields import Kind
from syncapp.flows.beteiligte.sides import Entry
from syncapp.flows.beteiligte.values import Contact
from syncapp.flows.calendar import channels, push, sync, writing
from syncapp.flows.calendar import journal as calendar_journal
from syncapp.flows.calendar import plan as calendar
from syncapp.flows.calendar.decide import Decision, Missing, Pair, What
from syncapp.flows.calendar.plan import QUIET
from syncapp.flows.calendar.state import Item
from syncapp.flows.collections import plan as collections
from syncapp.flows.documents import plan as documents
from syncapp.flows.parents import Life, Parent
from syncapp.flows.tasks import plan as tasks
from syncapp.models import CalendarLink
from syncapp.words.journal_words import write_in_words
from syncapp.words.plan_words import in_words

ENTRY = Entry(7, 1, Kind.OFFICE, "k", empty=False)
LINK, PAIR = CalendarLink(number=4711), Pair(Missing.GONE, Missing.GONE)
ACTIONS = [
    documents.AskForCollection(Parent("Account", "p1", Life.ACTIVE, "")),
    documents.Upload("att1"),
    documents.Attach("c1"),
    documents.Attach("c1", again=True),
    documents.Detach(documents.Membership("c1", "f1")),
    documents.Tell({"xaiId": "f1", "xaiSyncStatus": "clean"}),
    collections.Create("name"),
    collections.Rename("c1", "name"),
    collections.WriteId("c1"),
    collections.LookAtDocuments(),
    collections.Delete("c1"),
    collections.ProposeDeletion("c1", "entity closed"),
    parties.CreateParty({"name": "x"}),
    parties.SaveParty({"vorname": "x"}),
    parties.SaveParty({"vorname": "x"}, frozenset({"vorname"})),
    *(parties.AddContact("k", Contact(kind, "x"), 1) for kind in Kind),
    *(parties.AddContact("k", Contact(kind, "x"), 1, ENTRY) for kind in Kind),
    parties.EmptyContact(ENTRY),
    parties.WriteCrm(),
    parties.WriteCrm({"anrede": "x"}, remove=frozenset({"x"})),
    accounts.CreateAccount(Account("x", {})),
    accounts.WriteCrm({"bic": "x"}),
    tasks.CreateTask({"name": "x"}),
    tasks.ChangeTask("t1", {"name": "x"}),
    tasks.CompleteTask("t1"),
    tasks.Notify({"message": "x"}),
    calendar.CreateCalendar("AW-SB"),
    calendar.ShareCalendar(),
    channels.OpenChannel(channels.Watch("c", "a")),
    channels.StopChannel("hub-1", "r"),
    *(calendar.Write(Item(LINK, PAIR, Decision(what))) for what in What if what not in QUIET),
    party_accounts.BringToCrm(Account("x", {})),
    party_accounts.UnsetDefault(EspoBankAccount("b1", "", "", True, None, None, False, {})),
]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: type(action).__name__)
def test_an_action_is_told_in_german(action: documents.Upload) -> None:
    with translation.override("en"):
        english = in_words(action.name)
    with translation.override("de"):
        german = in_words(action.name)
    assert german not in (english, action.name)
    assert "%(" not in german


def test_every_action_of_the_flows_is_in_this_test() -> None:
    named = {
        kind.__name__
        for module in (documents, collections, parties, accounts, party_accounts, tasks, calendar, channels)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and kind.__module__ == module.__name__
        and "name" in dir(kind)
        and not issubclass(kind, Enum)
    }
    assert named == {type(action).__name__ for action in ACTIONS}


@pytest.mark.parametrize("note", [*(f"4711: can't be read ({part})" for part in ("datum", "dateTime")), "12 employees"])
def test_a_note_is_told_in_german(note: str) -> None:
    with translation.override("de"):
        assert in_words(note) != note
        assert "%(" not in in_words(note)


def test_writes_of_the_calendar_are_told_in_german() -> None:
    source = "".join(inspect.getsource(module) for module in (sync, writing, calendar_journal, push))
    actions = set(re.findall(r'"((?:create|insert|update|delete|mark|share|open|stop)_[a-z]+)"', source))
    assert len(actions) == 11
    with translation.override("de"):
        assert not [action for action in actions if write_in_words(action) == action]
