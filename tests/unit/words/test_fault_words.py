"""What a system refused is told in words: which system, which field, which rule."""

from __future__ import annotations

import pytest
from django.utils import translation

from syncapp.clients.errors import ClientError, Forbidden, Maintenance, Rejected, TooLarge, Unreachable
from syncapp.models import Reason
from syncapp.words.fault_words import fault_in_words, system_of, trouble_in_words
from syncapp.words.reason_words import NAMED, reason_in_words
from syncapp.words.rule_words import RULES, rule_in_words

REQUIRED = Rejected("espocrm", "validation.required", 400, "req-1", field="syncErrorMessage")


@pytest.mark.parametrize(
    ("error", "english", "german"),
    [
        (
            REQUIRED,
            "EspoCRM, field “Fault of the sync (syncErrorMessage)”: it can't be empty there",
            "EspoCRM, Feld „Fehler des Abgleichs (syncErrorMessage)“: dort darf es nicht leer sein",
        ),
        (
            Forbidden("espocrm", "access.link", 403, field="cThing"),
            "EspoCRM, field “cThing”: the hub may not read what would be linked there",
            "EspoCRM, Feld „cThing“: der Hub darf nicht lesen, was dort verknüpft würde",
        ),
        (Rejected("advoware", "", 400, field="plz"), "Advoware, field “plz”", "Advoware, Feld „plz“"),
        (TooLarge("xai", "over_limit"), "xAI: it is larger than allowed", "xAI: es ist größer als erlaubt"),
        (
            Rejected("espocrm", "validation.ofTheFirm", 400, field="cThing"),
            "EspoCRM, field “cThing”: ofTheFirm",
            "EspoCRM, Feld „cThing“: ofTheFirm",
        ),
    ],
)
def test_a_fault_in_words(error: ClientError, english: str, german: str) -> None:
    with translation.override("en"):
        assert fault_in_words(str(error)) == english
    with translation.override("de"):
        assert fault_in_words(str(error)) == german


@pytest.mark.parametrize("detail", ["", "Seite 4 ist beschädigt", str(Unreachable("xai", "connect")), "a, b"])
def test_what_tells_no_field_and_no_rule_is_shown_as_it_is(detail: str) -> None:
    assert fault_in_words(detail) == detail


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_german_words(code: str) -> None:
    with translation.override("de"):
        assert rule_in_words(code) != RULES[code]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", NAMED)
def test_the_system_is_named_where_it_is_known(code: str, language: str) -> None:
    with translation.override(language):
        named, unnamed = reason_in_words(code, "google"), reason_in_words(code)
    assert ("Google Calendar" in named, "Google Calendar" in unnamed, "%(" in named) == (True, False, False)


def test_every_reason_that_speaks_of_another_system_names_it() -> None:
    with translation.override("en"):
        general = {code for code, label in Reason.choices if "other system" in str(label)}
    assert general <= set(NAMED)


def test_which_system_is_read_of_the_detail() -> None:
    assert (system_of(str(REQUIRED)), system_of("damaged")) == ("espocrm", "")


def _kinds(of: type[ClientError]) -> set[str]:
    return {of.__name__}.union(
        *(_kinds(each) for each in of.__subclasses__() if each.__module__.startswith("syncapp."))
    )


def test_each_kind_of_trouble_with_a_call_has_words() -> None:
    with translation.override("de"):
        words = {name: trouble_in_words(name) for name in _kinds(ClientError) - {"ClientError"}}
        assert {name for name, said in words.items() if said == name} == set()
        assert trouble_in_words(str(Maintenance("xai", "", 503))) == "ist abgeschaltet oder überlastet (HTTP 503)"
        assert trouble_in_words("what nobody knows") == "what nobody knows"
