"""Whether the file at xAI that the CRM names was made of the document's present file, where another hub put it there.

EspoCRM hashes nothing, so what stands there as `md5sum` may be of an older file: only the bytes prove it. They are
compared with what the hub before noted (MD5 or SHA-256), with xAI's own hash, or with the bytes at xAI.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from syncapp.clients.errors import Forbidden, NotFound, Rejected
from syncapp.clients.espocrm import Downloaded, EspoDocument, EspoMember
from syncapp.clients.xai import XaiClient


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that the CRM names, and the hash that it notes of it."""

    file_id: str
    noted: str


def claims(document: EspoDocument, members: Iterable[EspoMember | None]) -> tuple[Claim, ...]:
    """At the document, or where it is joined to a parent."""
    named = [Claim(document.xai_id, document.xai_synced_hash), *(Claim(m.file_id, m.hash) for m in members if m)]
    return tuple(dict.fromkeys(claim for claim in named if claim.file_id))


def made_of(claim: Claim, got: Downloaded, xai: XaiClient, hashes: Iterable[str] = ()) -> bool:
    """`got`: the document's present file; `hashes`: those that xAI shows of the file. False also when it is gone."""
    try:
        there = xai.file(claim.file_id)
        if got.sha256 in hashes:
            return True
        if len(claim.noted) in (len(got.md5), len(got.sha256)):
            return claim.noted in (got.md5, got.sha256)
        return there.size == got.size and xai.digest(claim.file_id) == got.sha256
    except (NotFound, Forbidden, Rejected):  # a team may have forbidden that contents are read back
        return False
