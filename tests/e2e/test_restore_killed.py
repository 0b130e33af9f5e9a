"""kill -9 at any line of backup and restore: the database is the old one or the new one, whole, and no half file has a
backup's name."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.installation import Installation
from tests.keeping import KILLED, lives

pytestmark = pytest.mark.e2e


def test_a_restore(full: Installation) -> None:
    old, new = full.folder / "old.backup", full.folder / "new.backup"
    full.manage("backup", str(new))
    full.sql("DELETE FROM syncapp_cursor")
    full.sql("INSERT INTO syncapp_cursor (name, moved_at) VALUES ('written since', '2026-01-01')")
    full.manage("backup", str(old))
    bring_back = ["restore", str(old), "--replace"]
    whole, *ended = lives(full, 5, bring_back, ["restore", str(new), "--replace"])
    assert whole[1] == 0
    after = Counter(digest == whole[2] for _place, _code, digest in ended)
    assert len({digest for _place, _code, digest in ended}) == 2, ended
    assert after[False] > 20, "most die before it is done"
    assert {code for _place, code, _digest in ended} <= {KILLED, 0}
    assert sum(code == KILLED for _place, code, _digest in ended) > 20
    # What the dead ones left harms nothing, and it works.
    full.manage("restore", str(new), "--replace")
    full.manage("backup", str(full.folder / "again.backup"))


def test_a_backup(full: Installation) -> None:
    folder = full.folder / "backups"
    folder.mkdir()
    _whole, *ended = lives(full, 5, ["check"], ["backup", str(folder), "--keep", "100"])
    assert len({digest for _place, _code, digest in ended}) == 1
    assert sum(code == KILLED for _place, code, _digest in ended) > 15
    made = list(folder.glob("hub-*.backup"))
    assert made
    for file in made:
        assert "is whole" in full.manage("backup", "--check", str(file)).stdout
