"""Where settings are read from by who loads none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bitbylaw import places


@pytest.mark.parametrize(
    ("shell", "file", "embedded"),
    [
        (None, None, True),
        (None, "", True),
        (None, "DATABASE_URL=postgres://hub@db/hub\n", False),
        (None, 'DATABASE_URL="sqlite:////srv/hub.sqlite3"\n', True),
        ("postgres://hub@db/hub", None, False),
        ("sqlite:////srv/hub.sqlite3", "DATABASE_URL=postgres://hub@db/hub\n", True),
        ("", "DATABASE_URL=postgres://hub@db/hub\n", True),
    ],
)
def test_the_embedded_hub_is_known_by_its_database(
    shell: str | None, file: str | None, embedded: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "env"
    if file is not None:
        named.write_text(file)
    monkeypatch.setenv("HUB_ENV_FILE", str(named))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if shell is not None:
        monkeypatch.setenv("DATABASE_URL", shell)
    assert places.on_sqlite() is embedded
