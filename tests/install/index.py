"""A package index in a folder, with wheels made on the fly, and locks that pin them."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

TAG = "py3-none-any"


@dataclass(frozen=True)
class Index:
    folder: Path

    def add(self, name: str, version: str, *metadata: str) -> Path:
        """A wheel with nothing in it; `metadata` are lines such as `Requires-Dist: beta>=1`."""
        path = self.folder / f"{name}-{version}-{TAG}.whl"
        info = f"{name}-{version}.dist-info"
        head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata]
        files = {
            f"{info}/METADATA": "\n".join(head) + "\n",
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {TAG}\n",
        }
        with zipfile.ZipFile(path, "w") as wheel:
            for file, text in files.items():
                wheel.writestr(file, text)
            wheel.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"]))
        return path

    def pin(self, pinned: str) -> str:
        """`beta[extra]==1.0` as a lock names it, with the hash of the wheel that is there now."""
        name, _, version = pinned.partition("==")
        wheel = self.folder / f"{name.partition('[')[0]}-{version}-{TAG}.whl"
        return f"{pinned} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"

    def lock(self, *pins: str) -> str:
        return "".join(map(self.pin, pins))
