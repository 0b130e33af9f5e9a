"""What the hub asks of Advoware. Only partly public: what is open stands in ``config.Paths`` and can be set."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, closing
from time import monotonic

import ijson
from ijson.common import JSONError
from ijson.utils import sendable_list

from syncapp.clients.advoware.appointments import Appointments
from syncapp.clients.advoware.config import SYSTEM
from syncapp.clients.advoware.relay import Relayed, checked_path
from syncapp.clients.advoware.replacing import in_doubt
from syncapp.clients.advoware.rest import Malformed, Place
from syncapp.clients.advoware.types import AdvowareParty, BankAccount, Communication, Employee, Matter, PostalAddress
from syncapp.clients.errors import NotFound, Unauthorized, UnexpectedAnswer
from syncapp.clients.http.answers import LIST_SECONDS, Answer
from syncapp.clients.http.calls import Query
from syncapp.clients.http.login import Token
from syncapp.clients.http.parse import the_object

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what may stand in a path; people type these numbers


class AdvowareClient(Appointments):
    """Every method raises ``ClientError`` and nothing else. Use one instance for one step."""

    def ping(self) -> None:
        """The employees: a short list that proves address, login and right to read."""
        self.employees()

    def employees(self, malformed: Malformed | None = None) -> tuple[Employee, ...]:
        """With ``malformed`` a row that is no employee stops no other."""
        return self.listed(Employee, Place(self._config.paths.employees), malformed)

    def matters(self) -> Generator[Matter, None, None]:
        """All Akten, one at a time while they arrive. The hub has no way to write one."""
        for raw in self._streamed(self._config.paths.matters, "matters"):
            yield Matter.from_api(raw, self._config.matter_fields)

    def matters_answer(self) -> Mapping[str, object]:
        """The first Akte as it came, whatever its keys are called; empty where there is none."""
        with closing(self._streamed(self._config.paths.matters, "matters")) as rows:
            return next(rows, {})

    def matter(self, number: str) -> Matter:
        """``NotFound`` when there is none of that number, ``EntityTypeUnknown`` where Akten can't be asked for singly.
        Nobody knows whether one is answered or a list: both are read."""
        if not _NUMBER.fullmatch(number):
            raise NotFound(SYSTEM, "matter")
        raw = self.request("GET", Place(f"{self._config.paths.matters}/{number}"), Answer.json_if_any)
        for row in raw if isinstance(raw, list) else [raw] if raw else []:
            found = Matter.from_api(row, self._config.matter_fields)
            if found.id == number:
                return found
        raise NotFound(SYSTEM, "matter")

    def party(self, number: int) -> AdvowareParty:
        """``NotFound`` when there is none of that number."""
        read_at = monotonic()
        raw = self.request("GET", Place(self._party(number)), Answer.json)
        return AdvowareParty.from_api(raw, self._config.clock, read_at)

    def parties(self, malformed: Malformed | None = None) -> Generator[AdvowareParty, None, None]:
        """All parties, one at a time while they arrive. A list that breaks off raises after what came before.

        A row that is no party is handed to ``malformed``, and only without one stops the list.
        """
        zone = self._config.clock
        for raw in self._streamed(self._config.paths.parties, "parties"):
            try:
                party = AdvowareParty.from_api(raw, zone)
            except UnexpectedAnswer:
                if malformed is None:
                    raise
                malformed(raw)
                continue
            yield party

    def create_party(self, values: Mapping[str, object]) -> int:
        """The number of the new party. After ``AnswerLost`` look for it before creating it again."""
        return self.created(self._config.paths.parties, values).needed_number("betNr")

    def save_party(self, party: AdvowareParty, changes: Mapping[str, object]) -> AdvowareParty:
        """Writes the party with the changes in it and returns what a read found afterwards.

        ``Outdated`` when somebody changed it since ``party`` was read: the last look is at most a second old when the
        write begins, because Advoware itself would not notice.
        """
        path = self._party(party.number)
        self.replace(Place(path), party, changes, lambda: self.party(party.number))
        with in_doubt("not_read_back"):
            return self.party(party.number)

    def create_communication(self, number: int, kind: int, value: str, remark: str = "") -> int | None:
        """The id of the new entry, where Advoware tells it."""
        path = self._party(number, self._config.paths.communications)
        return self.created(path, {"kommKz": kind, "tlf": value, "bemerkung": remark}).number("id")

    def save_communication(self, number: int, entry: Communication, changes: Mapping[str, object]) -> None:
        """Writes the entry with the changes in it. ``Outdated`` as in ``save_party``, ``NotFound`` when it is gone."""
        path = self._party(number, self._config.paths.communications, entry.id)
        self.replace(Place(path), entry, changes, lambda: self._entry(number, entry.id))

    def bank_accounts(self, number: int) -> tuple[BankAccount, ...]:
        return self.listed(BankAccount, Place(self._party(number, self._config.paths.bank_accounts)))

    def addresses(self, number: int) -> tuple[PostalAddress, ...]:
        return self.listed(PostalAddress, Place(self._party(number, self._config.paths.addresses)))

    def create_bank_account(self, number: int, iban: str, fields: Mapping[str, str]) -> None:
        """After ``AnswerLost`` look through ``bank_accounts`` before creating it again: nobody can delete it."""
        self.created(self._party(number, self._config.paths.bank_accounts), {"iban": iban, **fields})

    def relay(self, method: str, path: str, query: Query, body: bytes, content_type: str) -> Relayed:
        """One attempt of any call below the API's address, for the proxy; its answer is the caller's to close.

        Answers of 4xx and 5xx are returned as they are. Raises ``Unauthorized`` when Advoware refuses us twice,
        ``Unreachable``, and ``AnswerLost`` (``relay.TIMEOUT`` when it took too long), ``Rejected`` for a path that
        could lead elsewhere.
        """
        place = Place(checked_path(path), query)
        data = body if body or method in ("POST", "PUT", "PATCH") else None

        def ask(token: Token) -> Relayed:
            relayed = Relayed(self.opened(self.call(method, place, token, data, content_type)))
            if relayed.status == 401:
                relayed.close()
                raise Unauthorized(SYSTEM, "token", 401)
            return relayed

        return self.logged_in(ask)

    def _streamed(self, path: str, what: str) -> Generator[Mapping[str, object], None, None]:
        with ExitStack() as stack:

            def ask(token: Token) -> Answer:
                call = self.call("GET", Place(path), token)
                return self.repeated(lambda: stack.enter_context(self.welcome(call)))

            yield from _objects(self.logged_in(ask), what)

    def _party(self, number: int, *below: str | int) -> str:
        return "/".join(map(str, (self._config.paths.parties, int(number), *below)))

    def _entry(self, number: int, entry_id: int) -> Communication:
        for entry in self.party(number).communications:
            if entry.id == entry_id:
                return entry
        raise NotFound(SYSTEM, "communication")


def _objects(answer: Answer, what: str) -> Iterator[Mapping[str, object]]:
    """The objects of a list while it arrives: Advoware has no pages, and 50,000 parties are too much for the memory.
    ``UnexpectedAnswer`` when it is no list, or ends too early; what came before was given."""
    rows = sendable_list()
    reader = ijson.items_coro(rows, "item", use_float=True)
    begun = False
    try:
        for chunk in answer.chunks(LIST_SECONDS):
            if not begun:
                chunk = chunk.removeprefix(BYTE_ORDER_MARK).lstrip()
                if not chunk:
                    continue
                if not chunk.startswith(b"["):
                    raise UnexpectedAnswer(SYSTEM, f"not_a_list.{what}", answer.status, answer.request_id)
                begun = True
            reader.send(chunk)
            for row in rows:
                yield the_object(SYSTEM, row, what)
            rows.clear()
        reader.close()
        return
    except (JSONError, ValueError, RecursionError):
        pass
    raise UnexpectedAnswer(SYSTEM, "not_json", answer.status, answer.request_id)
