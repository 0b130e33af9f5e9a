"""The fields of a bank account, each with what either side says of it, as one table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.flows.lens.banks import Bic, Iban
from syncapp.flows.lens.core import Attribute, Lens, MadeOnce, Raw
from syncapp.flows.lens.declaration import Field
from syncapp.flows.lens.texts import Over, Text
from syncapp.kit.marking import gettext_noop as _


@dataclass(frozen=True, slots=True)
class AccountField(Field[Raw, Raw, str]):
    """Here is EspoCRM, there Advoware. `label`: what staff call it."""

    here: Attribute[str]
    there: MadeOnce[str]
    label: str = ""


def _line(name: str, label: str, crm: str, here: Lens[object, str], there: Lens[object, str]) -> AccountField:
    return AccountField(name, Attribute(crm, here), MadeOnce(name, there, any_case=True), label=label)


_CRM_TEXT, _ADVOWARE_TEXT = Text(limit=255, over=Over.REFUSED), Text(charset="latin-1")
IBAN = _line("iban", "IBAN", FIELDS.iban, Iban(), Iban())  # an account is recognised by it
HOLDER = _line("kontoinhaber", _("Account holder"), "kontoinhaber", _CRM_TEXT, _ADVOWARE_TEXT)
BANK = _line("bank", _("Bank"), "bankname", _CRM_TEXT, _ADVOWARE_TEXT)
TABLE: tuple[AccountField, ...] = (IBAN, _line("bic", "BIC", "bic", Bic(), Bic()), HOLDER, BANK)
TITLES = (BANK, HOLDER)  # the first that says something names an account that is brought to the CRM


def declared() -> Iterable[AccountField]:
    return TABLE


def labels() -> Mapping[str, str]:
    names = {name: each.label for each in TABLE for name in (each.name, each.here.name)}
    return {
        **names,
        FIELDS.bank_default: _("Standard account"),
        FIELDS.bank_active: _("Active"),
        FIELDS.bank_party: _("Party"),
        FIELDS.bank_remote_id: _("Number in Advoware"),
    }
