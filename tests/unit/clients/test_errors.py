from __future__ import annotations

import inspect
import pickle

import pytest

from syncapp.clients import errors
from syncapp.clients.errors import ClientError, NotFound

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ClientError)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_crosses_a_process_boundary_whole(kind: type[ClientError]) -> None:
    error = kind("espocrm", "validation.required", 400, "req-1", 2.5, "iban")

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is kind
    assert vars(copy) == vars(error)
    assert str(copy) == f"espocrm: {kind.__name__}, HTTP 400, validation.required, field iban, request req-1"


def test_no_error_is_caught_as_a_kind_of_another() -> None:
    kinds_of_others = {kind for kind in KINDS if kind is not ClientError and kind.__mro__[1] is not ClientError}
    assert kinds_of_others == {errors.NotEnabled}  # a refused login, whatever the reason
    assert issubclass(errors.NotEnabled, errors.Unauthorized)
    assert not issubclass(errors.EntityTypeUnknown, NotFound)
