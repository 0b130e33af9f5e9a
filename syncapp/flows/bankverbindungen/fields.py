"""The fields of a bank account besides the IBAN, by which it is recognised, as one table. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncapp.kit.marking import gettext_noop as _


@dataclass(frozen=True, slots=True)
class AccountField:
    """`crm` and `advoware`: what each system calls it. `label`: what staff call it. `code`: written without blanks, in
    capitals."""

    name: str
    crm: str
    advoware: str
    label: str
    code: bool = False

    def canonical(self, value: str) -> str:
        return code(value) if self.code else " ".join(value.split())


TABLE: tuple[AccountField, ...] = (
    AccountField("bic", "bic", "bic", "BIC", code=True),
    AccountField("kontoinhaber", "kontoinhaber", "kontoinhaber", _("Account holder")),
    AccountField("bank", "bankname", "bank", _("Bank")),
)


def code(value: str) -> str:
    """Without blanks, in capitals; not checked."""
    return "".join(value.split()).upper()


def labels() -> Mapping[str, str]:
    return {
        **{name: each.label for each in TABLE for name in (each.name, each.crm)},
        "iban": "IBAN",
        "istStandard": _("Standard account"),
    }
