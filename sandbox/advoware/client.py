"""What people do in Advoware, by the control API: a part of the sandbox's client."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

Record = dict[str, Any]


class AdvowareControl:
    """Fields have the names of the API. A party comes back whole: its fields, `betNr`, `rowId`, `geaendertAm`,
    `kommunikation`, `adressen`, `bankverbindungen`. SandboxError for what does not exist."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call

    def create_party(
        self,
        data: Record,
        *,
        betnr: int = 0,
        communications: Iterable[Record] = (),
        addresses: Iterable[Record] = (),
        bank_accounts: Iterable[Record] = (),
    ) -> Record:
        """The new party (a given number is kept), with its details at once."""
        details = {
            "communications": list(communications),
            "addresses": list(addresses),
            "bank_accounts": list(bank_accounts),
        }
        return cast(Record, self._act("create_party", data=data, betNr=betnr, **details))

    def create_parties(self, rows: Iterable[Record]) -> list[int]:
        """Many at once: rows of `data`, and `betNr`, `communications`, `addresses`, `bank_accounts` if any."""
        return cast(list[int], self._act("create_parties", rows=list(rows)))

    def party(self, betnr: int) -> Record:
        """Without a line in the call log."""
        return cast(Record, self._act("get_party", betNr=betnr))

    def update_party(self, betnr: int, data: Record) -> Record:
        """Only the named fields, as a person edits them."""
        return cast(Record, self._act("update_party", betNr=betnr, data=data))

    def remove_party(self, betnr: int) -> bool:
        """Deleted in Advoware itself: 404 from now on."""
        return bool(self._act("remove_party", betNr=betnr))

    def add_communication(self, betnr: int, data: Record) -> Record:
        """kommKz, tlf, bemerkung, online; the entry with its `id`."""
        return cast(Record, self._act("add_communication", betNr=betnr, data=data))

    def update_communication(self, betnr: int, id: int, data: Record) -> Record:
        """A person can change the kommKz too."""
        return cast(Record, self._act("update_communication", betNr=betnr, id=id, data=data))

    def remove_communication(self, betnr: int, id: int) -> None:
        self._act("remove_communication", betNr=betnr, id=id)

    def add_address(self, betnr: int, data: Record) -> Record:
        return cast(Record, self._act("add_address", betNr=betnr, data=data))

    def update_address(self, betnr: int, id: int, data: Record) -> Record:
        return cast(Record, self._act("update_address", betNr=betnr, id=id, data=data))

    def remove_address(self, betnr: int, id: int) -> None:
        self._act("remove_address", betNr=betnr, id=id)

    def add_bank_account(self, betnr: int, data: Record) -> Record:
        """iban, bic, kontoinhaber, bank; the entry with its `id`."""
        return cast(Record, self._act("add_bank_account", betNr=betnr, data=data))

    def update_bank_account(self, betnr: int, id: int, data: Record) -> Record:
        return cast(Record, self._act("update_bank_account", betNr=betnr, id=id, data=data))

    def remove_bank_account(self, betnr: int, id: int) -> None:
        self._act("remove_bank_account", betNr=betnr, id=id)

    def add_appointment(self, data: Record, *, derived: str = "") -> Record:
        """`derived`: Vortermin, Hinfahrt, Rückfahrt or Urlaub; such a one has a negative `frNr`."""
        return cast(Record, self._act("add_appointment", data=data, derived=derived))

    def update_appointment(self, frnr: int, data: Record) -> Record:
        return cast(Record, self._act("update_appointment", frNr=frnr, data=data))

    def remove_appointment(self, frnr: int) -> None:
        self._act("remove_appointment", frNr=frnr)

    def restore_appointment(self, frnr: int) -> Record:
        return cast(Record, self._act("restore_appointment", frNr=frnr))

    def add_employee(self, kuerzel: str, name: str, email: str = "") -> Record:
        data = {"kuerzel": kuerzel, "name": name, "email": email}
        return cast(Record, self._act("add_employee", kuerzel=kuerzel, data=data))

    def update_employee(self, kuerzel: str, data: Record) -> Record:
        return cast(Record, self._act("update_employee", kuerzel=kuerzel, data=data))

    def remove_employee(self, kuerzel: str) -> bool:
        return bool(self._act("remove_employee", kuerzel=kuerzel))

    def add_matter(self, id: int, data: Record) -> Record:
        """az, rubrum, referat, betNr."""
        return cast(Record, self._act("add_matter", id=id, data=data))

    def update_matter(self, id: int, data: Record) -> Record:
        return cast(Record, self._act("update_matter", id=id, data=data))

    def remove_matter(self, id: int) -> bool:
        return bool(self._act("remove_matter", id=id))

    def set_password(self, password: str) -> None:
        """Somebody changed it; tokens that are out stay good."""
        self._act("set_password", password=password)

    def expire_tokens(self) -> int:
        """Every token ends now; how many were still good."""
        return int(self._act("expire_tokens"))

    def _act(self, action: str, **data: Any) -> Any:
        return self.call("POST", f"advoware/{action}", data)["result"]
