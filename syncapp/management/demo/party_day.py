"""What colleagues do to parties on a working day, in EspoCRM and at Advoware's own screen."""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.management.demo.parties import Parties
from syncapp.management.demo.sandbox import Sandbox

MOBILE = 3  # kommKz
NEW_IBAN = "DE02100500000054540402"


@dataclass(frozen=True, slots=True)
class PartyDay:
    """What the day left to look for: ids in EspoCRM."""

    created: str
    met: str
    in_conflict: str
    account: str


def live(parties: Parties, sandbox: Sandbox) -> PartyDay:
    """Advoware is edited before EspoCRM: it tells nobody, so the hub meets both edits at once."""
    by_name = {row["name"] or row["firmenname"]: row for row in parties.known.values()}
    met, disputed = by_name["Almut Wendland"], by_name["Jörn Peter Oster"]
    firm, registered = by_name["Möwenstube GmbH"], by_name["Baugenossenschaft Deichkrone eG"]
    account = next(row for row in parties.accounts.values() if row["beteiligteId"] == met["id"])

    sandbox.advoware("update_party", betNr=firm["betnr"], data={"registergericht": "Flensburg"})

    sandbox.advoware("add_communication", betNr=met["betnr"], data={"kommKz": MOBILE, "tlf": "0151 555 01 77"})
    mails = [{"emailAddress": "almut.wendland@post.example", "primary": True}]
    sandbox.update("CBeteiligte", met["id"], emailAddressData=mails)

    # The rule for this field is the usual one: EspoCRM's value holds, and staff are told what was replaced.
    sandbox.advoware("update_party", betNr=registered["betnr"], data={"handelsRegisterNummer": "GnR 9921"})
    sandbox.update("CBeteiligte", registered["id"], handelsregisterNummer="GnR 9913")

    there = {"vorname": "Jörn-Peter", "geburtsdatum": "1979-02-11T00:00:00"}
    sandbox.advoware("update_party", betNr=disputed["betnr"], data=there)
    sandbox.update("CBeteiligte", disputed["id"], firstName="Jörn P.", dateOfBirth="1979-11-20")

    sandbox.update("CBankverbindungen", account["id"], iban=NEW_IBAN)
    created = sandbox.create(
        "CBeteiligte", salutationName="Frau", firstName="Henrike", lastName="Petersen", dateOfBirth="1984-03-09",
        status="active", assignedUserId=met["assignedUserId"],
        emailAddressData=[{"emailAddress": "Henrike.Petersen@post.example", "primary": True}],
        phoneNumberData=[{"phoneNumber": "+494315550188", "type": "Office", "primary": True}],
    )  # fmt: skip
    return PartyDay(created, met["id"], disputed["id"], account["id"])
