"""What people do in Advoware itself: they may do more than the API, deleting above all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.advoware.errors import AdvowareError
from sandbox.advoware.fields import EMPLOYEE, MATTER, PARTY, Fields, Record, empty, read
from sandbox.advoware.store import DETAILS, Store

# The word for a detail in control actions -> its name in the API.
KINDS = {"communication": "Kommunikationen", "address": "Adressen", "bank_account": "Bankverbindungen"}
PLURALS = {"communications": "Kommunikationen", "addresses": "Adressen", "bank_accounts": "Bankverbindungen"}


class People:
    def __init__(self, store: Store, moves_party: Callable[[], bool]) -> None:
        self.store = store
        self.moves_party = moves_party

    def act(self, action: str, data: dict[str, Any]) -> Any:
        """What it made or changed. KeyError: no such action; AdvowareError 404: no such thing."""
        verb, _, thing = action.partition("_")
        with self.store.lock:
            if action == "create_parties":
                return [self.create_party(row)["betNr"] for row in data["rows"]]
            if thing == "party":
                return self.party(verb, data)
            if thing in KINDS:
                return self.detail(verb, KINDS[thing], data)
            if thing == "employee":
                return self.keyed(verb, self.store.employees, EMPLOYEE, str(data["kuerzel"]), data)
            if thing == "matter":
                return self.keyed(verb, self.store.matters, MATTER, int(data["id"]), data)
        raise KeyError(action)

    def party(self, verb: str, data: dict[str, Any]) -> Record | bool:
        number = int(data.get("betNr") or 0)
        match verb:
            case "create":
                return self.create_party(data)
            case "get":
                return self.store.party(number).complete()
            case "update":
                return self.store.change_party(number, known(PARTY, data["data"])).complete()
            case "remove":
                return self.store.parties.pop(number, None) is not None
        raise KeyError(verb)

    def create_party(self, data: dict[str, Any]) -> Record:
        """With its details at once, under the words of `PLURALS`."""
        party = self.store.add_party(known(PARTY, data["data"]), int(data.get("betNr") or 0))
        for word, kind in PLURALS.items():
            for row in data.get(word) or ():
                self.store.add_detail(party.number, kind, known(DETAILS[kind], row))
        return party.complete()

    def detail(self, verb: str, kind: str, data: dict[str, Any]) -> Record | bool:
        number, moves = int(data["betNr"]), self.moves_party()
        match verb:
            case "add":
                return self.store.add_detail(number, kind, known(DETAILS[kind], data["data"]), moves)
            case "update":
                values = known(DETAILS[kind], data["data"])
                return self.store.change_detail(number, kind, int(data["id"]), values, moves)
            case "remove":
                self.store.remove_detail(number, kind, int(data["id"]), moves)
                return True
        raise KeyError(verb)

    def keyed(self, verb: str, rows: dict[Any, Record], fields: Fields, key: Any, data: dict[str, Any]) -> Any:
        """Employees and matters: `add` replaces what is there."""
        match verb:
            case "add":
                rows[key] = empty(fields) | known(fields, data["data"])
            case "update":
                rows[key] |= known(fields, data["data"])
            case "remove":
                return rows.pop(key, None) is not None
            case _:
                raise KeyError(verb)
        return rows[key]


def known(fields: Fields, data: Record) -> Record:
    """AdvowareError 400 for a field that is none: a typing error in a test is to be seen."""
    if unknown := data.keys() - fields.keys():
        raise AdvowareError(400, f"There is no field {', '.join(sorted(unknown))}. There are: {', '.join(fields)}")
    return read(fields, data)
