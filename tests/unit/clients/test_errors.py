from __future__ import annotations

import inspect
import pickle

import pytest

from syncapp.clients import errors
from syncapp.clients.errors import ClientError, NotFound, Told

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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [None, 400])
@pytest.mark.parametrize("code", ["", "validation.required"])
@pytest.mark.parametrize("field", [None, "iban"])
@pytest.mark.parametrize("request_id", ["", "req-1"])
def test_the_text_of_an_error_is_read_again(
    kind: type[ClientError], status: int | None, code: str, field: str | None, request_id: str
) -> None:
    error = kind("espocrm", code, status, request_id, 2.5, field)
    assert Told.read(str(error)) == Told("espocrm", kind.__name__, status, code, field or "")


@pytest.mark.parametrize("text", ["", "refused", "xaiId, xaiCollections", "The file is damaged: page 4", "disk"])
def test_another_text_is_none_of_an_error(text: str) -> None:
    assert Told.read(text) is None
