"""Phone numbers among what people write into such fields. Pure.

Sources: ITU-T E.164, DIN 5008 (a hyphen before the extension is part of the number), RFC 3966 (`;ext=`), and for
EspoCRM its InternationalValidator: E.164, possible, an extension only where that is switched on, of six digits at most.

Letters are not a keypad and prose holds no numbers: what is read is what one would dial, or nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncapp.flows.lens.core import CantHold, Why
from syncapp.flows.lens.within import Spot, Within

if TYPE_CHECKING:
    import phonenumbers

# Digits in groups, with what people put between the groups; the area code, or its zero, in brackets.
_RUN = re.compile(r"(?<![\w.,])\+?[\d(](?:[ ]?[-/.()]{0,2}[ ]?\d)*")
_BETWEEN = re.compile(r" ?(?:[-/.]|\(0\)|[()]|\)[-/]|\( ?0 ?\)) ?| ")
_GROUPS = re.compile(r"\d+|\D+")
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})")
_EXTENSION = re.compile(
    r"[,;]?\s*[(]?(?:ext(?:ension)?|durchwahl|dw|app(?:arat)?|nebenstelle|nst)\b\.?[:\s-]*(\d{1,6})\b[)]?",
    re.IGNORECASE,
)
# What may stand before a number: what kind of line it is, or who answers.
_LABEL = re.compile(
    r"(?:tele(?:fon|fax)?|phone|fon|fax|tel|t|f|m|mob|mobil\w*|handy|festnetz|funk|privat\w*|priv|dienst\w*|gesch\w*|büro|"
    r"zentrale|durchwahl|kanzlei|praxis|sekretariat|empfang|whatsapp|notfall|zu|hause|rückruf|nummer|nr|und|u|neu|"
    r"(?:tele(?:fon|fax)|tel|fax|handy|mobil|ruf|funk|dienst)-?(?:nr|nummer))",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(r"(?:nummer|nr)", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:herrn?|frau|fr|hr|dr|prof|ra|rain|fam|familie|mutter|vater|sohn|tochter|mann|ehefrau|ehemann)", re.I
)
# What says that the digits are another kind of number, wherever it stands.
_OTHER_KIND = re.compile(
    r"(?:kunden|kd|akte|geb|konto|kto|rechn|vertrag|vers|schaden|steuer|ust|mandant)\w*|az|iban|bic|blz|rg|re|plz|postfach|"
    r"hr[ab]|zimmer|raum|pin|id|code|uhr|stock|etage|og|\w*(?:zeichen|datum|nummer|nr)",
    re.IGNORECASE,
)
_MUCH = 5  # digits that stand beside a number and may be another one, with or without an area code


@dataclass(frozen=True, slots=True)
class Phone(Within):
    """E.164, with `;ext=` where there is an extension. `extension`: this side's word for one; "": it takes none."""

    region: str = "DE"
    extension: str = ""

    def spot(self, text: str) -> Spot | None:
        found = list(self._numbers(text))
        if len(found) != 1 or found[0] is None:
            return None
        start, end, value = found[0]
        before, after = text[:start], text[end:]
        if extension := _EXTENSION.match(after):
            value, end = f"{value};ext={extension[1]}", end + extension.end()
            after = text[end:]
        rest = f"{before} {after}"
        crowded = any(len(digits) >= _MUCH or digits[0] == "0" for digits in re.findall(r"\d+", rest))
        words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", rest)
        other = any(_OTHER_KIND.fullmatch(word) and not _LABEL.fullmatch(word) for word in words)
        if crowded or other or re.search(r"\d", before) or not _leads_to_a_number(before):
            return None
        if re.match(r"[\w#*%€]|\.\s*\w|\s?[-/(]\s*\d", after):
            return None  # it goes on: nobody can tell where it ends
        bare = all(map(_LABEL.fullmatch, words)) and not re.search(r"\d", rest)
        return Spot(start, end, value, bare)

    def written(self, value: str) -> str | CantHold:
        number, _, extension = value.partition(";ext=")
        if extension and not self.extension:
            return CantHold(Why.EXTENSION, value)
        return f"{number} {self.extension} {extension}" if extension else number

    def _numbers(self, text: str) -> Iterator[tuple[int, int, str] | None]:
        """Every number of the text; None for what may be several."""
        for found in _RUN.finditer(text):
            run = found[0]
            value = None if _DATE.fullmatch(run) else self._number(run)
            if value is None:
                continue
            lone_bracket = run.startswith("(") and ")" not in run
            yield None if self._is_several(run) else (found.start() + lone_bracket, found.end(), value)

    def _number(self, run: str) -> str | None:
        import phonenumbers  # with its plans of all countries, for who reads a number

        digits = _digits(run)
        home = phonenumbers.PhoneMetadata.metadata_for_region(self.region)
        if home is not None and home.national_prefix == "0" and not digits.startswith(("+", "0")):
            return None  # a local number has no area code that could be told
        try:
            number = phonenumbers.parse(digits, self.region)
        except phonenumbers.NumberParseException:
            return None
        plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        # In E.164 it was written by a program that had checked it; what a person wrote has to exist.
        sure = phonenumbers.is_possible_number(number) if run == plain else phonenumbers.is_valid_number(number)
        return plain if sure and self._slash_is_after_area_code(run, number) else None

    def _slash_is_after_area_code(self, run: str, number: phonenumbers.PhoneNumber) -> bool:
        import phonenumbers

        before, slash, _after = run.partition("/")
        area = phonenumbers.length_of_national_destination_code(number)
        if not slash or not area:
            return not slash
        national = phonenumbers.national_significant_number(number)
        # By what follows: what stands before has a zero or a country's code in front of it.
        return sum(map(str.isdecimal, run[len(before) :])) == len(national) - area

    def _is_several(self, run: str) -> bool:
        """Whether it also reads as two numbers, one after the other, or has alternative endings."""
        parts = _GROUPS.findall(run.lstrip("+("))
        between = [part for part in parts if not part[0].isdecimal()]
        if any(not _BETWEEN.fullmatch(part) for part in between) or run.count("/") > 1 or re.search(r"-.*/", run):
            return True
        starts = (found.end() - 1 for found in re.finditer(r"[ /](?=0\d|\(0|\+)", run))
        return any(self._number(run[at + 1 :]) and self._number(run[: at + 1].rstrip(" /-.(")) for at in starts)


def _digits(run: str) -> str:
    """As dialled: without the zero in brackets that is dialled at home only."""
    without = re.sub(r"(?<=\d)\s?\(\s?0\s?\)", "", run) if run.startswith(("+", "00", "(+", "(00")) else run
    plus = "+" if "+" in without[:2] else ""
    return plus + "".join(str(unicodedata.decimal(sign)) for sign in without if sign.isdecimal())


def _leads_to_a_number(before: str) -> bool:
    """Whether only a kind of line or a person is named. A bare "number" may be that of anything."""
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", before)
    if any(_PERSON.fullmatch(word) for word in words):
        return True
    return all(_LABEL.fullmatch(word) for word in words) and not (words and all(map(_NUMBER_WORD.fullmatch, words)))
