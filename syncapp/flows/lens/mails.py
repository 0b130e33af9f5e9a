"""Mail addresses. Pure. Sources: RFC 5321 and 5322 (addresses), RFC 5890 and 5891 (names in other alphabets), RFC 6068
(mailto); for EspoCRM's validator the documentation of PHP's FILTER_VALIDATE_EMAIL and shared/reference/observed.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna

from syncapp.flows.lens.core import CantHold, Nothing, Value, Why
from syncapp.flows.lens.within import Spot, Within

_MAILTO = "mailto:"
_WORD = re.compile(r"[^\s<>()\[\]{},;:|\"„“”‚‘’«»\\]+")  # what can be an address, and nothing that stands around one
_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST, _LONGEST_LOCAL = 254, 64  # RFC 5321 4.5.3.1, erratum 1690
_LABELS = re.compile(r"(?:e-?mail|mail|adresse)?\s*[:=]?\s*<?(?:mailto:)?", re.IGNORECASE)
_ENDS = re.compile(r"[>.,;\s]*")


def php_takes(address: str) -> bool:
    """What PHP's FILTER_VALIDATE_EMAIL takes, less quoted local parts and bare IP addresses, which nobody has here.

    ASCII only; a local part of atoms with single dots between them; at least two labels of letters, digits and inner
    hyphens, the last of which begins with a letter; 254 signs, 64 of them before the @.
    """
    local, at, domain = address.rpartition("@")
    labels = domain.lower().split(".")
    return bool(
        at
        and address.isascii()
        and len(address) <= _LONGEST
        and len(local) <= _LONGEST_LOCAL
        and _ATOM.fullmatch(local)
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and labels[-1][0].isalpha()
    )


def canonical(address: str) -> str | None:
    """The domain in ASCII and lower case, the rest as typed; None when it is no address."""
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return None
    if not at or not _ATOM.fullmatch(local) or not php_takes(f"a@{ascii_domain}"):
        return None
    return f"{local}@{ascii_domain}"


def key(address: str) -> str:
    """The same for every spelling of an address: no provider tells capitals apart, but each ß from ss."""
    return address.lower()


@dataclass(frozen=True, slots=True)
class Mail(Within):
    """`php`: the system asks PHP's validator. Display names, brackets and words around it are a remark."""

    php: bool = False

    def spot(self, text: str) -> Spot | None:
        found = [match for match in _WORD.finditer(text) if "@" in match[0]]
        if len(found) != 1:
            return None
        start, end = found[0].span()
        if text[:start].lower().endswith(_MAILTO):
            end = start + len(found[0][0].partition("?")[0])
        while text[start:end].endswith("."):
            end -= 1
        value = canonical(text[start:end])
        if value is None:
            return None
        bare = bool(_LABELS.fullmatch(text[:start])) and bool(_ENDS.fullmatch(text[end:]))
        return Spot(start, end, value, bare)

    def written(self, value: str) -> str | CantHold:
        return CantHold(Why.INVALID, value) if self.php and not php_takes(value) else value

    def same(self, value: Value[str], said: Value[str]) -> bool:
        if isinstance(value, Nothing) or isinstance(said, Nothing):
            return value == said
        return key(value) == key(said)
