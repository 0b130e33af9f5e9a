"""The file of a backup: a zip archive that holds the content, as it is or encrypted, and then the manifest.

Without the hub: `unzip FILE`, `age --decrypt --identity KEY` where it is encrypted, and then it is a packed SQLite
database (`gunzip`) or an archive for `pg_restore`.
"""

from __future__ import annotations

import os
import secrets
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from syncapp.keeping import encryption
from syncapp.keeping.manifest import NAME, Manifest, NotOurs
from syncapp.keeping.refusals import Damaged, Refused
from syncapp.keeping.streams import PIECE, Counted, Sink, Tell, Told

PARTIAL = ".partial"  # what a killed one leaves; `partial()` makes the names
# What Python's reader of zip files says of damaged ones; an `OSError` of one that leads to before its beginning.
BROKEN = (
    KeyError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


class Archive:
    """A backup that was opened. Its manifest is there; of its content nothing has been proved yet."""

    def __init__(self, path: Path, zipped: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path, self._zipped, self.manifest = path, zipped, manifest

    def verify(self, tell: Tell = lambda _size: None) -> None:
        """Reads the content to its end; raises `Damaged` unless it is what the manifest says."""
        read = Counted(None, tell)
        with self._content() as content:
            while piece := content.read(PIECE):
                read.write(piece)
        if (read.size, read.sha256) != (self.manifest.size, self.manifest.sha256):
            raise Damaged(self.path, "the checksum of its content is another one")

    def pour(self, target: Sink, identity: Path | None, tell: Tell = lambda _size: None) -> None:
        """The content, decrypted, into the target. Raises `Refused` without the right key, `Damaged`, and `OSError`."""
        keys = encryption.identities(identity) if identity and self.manifest.encrypted else []
        if self.manifest.encrypted and not keys:
            raise Refused(f"{self.path} is encrypted: give the file with its key, --identity FILE.")
        with self._content() as content:
            source = Told(content, tell)
            if not self.manifest.encrypted:
                while piece := source.read(PIECE):
                    target.write(piece)
                return
            through = Counted(target)
            try:
                encryption.decrypted(source, through, keys)
            except OSError:
                if through.fault is None:
                    raise Damaged(self.path, "it can't be decrypted to its end") from None
                raise

    @contextmanager
    def _content(self) -> Iterator[IO[bytes]]:
        try:
            content = self._zipped.open(self.manifest.content)
        except (*BROKEN, OSError):
            raise Damaged(self.path, "its content is not where it should be") from None
        with content:
            try:
                yield content
            except (EOFError, zipfile.BadZipFile):
                raise Damaged(self.path, "its content can't be read to its end") from None


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises `Refused` when it can't be read, `Damaged` when it is no backup or cut off."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
        except OSError as exc:
            raise Refused(f"{path} can't be read ({exc.strerror}).") from None
        try:
            zipped = stack.enter_context(zipfile.ZipFile(file))
            manifest = Manifest.from_json(zipped.read(NAME))
            zipped.getinfo(manifest.content)
        except NotOurs as exc:
            raise Damaged(path, str(exc)) from None
        except (*BROKEN, OSError):
            raise Damaged(path, "it is cut off, or of another kind") from None
        yield Archive(path, zipped, manifest)


def written(
    path: Path, content: str, fill: Callable[[Counted], None], describe: Callable[[Counted], Manifest]
) -> Manifest:
    """A new backup: written beside its place for its owner only, read back from the disk, and only then put there."""
    part = partial(path)
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as zipped:
                with zipped.open(content, "w", force_zip64=True) as member:
                    counted = Counted(member)
                    fill(counted)
                manifest = describe(counted)
                zipped.writestr(NAME, manifest.to_json())
            file.flush()
            os.fsync(file.fileno())
            _forget(file)
        with opened(part) as archive:
            archive.verify()
        os.replace(part, path)
        sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    return manifest


def partial(path: Path) -> Path:
    """A name beside it that is nobody else's."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")


def sync_folder(folder: Path) -> None:
    """A new name is on the disk too when this returns."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget(file: IO[bytes]) -> None:
    """So that reading it back asks the disk and not the memory."""
    if hasattr(os, "posix_fadvise"):  # not on a Mac
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
