"""Encryption of backups in the format of age (https://age-encryption.org/v1): made with a public key, opened with the
private one, which the hub's machine need not have. The program `age` opens them too."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from syncapp.keeping.refusals import Refused
from syncapp.keeping.streams import PIECE, Counted, Sink, Source

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

ENDING = ".age"


def encrypted(source: Source, target: Counted, recipient: str) -> None:
    """Copies; `recipient` empty: as it is. Raises `OSError` of source and target, and `Refused`."""
    if not recipient:
        shutil.copyfileobj(source, target, PIECE)
        return
    import pyrage  # a library of its own for who wants this

    try:
        key = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise Refused("BACKUP_RECIPIENT is no public key of age (age1…, as age-keygen prints it).") from None
    try:
        pyrage.encrypt_io(source, target, [key])
    except (pyrage.EncryptError, OSError) as exc:
        raise target.fault or OSError(f"it could not be encrypted ({exc})") from exc


def decrypted(source: Source, target: Sink, identities: list[Identity]) -> None:
    """Raises `Refused` for a key that does not fit, `OSError` when the content was changed or is cut off."""
    import pyrage

    through = Counted(target)
    try:
        pyrage.decrypt_io(source, through, identities)
    except pyrage.DecryptError:
        raise Refused("This identity does not open the backup: it was made for another one.") from None
    except OSError as exc:
        raise through.fault or exc from None


def identities(file: Path) -> list[Identity]:
    """The private keys of a file as `age-keygen` makes it."""
    import pyrage

    try:
        lines = file.read_text(encoding="ascii").split("\n")
        return [pyrage.x25519.Identity.from_str(line) for each in lines if (line := each.strip()) and line[0] != "#"]
    except OSError as exc:
        raise Refused(f"{file} can't be read ({exc.strerror}).") from None
    except (UnicodeDecodeError, pyrage.IdentityError):
        raise Refused(f"{file} is no identity file as age-keygen makes it (AGE-SECRET-KEY-1…).") from None
