"""The file of a backup: what comes out is what went in, or it is said that it is not whole."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import stat
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncapp.keeping import archive, encryption
from syncapp.keeping.manifest import Manifest
from syncapp.keeping.refusals import Damaged, Refused
from syncapp.keeping.streams import Counted, Packed, Unpacking
from tests.keeping import key

CONTENT = random.Random(1).randbytes(1_500_000)
MADE = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def described(done: Counted, *, encrypted: bool = False) -> Manifest:
    facts = {"migrations": {"syncapp": ["0001_initial"]}, "rows": {"syncapp_record": 7}, "content": "content"}
    whole = {"engine": "sqlite", "version": "1", "made_at": MADE, "size": done.size, "sha256": done.sha256}
    return Manifest(**facts, **whole, encrypted=encrypted)  # type: ignore[arg-type]


def written(path: Path, recipient: str = "") -> Manifest:
    def fill(target: Counted) -> None:
        encryption.encrypted(io.BytesIO(CONTENT), target, recipient)

    return archive.written(path, "content", fill, lambda done: described(done, encrypted=bool(recipient)))


def poured(path: Path, identity: Path | None = None) -> bytes:
    target = io.BytesIO()
    with archive.opened(path) as backup:
        backup.verify()
        backup.pour(target, identity)
    return target.getvalue()


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    identity, recipient = key(tmp_path)
    plain, hidden = tmp_path / "plain", tmp_path / "hidden"
    manifest = written(plain)
    written(hidden, recipient)
    assert poured(plain) == poured(hidden, identity) == CONTENT
    assert CONTENT[:1000] in plain.read_bytes()
    assert CONTENT[:1000] not in hidden.read_bytes()
    with archive.opened(plain) as backup:
        assert backup.manifest == manifest
    assert stat.S_IMODE(plain.stat().st_mode) == 0o600
    assert sorted(tmp_path.iterdir()) == [hidden, identity, plain]


def test_every_part_that_is_lost_or_changed_is_found(tmp_path: Path) -> None:
    path, other = tmp_path / "whole", tmp_path / "other"
    written(path)
    whole, seed = path.read_bytes(), random.Random(2)
    broken = [b"", b"no backup at all", whole[:-1], whole[1:], whole[10:], whole[:100]]
    broken += [whole[: seed.randrange(len(whole))] for _ in range(20)]
    for _ in range(60):
        at = seed.randrange(len(whole))
        broken.append(whole[:at] + bytes([whole[at] ^ (1 << seed.randrange(8))]) + whole[at + 1 :])
    for each in broken:
        other.write_bytes(each)
        with pytest.raises(Damaged, match="is damaged or not a backup"):
            poured(other)


def test_whatever_is_changed_in_its_tables_it_is_found_or_does_no_harm(tmp_path: Path) -> None:
    path, other = tmp_path / "whole", tmp_path / "other"
    written(path)
    whole, found = path.read_bytes(), 0
    for at in (*range(60), *range(len(whole) - 700, len(whole))):
        other.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        try:
            assert poured(other) == CONTENT, at
        except Refused:
            found += 1
    assert found > 400


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 2}, "this program knows 1"),
        ({"rows": None}, "manifest is incomplete"),
        ({"made_at": "yesterday"}, "manifest can't be read"),
        ({"content": "another"}, "of another kind"),
        ({"sha256": "0" * 64}, "checksum of its content is another one"),
        ({"size": 1}, "checksum of its content is another one"),
    ],
)
def test_a_manifest_that_does_not_fit_is_said(tmp_path: Path, change: dict[str, object], why: str) -> None:
    path, other = tmp_path / "whole", tmp_path / "other"
    written(path)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
        target.writestr("content", source.read("content"))
        target.writestr("manifest.json", json.dumps(json.loads(source.read("manifest.json")) | change))
    with pytest.raises(Damaged, match=why):
        poured(other)


def test_an_encrypted_one_that_somebody_put_together_anew_is_found(tmp_path: Path) -> None:
    """Its checksum is right, and the encryption says that it was changed."""
    identity, recipient = key(tmp_path)
    inside = io.BytesIO()
    encryption.encrypted(io.BytesIO(CONTENT), Counted(inside), recipient)
    for cut in (inside.getvalue()[:-100], inside.getvalue()[:500_000] + b"x" + inside.getvalue()[500_001:]):
        path = tmp_path / f"{len(cut)}"
        archive.written(
            path, "content", lambda to, cut=cut: to.write(cut), lambda done: described(done, encrypted=True)
        )  # type: ignore[misc]
        with pytest.raises(Damaged, match="can't be decrypted to its end"):
            poured(path, identity)


def test_keys_that_are_none_are_refused(tmp_path: Path) -> None:
    _identity, recipient = key(tmp_path)
    written(tmp_path / "hidden", recipient)
    other, _ = key(tmp_path, "other.txt")
    with pytest.raises(Refused, match="does not open the backup"):
        poured(tmp_path / "hidden", other)
    with pytest.raises(Refused, match="give the file with its key"):
        poured(tmp_path / "hidden")
    with pytest.raises(Refused, match="is no public key of age"):
        written(tmp_path / "never", f"age1{'q' * 58}")
    assert not (tmp_path / "never").exists()


class Full(io.RawIOBase):
    def write(self, _data: object, /) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_full_disk_is_said_as_such(tmp_path: Path, encrypted: bool) -> None:
    identity, recipient = key(tmp_path)
    with pytest.raises(OSError, match="No space left"):
        encryption.encrypted(io.BytesIO(CONTENT), Counted(Full()), recipient if encrypted else "")
    written(tmp_path / "one", recipient if encrypted else "")
    with archive.opened(tmp_path / "one") as backup, pytest.raises(OSError, match="No space left"):
        backup.pour(Full(), identity)


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fill(target: Counted) -> None:
        target.write(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        archive.written(tmp_path / "one", "content", fill, described)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"a", CONTENT, bytes(5_000_000)])
@pytest.mark.parametrize("piece", [1000, 8192, 3_000_000])
def test_packing_piece_by_piece(content: bytes, piece: int) -> None:
    packed, out = Packed(io.BytesIO(content)), io.BytesIO()
    unpacking, pieces = Unpacking(out), []
    while got := packed.read(piece):
        assert len(got) <= piece
        pieces.append(got)
        unpacking.write(got)
    assert unpacking.end()
    assert out.getvalue() == content == zlib.decompress(b"".join(pieces), wbits=31)
    assert Packed(io.BytesIO(content)).read() == b"".join(pieces)
    half = Unpacking(io.BytesIO())
    half.write(b"".join(pieces)[:-1])
    assert not half.end()
