"""How parties and bank accounts stand at the end. See `picture`, of which this is a part.

What is different each time (times, versions, what Advoware gives as ids) is left out or named by what it stands for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.client import SandboxClient
from syncapp.flows.bankverbindungen.flow import PARTY_ACCOUNTS
from syncapp.flows.beteiligte.flow import PARTY_BRINGING
from syncapp.models import Conflict, Record, Reference, ReferenceKind, Task, Undo

CRM_NAMES = {"name": "lastName", "vorname": "firstName", "rechtsform": "rechtsform"}
OF_CRM = (
    *("deleted", "lastName", "firstName", "firmenname", "rechtsform", "dateOfBirth", "emailAddressData"),
    *("phoneNumberData", "betnr", "syncStatus", "syncErrorMessage", "kommunikationHash", "beteiligteId", "iban"),
    *("bic", "kontoinhaber", "bankname", "istStandard", "aktiv"),
)
NOT_OF_ADVOWARE = ("rowId", "angelegtAm", "geaendertAm", "id")
NOT_AGREED = ("stamp", "journal", "fingerprint")
KINDS = (ReferenceKind.PARTY, ReferenceKind.BANK_ACCOUNT)


class Names:
    """What stands for the ids that nobody chose."""

    def __init__(self, advoware: Mapping[str, Any], crm: Mapping[str, Any]) -> None:
        self.versions = {party["betNr"]: party["rowId"] for party in advoware["parties"]}
        self._accounts = {
            str(account["id"]): f"<{account['iban']}>"
            for party in advoware["parties"]
            for account in party["bankverbindungen"]
        }
        # Those that the hub has made in the CRM.
        kinds = {"CBankverbindungen": "iban", "CBeteiligte": "lastName"}
        rows = ((row, row[name] or row["firmenname"]) for kind, name in kinds.items() for row in crm["records"][kind])
        self._brought = {row["id"]: f"<{shown}>" for row, shown in rows if row["createdByName"] == "BitByLaw Hub"}
        self._parties = {str(party["betNr"]): f"<{party['name']}>" for party in advoware["parties"]}

    def account(self, pk: object) -> str:
        return self._accounts.get(str(pk or ""), f"<gone {pk}>")

    def entity(self, pk: str) -> str:
        return self._brought.get(pk, pk)

    def record(self, record: Record) -> str:
        """Two steps may be about the same party."""
        if record.step == PARTY_BRINGING:
            return f"only there {self._parties[record.entity_id]}"
        return ("accounts of " if record.step == PARTY_ACCOUNTS else "") + self.entity(record.entity_id)

    def version(self, number: int | None, row_id: str) -> str:
        return "current" if row_id == self.versions.get(number or 0, "") else "old"


def names(sandbox: SandboxClient) -> Names:
    return Names(sandbox.state("advoware"), sandbox.state("espocrm"))


def outside(sandbox: SandboxClient) -> list[str]:
    advoware, crm = sandbox.state("advoware"), sandbox.state("espocrm")
    known = Names(advoware, crm)
    lines = [f"advoware party {_bare(party)}" for party in advoware["parties"]]
    for kind in ("CBeteiligte", "CBankverbindungen"):
        for row in crm["records"][kind]:
            shown = {name: row[name] for name in OF_CRM if row.get(name) not in (None, "", [])}
            shown |= {"advowareKontoId": known.account(row["advowareKontoId"])} if row.get("advowareKontoId") else {}
            if row.get("advowareRowId") and not row["deleted"]:
                shown["advowareRowId"] = known.version(row["betnr"], row["advowareRowId"])
            lines.append(f"crm {known.entity(row['id'])} {shown}")
    return lines


def _bare(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without the row's own ids and versions; its details in an order of their own."""
    kept: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, list):
            kept[name] = sorted((_bare(each) for each in value), key=str)
        elif name not in NOT_OF_ADVOWARE and value is not None:
            kept[name] = value
    return kept


def inside(known: Names) -> list[str]:
    references = [
        f"reference {known.entity(row.entity_id)} {row.kind} "
        f"{known.account(row.remote_id) if row.kind == ReferenceKind.BANK_ACCOUNT else row.remote_id} "
        f"in {row.container_id or '-'} {_data(row, known)}"
        for row in Reference.objects.filter(kind__in=KINDS)
    ]
    tasks = [
        f"task {known.record(row.record)} {row.kind} {row.key} {row.system} {row.target_id} {row.facts} {row.state}"
        for row in Task.objects.select_related("record")
    ]
    conflicts = [
        f"conflict {row.field} {[row.agreed, row.here, row.there]} {row.state} {row.choice}"
        for row in Conflict.objects.all()
    ]
    undos = [f"undo {row.entry.action} {row.state} {row.refusal}" for row in Undo.objects.select_related("entry")]
    return [*references, *tasks, *conflicts, *undos]


def _data(row: Reference, known: Names) -> dict[str, Any]:
    data = dict(row.data)
    if "row_id" in data:
        data["row_id"] = known.version(int(row.remote_id), data["row_id"])
    return data


def faults(sandbox: SandboxClient) -> list[str]:
    """Nothing twice, and both sides the same where the hub says that they are."""
    advoware, crm = sandbox.state("advoware"), sandbox.state("espocrm")
    parties = {party["betNr"]: party for party in advoware["parties"]}
    claimed = Counter(row["betnr"] for row in crm["records"]["CBeteiligte"])
    found = [f"a party that nobody in the CRM has: {number}" for number in parties if claimed[number] != 1]
    for party in advoware["parties"]:
        ibans = Counter(account["iban"] for account in party["bankverbindungen"])
        found += [f"twice in Advoware: {iban}" for iban, count in ibans.items() if count > 1]
    agreed = set(Record.objects.filter(status="in_sync").values_list("entity_id", flat=True))
    for row in crm["records"]["CBeteiligte"]:
        if row["id"] in agreed and row["betnr"] in parties:
            found += _differing(row, parties[row["betnr"]])
    ibans = Counter(row["iban"] for row in crm["records"]["CBankverbindungen"] if not row["deleted"])
    return [*found, *(f"twice in the CRM: {iban}" for iban, count in ibans.items() if count > 1)]


def _differing(crm: Mapping[str, Any], party: Mapping[str, Any]) -> list[str]:
    found = [name for name, theirs in CRM_NAMES.items() if (crm[theirs] or "") != (party[name] or "")]
    ours = {each["emailAddress"] for each in crm["emailAddressData"] or []}
    ours |= {each["phoneNumber"] for each in crm["phoneNumberData"] or []}
    if ours != {entry["tlf"] for entry in party["kommunikation"] if entry["tlf"]}:
        found.append("contacts")
    return [f"both sides differ: {crm['id']} {name}" for name in found]
