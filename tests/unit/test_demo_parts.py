"""The demo's judgement of the result is worth something only if it notices what is wrong."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import translation

from syncapp import schedules
from syncapp.management.commands.demo import language_of_the_shell
from syncapp.management.demo import findings, installation, looking, processes, sandbox
from syncapp.management.demo.calendars import Calendars
from syncapp.management.demo.firm import Fate, Firm
from syncapp.management.demo.looking import PAUSE_SECONDS, Comparisons
from syncapp.management.demo.matters import Matters
from syncapp.management.demo.parties import Entered, Parties
from syncapp.management.demo.workday import CalendarDay, PartyDay

CASE = {"id": "c1", "name": "Muster ./. Beispiel", "deleted": False, "status": "active", "xaiCollectionId": "col1"}


def document(**fields: Any) -> dict[str, Any]:
    return {
        "id": "d1", "name": "Vertrag", "deleted": False, "dokumentId": "a1", "dokumentName": "v.txt",
        "xaiSyncStatus": "clean", "xaiSyncError": "", "xaiId": "f1", "xaiSyncedHash": "md5", "xaiCollections": ["col1"],
    } | fields  # fmt: skip


def firm(
    row: dict[str, Any] | None = None,
    *,
    file: str = "v.txt",
    size: int = 5,
    linked: bool = True,
    status: str = "PROCESSED",
    sha: str = "sha",
) -> Firm:
    attached = [{"file_metadata": {"file_id": "f1", "hash": sha}, "status": f"DOCUMENT_STATUS_{status}"}]
    return Firm(
        {
            "records": {"CDokumente": [row or document()], "Raeumungsklage": [CASE], "CBeteiligte": [], "Account": []},
            "links": {"cDokumenteRaeumungsklage": [["d1", "c1"]] if linked else []},
            "attachments": [{"id": "a1", "name": file, "size": size, "md5": "md5", "sha256": "sha"}],
        },
        {
            "files": [{"id": "f1", "sha256": sha}],
            "collections": [
                {"collection_id": "col1", "collection_name": "Akte Muster ./. Beispiel", "documents": attached},
            ],
        },
    )  # fmt: skip


def test_agreement_is_recognised() -> None:
    assert all(line.right for line in findings.of_stock(firm()))


@pytest.mark.parametrize(
    "wrong",
    [
        firm(sha="other"),
        firm(status="FAILED"),
        firm(document(xaiSyncStatus="pending_sync")),
        firm(document(xaiCollections=[])),
        firm(document(xaiSyncedHash="old")),
        firm(document(xaiId=None)),
        firm(linked=False),
        firm(file="scan-unlesbar.pdf"),
    ],
    ids=[
        "other bytes",
        "not indexed",
        "not clean",
        "not told where",
        "old hash",
        "no file",
        "too much",
        "not rejected",
    ],
)
def test_disagreement_is_noticed(wrong: Firm) -> None:
    assert not all(line.right for line in findings.of_stock(wrong))


@pytest.mark.parametrize(
    ("given", "fate"),
    [
        (firm(), Fate.SEARCHABLE),
        (firm(size=0), Fate.LEFT_OUT),
        (firm(linked=False), Fate.LEFT_OUT),
        (firm(file="bild.PNG"), Fate.LEFT_OUT),
        (firm(document(dokumentId=None)), Fate.LEFT_OUT),
        (firm(file="Scan-Unlesbar.pdf"), Fate.REJECTED),
    ],
)
def test_what_a_person_would_expect(given: Firm, fate: Fate) -> None:
    assert given.fate(given.documents[0]) is fate


def test_left_out_without_a_reason_is_noticed() -> None:
    silent = firm(document(xaiSyncStatus="no_sync", xaiCollections=[]), size=0)
    assert not silent.settled(silent.documents[0])


def test_a_busy_port_that_was_asked_for_is_refused_and_another_one_taken_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} can't be used"):
            processes.choose(port, None)
        monkeypatch.setattr(processes, "HUB_PORT", port)
        chosen = processes.choose(None, None)
    assert chosen.hub_port not in (port, chosen.sandbox_port)
    try:
        with pytest.raises(CommandError, match=f"Port {chosen.hub_port} can't be used"):
            processes.choose(chosen.hub_port, None)  # taken already before anything is started
    finally:
        for each in chosen.listening.values():
            each.close()


def test_without_the_sandboxs_packages_it_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "NEEDED", ("werkzeug", "no_such_package"))
    assert sandbox.refuse_without_sandbox() == (
        "The sandbox needs no_such_package, which a real installation does not have. "
        "`make venv-dev` installs what is missing, and `make demo` does so by itself."
    )


@translation.override("en")
def test_news_names_what_differs_and_nothing_else() -> None:
    before, now = (looking.documents(each) for each in (firm(document(xaiSyncStatus="pending_sync")), firm()))
    assert looking.news(before, now) == ["Vertrag (v.txt): clean, 1 Collections"]
    assert looking.news(now, now) == []
    with translation.override("de"):
        assert looking.news(now, {}) == ["Vertrag (v.txt): gelöscht"]


@pytest.mark.parametrize(("shell", "language"), [("de_DE.UTF-8", "de"), ("C.UTF-8", "en"), ("", "en")])
def test_it_speaks_the_shells_language(monkeypatch: pytest.MonkeyPatch, shell: str, language: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", shell)
    assert language_of_the_shell() == language


def both(
    crm: dict[str, Any] | None = None,
    advoware: dict[str, Any] | None = None,
    *,
    account: str = "DE02 1203 0000 0000 2020 51",
    there: tuple[str, ...] = ("DE02120300000000202051",),
    status: str = "clean",
) -> Parties:
    """One party with a mail address, a phone number and a bank account, the same in both systems."""
    ours = {
        "id": "p1", "name": "Eva Muster", "deleted": False, "betnr": 7, "syncStatus": "clean", "salutationName": "Frau",
        "firstName": "Eva", "lastName": "Muster", "firmenname": None, "rechtsform": None, "dateOfBirth": "1970-02-28",
        "handelsregisterNummer": None, "registergericht": None,
        "emailAddressData": [{"emailAddress": "eva@muster.example"}],
        "phoneNumberData": [{"phoneNumber": "+49431555010"}],
    } | (crm or {})  # fmt: skip
    theirs = {
        "betNr": 7, "name": "Muster", "vorname": "Eva", "anrede": "Frau", "rechtsform": None,
        "geburtsdatum": "1970-02-28T00:00:00", "handelsRegisterNummer": None, "registergericht": None,
        "kommunikation": [
            {"id": 1, "kommKz": 4, "tlf": "Eva@Muster.example"}, {"id": 2, "kommKz": 1, "tlf": "0431/555-010"},
            {"id": 3, "kommKz": 1, "tlf": None},
        ],
        "bankverbindungen": [{"iban": iban} for iban in there],
    } | (advoware or {})  # fmt: skip
    accounts = [{"id": "b1", "deleted": False, "beteiligteId": "p1", "iban": account, "syncStatus": status}]
    return Parties({"records": {"CBeteiligte": [ours], "CBankverbindungen": accounts}}, {"parties": [theirs]})


def test_parties_that_agree_are_recognised_however_people_typed() -> None:
    assert all(line.right for line in findings.of_parties(both()))


@pytest.mark.parametrize(
    "wrong",
    [
        both({"firstName": "Ewa"}),
        both({"betnr": None}),
        both({"syncStatus": "unclean"}),
        both({"emailAddressData": []}),
        both(advoware={"geburtsdatum": "0001-01-01T00:00:00"}),
        both(advoware={"kommunikation": []}),
        both(there=()),
        both(there=("DE02120300000000202051", "DE02120300000000202051")),
        both(there=("DE02100500000054540402",)),
    ],
    ids=["value", "number", "not clean", "mail", "date", "contacts", "no account", "account twice", "other account"],
)
def test_parties_that_differ_are_noticed(wrong: Parties) -> None:
    assert not all(line.right for line in findings.of_parties(wrong))


def matters(*cases: tuple[str, str | None], akten: tuple[str, ...] = ("0012/2026-MS", "13/26", "13/2026")) -> Matters:
    rows = [
        {"id": str(number), "deleted": False, "aktenzeichen": typed, "advowareAkteId": known}
        for number, (typed, known) in enumerate(cases)
    ]
    there = [{"id": 9001 + number, "az": az} for number, az in enumerate(akten)]
    return Matters({"records": {"Raeumungsklage": rows}}, {"matters": there})


@pytest.mark.parametrize(
    ("found", "left", "right"),
    [
        (matters(("Az. 12/26", "9001"), ("13/26", None), ("14/26", None)), 1, [True, True]),
        (matters(("12/26", None), ("13/26", None), ("14/26", None)), 1, [False, True]),
        (matters(("12/26", "9002"), ("13/26", None), ("14/26", None)), 1, [False, True]),
        (matters(("12/26", "9001"), ("13/26", "9002"), ("14/26", None)), 0, [False, False]),
    ],
    ids=["as it should be", "not found", "another one", "guessed"],
)
def test_cases_that_know_their_akte(found: Matters, left: int, right: list[bool]) -> None:
    tasks = ["matter_missing", "matter_ambiguous"] * left
    assert [line.right for line in findings.of_matters(found, tasks)] == right


HERE, THERE = {"firstName": "Ewa"}, {"vorname": "Evi"}
DAY = PartyDay(met="p1", account="b1", entered=(), disputed=Entered("p1", crm=HERE, advoware=THERE))
SHOWN = ["conflict", "bank_changed", "value_overruled", "value_overruled"]


def disputed(crm: dict[str, Any] = HERE, advoware: dict[str, Any] = THERE, status: str = "conflict") -> Parties:
    return both({"syncStatus": status} | crm, advoware, account="DE02100500000054540402", status="unclean")


def test_what_people_must_do_is_untouched_and_shown_to_them() -> None:
    parties = disputed()
    assert all(line.right for line in [*findings.of_parties(parties, DAY), *findings.of_people(parties, DAY, SHOWN)])
    assert [line.right for line in findings.of_people(parties, DAY, [])] == [True, False, False, False]
    assert not all(line.right for line in findings.of_people(both(), DAY, SHOWN))


@pytest.mark.parametrize(
    "wrong", [disputed(crm=THERE), disputed(advoware={"vorname": "Ewa"}), disputed(status="clean")]
)
def test_a_conflict_in_which_a_value_was_overwritten_is_noticed(wrong: Parties) -> None:
    assert [line.right for line in findings.of_people(wrong, DAY, SHOWN)] == [True, False, True, True]


@pytest.mark.parametrize(
    ("entered", "right"),
    [
        (Entered("p1", crm={"firstName": "Ewa"}, advoware={"name": "Muster", "vorname": "Evi"}), True),
        (Entered("p1", crm={"firstName": "Evi"}), False),
        (Entered("p1", advoware={"titel": "Evi"}), False),
    ],
)
def test_what_was_entered_on_one_side_is_looked_for_on_the_other(entered: Entered, right: bool) -> None:
    assert findings.of_people(disputed(), replace(DAY, entered=(entered,)), SHOWN)[0].right is right


@translation.override("en")
def test_news_of_a_party_names_the_side_and_what_is_new_there() -> None:
    before = looking.both_sides(both())
    now = looking.both_sides(both({"firstName": "Ewa", "syncStatus": None}))
    assert looking.news(before, now) == ["Eva Muster, EspoCRM: First name Ewa, …"]
    gone = looking.both_sides(Parties({"records": {"CBeteiligte": []}}, {"parties": []}))
    assert looking.news(before, gone) == ["Eva Muster, EspoCRM: deleted", "Eva Muster, Advoware: deleted"]
    with translation.override("de"):
        (line,) = looking.news({}, looking.both_sides(both(advoware={"betNr": 8})))[1:]
    assert line.startswith("Eva Muster, Advoware: Name Muster, Vorname Eva, ")
    assert line.endswith(", IBAN DE02120300000000202051")


def test_what_the_demo_has_compared_is_a_schedule_of_real_use() -> None:
    asked = {installation.PARTIES, installation.CALENDARS, *installation.EVERYTHING}
    assert asked <= {schedule.name for schedule in schedules.schedules()}


def test_a_change_in_advoware_is_compared_at_once_and_once_more() -> None:
    asked: list[float] = []
    times = [0.0]
    comparisons = Comparisons(lambda: asked.append(times[-1]), lambda: times[-1])
    for moment, party in ((0.0, "a"), (1.0, "a"), (2.0, "b"), (2.5, "b"), (2.0 + PAUSE_SECONDS, "b"), (9.0, "b")):
        times.append(moment)
        comparisons.saw({"parties": [party]})
    assert asked == [2.0, 2.0 + PAUSE_SECONDS]


SHOWN_IN_GOOGLE = {
    "id": "e1", "status": "confirmed", "summary": "Kanzleirunde", "location": "Kiel",
    "start": {"dateTime": "2026-12-01T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-12-01T10:00:00Z"},
}  # fmt: skip


def agenda(
    advoware: dict[str, Any] | None = None,
    *events: dict[str, Any],
    calendars: int = 1,
    watched: bool = True,
    role: str = "writer",
) -> Calendars:
    """One employee with one appointment, on both sides unless other events are given."""
    row = {
        "frNr": 1, "sb": "AP", "text": "Kanzleirunde", "ort": "Kiel", "datum": "2026-12-01T00:00:00",
        "datumBis": "2026-12-01T00:00:00", "uhrzeitVon": "10:00:00", "uhrzeitBis": "11:00:00", "abwesenheit": 0,
        "dauertermin": 0, "turnus": 0, "turnusArt": 0,
    } | (advoware or {})  # fmt: skip
    rules = [{"role": role, "scope": {"type": "user", "value": "ap@kanzlei.example"}}]
    calendar = {"id": "c1", "summary": "AW-AP", "rules": rules, "events": [*(events or (SHOWN_IN_GOOGLE,))]}
    return Calendars(
        {"employees": [{"kuerzel": "AP", "email": "ap@kanzlei.example"}], "appointments": [row]},
        {"calendars": [calendar] * calendars, "channels": [{"calendar": "c1"}] if watched else []},
    )


def shown(**fields: Any) -> dict[str, Any]:
    return SHOWN_IN_GOOGLE | fields


WHOLE_DAYS = {"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-03"}}


@pytest.mark.parametrize(
    "equal",
    [
        agenda(),
        agenda({"uhrzeitVon": None, "uhrzeitBis": None, "abwesenheit": 1, "datumBis": "2026-12-02T00:00:00"},
               shown(**WHOLE_DAYS)),
        agenda({"dauertermin": 1, "turnus": 2, "turnusArt": 2, "datumBis": "2037-12-31T00:00:00"},
               shown(recurrence=["RRULE:FREQ=WEEKLY;INTERVAL=2"])),
        agenda({"dauertermin": 1, "turnus": 1, "turnusArt": 3, "datumBis": "2027-05-31T00:00:00"},
               shown(recurrence=["RRULE:FREQ=MONTHLY;UNTIL=20270531T215959Z"])),
        agenda(None, SHOWN_IN_GOOGLE, shown(id="e2", status="cancelled")),
    ],
    ids=["timed", "whole days", "series", "series with an end", "deleted one"],
)  # fmt: skip
def test_appointments_that_agree_are_recognised(equal: Calendars) -> None:
    assert all(line.right for line in findings.of_calendars(equal))


@pytest.mark.parametrize(
    "wrong",
    [
        agenda({"uhrzeitVon": "09:00:00"}),
        agenda({"text": "Klausur"}),
        agenda({"sb": "MS"}),
        agenda({"dauertermin": 1, "turnus": 1, "turnusArt": 2}),
        agenda(None, shown(status="cancelled")),
        agenda(None, SHOWN_IN_GOOGLE, shown(id="e2")),
        agenda(calendars=2),
        agenda(watched=False),
        agenda(role="reader"),
    ],
    ids=["time", "text", "employee", "series", "missing", "twice", "two calendars", "nobody told", "not to be written"],
)
def test_appointments_that_differ_are_noticed(wrong: Calendars) -> None:
    assert not all(line.right for line in findings.of_calendars(wrong))


def test_edits_are_on_both_sides_and_what_advoware_cannot_hold_is_a_task() -> None:
    beyond = shown(id="e2", summary="Sprechstunde", recurrence=["RRULE:FREQ=WEEKLY;BYDAY=TU,TH"])
    calendars = agenda(None, SHOWN_IN_GOOGLE, beyond)
    met, by_hand = calendars.in_google.values()
    day, left = CalendarDay((met,), by_hand), ["appointment_by_hand"]
    assert all(
        line.right for line in [*findings.of_calendars(calendars, day), *findings.of_edits(calendars, day, left)]
    )
    assert not all(line.right for line in findings.of_edits(calendars, day, []))
    assert not all(line.right for line in findings.of_edits(agenda({"ort": "Lübeck"}), day, left))
    assert not all(line.right for line in findings.of_calendars(calendars))


@translation.override("en")
def test_news_of_an_appointment_names_the_side_and_when_it_is() -> None:
    before, moved = (looking.appointments(each) for each in (agenda(), agenda({"uhrzeitVon": "09:30:00"})))
    assert looking.news(before, moved) == ["Kanzleirunde, Advoware AP: 2026-12-01 09:30, Kiel"]
    gone = looking.appointments(agenda(None, shown(status="cancelled")))
    assert looking.news(before, gone) == ["Kanzleirunde, Google AP: deleted"]


def test_appointments_of_advoware_are_looked_at_apart_from_its_parties() -> None:
    asked: list[str] = []
    comparisons = Comparisons(lambda: asked.append("calendars"), lambda: 0.0, of="appointments")
    for parties, appointments in ((["a"], ["x"]), (["b"], ["x"])):
        comparisons.saw({"parties": parties, "appointments": appointments})
    assert asked == []
    comparisons.saw({"parties": ["b"], "appointments": ["y"]})
    assert asked == ["calendars"]
