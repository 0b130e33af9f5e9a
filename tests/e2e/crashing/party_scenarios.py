"""The scenarios of parties and their bank accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syncapp.flows.comparing.flow import PARTIES
from tests.e2e.crashing import party_changes as do
from tests.e2e.crashing.party_changes import ACCOUNT, OLD_ACCOUNT, OTHER, WHO
from tests.e2e.crashing.scenarios import Firm, Scenario


def _scenario(
    start: Callable[[Firm], None],
    change: Callable[[Firm], None],
    ends: Mapping[str, str],
    *,
    opening: bool = False,
    settings: Mapping[str, Any] | None = None,
    **more: Any,
) -> Scenario:
    alone = {"COLLECTION_ENTITIES": (), **(settings or {})}  # collections have scenarios of their own
    return replace(Scenario(start, change, ends, alone), looks_again=True, pairs=PAIRS, opening=opening, **more)


PAIRS = 2
COMPARING = 14  # moments, a few more than a comparison has: what follows is as in the other scenarios
_AGREED = {WHO: "in_sync"}
_BY_PERSON = {"PARTY_CONFLICTS": {"name": "person"}}
_FROM_ADVOWARE = {"PARTIES_TO_ESPOCRM": {"betnr": ("all",)}}
NUMBER = "only there <Oster>"
_BROUGHT = {"BANK_ACCOUNTS_TO_ESPOCRM": True}
_ALL_ACCOUNTS = dict.fromkeys((f"accounts of {WHO}", f"<{OTHER}>", ACCOUNT, OLD_ACCOUNT), "in_sync")
_LOOKED_UP = {"ADVOWARE_API_BASE_URL": "", "ADVOWARE_SECURITY_GATEWAY_URL": ""}

PARTY_SCENARIOS: Mapping[str, Scenario] = {
    "party_new": _scenario(do.nobody, do.new, _AGREED, opening=True),
    "party_edited_in_crm": _scenario(do.pair, do.edit_crm, _AGREED),
    "party_edited_in_advoware": _scenario(do.pair, do.edit_advoware, _AGREED),
    "party_edited_on_both_sides": _scenario(do.pair, do.edit_both, _AGREED),
    "party_decided": _scenario(do.pair, do.decide, _AGREED, before=do.edit_both, settings=_BY_PERSON),
    "party_taken_back": _scenario(do.pair, do.take_back, _AGREED, before=do.edit_crm),
    "party_deleted": _scenario(do.pair, do.delete, {WHO: "skipped task_open"}),
    "party_new_then_edited": _scenario(do.nobody, do.new, _AGREED, meanwhile=do.edit_crm, only_writes=True),
    "party_only_there": _scenario(
        do.nobody, do.only_there, {"<Oster>": "in_sync", NUMBER: "in_sync"}, settings=_FROM_ADVOWARE
    ),
    "logging_in": _scenario(do.pair, do.log_in, _AGREED, settings=_LOOKED_UP),
    "unreported": _scenario(
        do.pair,
        do.unreported,
        {**_AGREED, ACCOUNT: "in_sync"},
        comparison=PARTIES,
        opening=True,
        only_first=COMPARING,
    ),
    "account_new": _scenario(do.pair, do.account, {**_AGREED, ACCOUNT: "in_sync"}, opening=True),
    "account_changed": _scenario(do.pair_with_account, do.change_account, {**_AGREED, ACCOUNT: "skipped task_open"}),
    "account_changed_there_too": _scenario(
        do.pair_with_account, do.change_account_there, {**_AGREED, ACCOUNT: "in_sync"}, before=do.change_account
    ),
    "accounts_of_party": _scenario(
        do.pair_with_accounts, do.all_accounts, {**_AGREED, **_ALL_ACCOUNTS}, settings=_BROUGHT
    ),
}
