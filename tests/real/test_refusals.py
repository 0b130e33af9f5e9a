"""What a real EspoCRM says when it refuses something: which field, which rule, which right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncapp.clients.errors import ClientError, Forbidden, Rejected
from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import connections
from syncapp.models import Task, TaskState
from tests.real.crm import RealCrm
from tests.real.test_parties import PARTY, number, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"salutationName": "Exzellenz"}, "validation.valid"),
        ({"firstName": "<b>"}, "validation.pattern"),
        ({"rechtsform": "x" * 2000}, "validation.maxLength"),
        ({"emailAddress": "keine"}, "validation.emailAddress"),
        ({"phoneNumber": "keine"}, "validation.valid"),
        ({"dateOfBirth": "gestern"}, "validation.valid"),
    ],
)
def test_the_field_and_the_rule_are_told(real: RealCrm, fields: dict[str, Any], code: str) -> None:
    pk = person(real)
    with pytest.raises(Rejected) as caught:
        connections.espocrm().update(PARTY, pk, fields)
    assert (caught.value.field, caught.value.code, caught.value.status) == (*fields, code, 400)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda crm: list(crm.rows("Lead", ())), "access.read"),
        (lambda crm: crm.create("Lead", {"lastName": "Wendland"}), "access.create"),
    ],
)
def test_the_right_that_lacks_is_told(real: RealCrm, ask: Callable[[EspoClient], Any], code: str) -> None:
    with pytest.raises(ClientError) as caught:
        ask(connections.espocrm())
    assert isinstance(caught.value, Forbidden)
    assert caught.value.code in (code, "")  # some doors give no reason


def test_a_value_that_is_refused_keeps_its_rule_in_the_task(real: RealCrm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EspoClient, "takes", lambda _self, _kind: {})  # as where the metadata can't be read
    pk = person(real)
    real.world.sandbox.advoware.update_party(number(real, pk), {"vorname": "A = B", "rechtsform": "GbR"})
    real.told(PARTY, pk, full=True)
    (task,) = Task.objects.filter(state=TaskState.OPEN)
    assert task.facts[1] == {"field": "reason", "now": "refused:validation.pattern", "wanted": ""}
    assert real.get(PARTY, pk)["rechtsform"] == "GbR"


def test_users_read_it_in_the_field_for_faults(real: RealCrm, monkeypatch: pytest.MonkeyPatch) -> None:
    pk = person(real)
    real.world.sandbox.advoware.update_party(number(real, pk), {"vorname": "Alma"})
    write, told = EspoClient.update, []

    def wrong(self: EspoClient, kind: str, record: str, fields: dict[str, Any], *more: Any) -> Any:
        """The hub's first write has a state that the installation does not have."""
        first = not told
        told.append(kind)
        return write(self, kind, record, fields | ({"salutationName": "Exzellenz"} if first else {}), *more)

    monkeypatch.setattr(EspoClient, "update", wrong)
    real.told(PARTY, pk, full=True)
    shown = real.get(PARTY, pk)
    assert shown["syncStatus"] == "failed"
    assert shown["syncErrorMessage"].startswith("EspoCRM hat die Daten abgelehnt.")
    assert "(salutationName)“: dieser Wert ist dort nicht erlaubt" in shown["syncErrorMessage"]
