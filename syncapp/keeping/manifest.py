"""What a backup says of itself: which program made it of which database, when, and the checksum of what it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

FORMAT = 1
NAME = "manifest.json"


class NotOurs(Exception):
    """It is no manifest of a backup that this program can read; the message says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`content`: the name of the content inside; `size` and `sha256` are of it as it lies there, packed."""

    engine: str
    version: str
    made_at: datetime
    migrations: Mapping[str, list[str]]
    rows: Mapping[str, int]
    content: str
    size: int
    sha256: str
    encrypted: bool

    def to_json(self) -> str:
        made_at = self.made_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return json.dumps({"format": FORMAT, **asdict(self), "made_at": made_at}, indent=1)

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Raises `NotOurs`."""
        try:
            found = json.loads(text)
            if found["format"] != FORMAT:
                raise NotOurs(f"its format is {found['format']!r}, this program knows {FORMAT}")
            return cls(
                engine=str(found["engine"]),
                version=str(found["version"]),
                made_at=datetime.fromisoformat(found["made_at"]),
                migrations={str(app): [str(each) for each in names] for app, names in found["migrations"].items()},
                rows={str(table): int(count) for table, count in found["rows"].items()},
                content=str(found["content"]),
                size=int(found["size"]),
                sha256=str(found["sha256"]),
                encrypted=bool(found["encrypted"]),
            )
        except (AttributeError, KeyError, TypeError) as exc:
            raise NotOurs(f"its manifest is incomplete ({type(exc).__name__})") from None
        except ValueError:
            raise NotOurs("its manifest can't be read") from None
