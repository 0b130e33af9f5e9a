"""What somebody's words can be, and so which questions are asked. Pure.

Whatever is typed is data: nothing of it is a wildcard, an operator or an address to go to.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from syncapp.flows.akten.mapping import canonical
from syncapp.flows.lens import banks, mails, phones

LONGEST = 200  # signs
SHORTEST = 2  # signs of a name: with one everything would be found
MOST_PARTS = 6  # conditions in one question
MOST_DIGITS = 18  # of what a database takes as a number
LONGEST_ID = 1024  # of an event at Google
CRM_ID = 17  # hexadecimal signs of an id of EspoCRM; in one of some thousand all of them are digits

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@=+-]*")
_REMOTE_ID = re.compile(r"(?=.*[0-9]).{6,}")
# What EspoCRM's "contains" would take for a wildcard, and what stands between words.
_BETWEEN = re.compile(r"[\s,;%_\\]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """Each field that is not empty is a question of its own; `texts` must all stand in a name, in any order."""

    texts: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # of the texts, free of wildcards: what another system is asked for
    ids: tuple[str, ...] = ()
    remote_id: str = ""  # one of the ids that other systems may know: no mere word
    number: int | None = None
    iban: str = ""
    mail: str = ""
    phone: str = ""
    reference: str = ""  # a canonical Aktenzeichen: 123/2026

    @property
    def anything(self) -> bool:
        return self != Asked()


def classify(words: str) -> Asked:
    text = plain(words)
    mail, iban = mails.Mail().spot(text), banks.iban(text) or ""
    phone = None if iban else phones.Phone().spot(text)
    address = "://" in text and " " not in text
    last = text.rstrip("/").rpartition("/")[2] if address else text
    ids = (last,) if _is_id(last) else ()
    number = _number(text)
    parts = tuple(part for part in _BETWEEN.split(text) if part)
    named = not (iban or mail or address) and sum(map(len, parts)) >= SHORTEST
    return Asked(
        texts=tuple(word for word in re.split(r"[\s,;]+", text) if word) if named else (),
        parts=parts[:MOST_PARTS] if named else (),
        ids=ids,
        remote_id=last if ids and not iban and _is_remote_id(last, number) else "",
        number=number,
        iban=iban,
        mail=mail.value if mail is not None else "",
        phone=phone.value if phone is not None and phone.bare and number is None else "",
        reference=canonical(text),
    )


def plain(words: str) -> str:
    """Without signs that nobody sees, in one spelling, with single blanks."""
    seen = (" " if unicodedata.category(sign)[0] == "Z" else sign for sign in unicodedata.normalize("NFC", words))
    shown = (sign for sign in seen if unicodedata.category(sign)[0] != "C" or sign in "\n\t")
    return " ".join("".join(shown).split())[:LONGEST].strip()


def says(asked: Asked, *said: str) -> bool:
    """Whether all the words stand in what was answered, as people read it: capitals and accents count for nothing."""
    text = folded(" ".join(said))
    return bool(asked.texts) and all(folded(word) in text for word in asked.texts)


def folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _is_id(text: str) -> bool:
    return bool(_ID.fullmatch(text)) and len(text) <= LONGEST_ID


def _is_remote_id(text: str, number: int | None) -> bool:
    return bool(_REMOTE_ID.fullmatch(text)) and (number is None or len(text) == CRM_ID)


def _number(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS else None
