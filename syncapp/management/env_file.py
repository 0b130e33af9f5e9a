"""Webhook secrets in an .env file: read, merged, written so that nobody else can read them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from stat import S_IMODE, S_IRWXO, S_IWGRP
from tempfile import NamedTemporaryFile, mkstemp

from django.core.management.base import CommandError
from dotenv import dotenv_values, set_key

KEY, DOORS = "ESPOCRM_WEBHOOK_SECRETS", "ESPOCRM_WEBHOOK_DOORS"
OPEN = S_IRWXO | S_IWGRP  # to others than who writes the settings and who runs with them

Secrets = dict[str, list[str]]


def read(path: Path) -> Secrets:
    """The secrets of the file; none when it does not exist. What is said of a file that can't be used quotes none."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        raw = json.loads(dotenv_values(stream=StringIO(text), interpolate=False).get(KEY) or "{}")
        return {str(key): [item] if isinstance(item, str) else list(map(str, item)) for key, item in raw.items()}
    except (OSError, UnicodeDecodeError) as exc:
        raise CommandError(f"{path} can't be read ({type(exc).__name__}).") from exc
    except (ValueError, AttributeError, TypeError):
        raise CommandError(f"{path} has a {KEY} that is not JSON.") from None


def prove_writable(path: Path) -> None:
    """Before anything is made whose secrets would then be lost: the file is written whole, beside itself."""
    try:
        with NamedTemporaryFile(dir=path.resolve().parent):
            pass
        if path.exists():
            path.open("ab").close()
    except OSError as exc:
        raise CommandError(
            f"{path} can't be written ({type(exc).__name__}), so nothing was done. In a container name a file in a "
            f"folder that is mounted from outside and writable, or run this where the .env is. Under systemd only root "
            f"may write the settings: docs/operators.md (Under systemd) shows how, with --show-secrets."
        ) from exc


def _doors(path: Path) -> dict[str, str]:
    """Those of the file, as far as they can be read: what is not named counts at every door, as before."""
    try:
        found = json.loads(dotenv_values(path, interpolate=False).get(DOORS) or "{}")
    except ValueError:
        return {}
    return {str(key): str(door) for key, door in found.items()} if isinstance(found, dict) else {}


def merge(old: Secrets, new: Mapping[str, str]) -> Secrets:
    """New secrets in front, old ones of the same webhook kept beside them, other webhooks untouched."""
    merged = {key: list(values) for key, values in old.items()}
    for key, secret in new.items():
        merged[key] = [secret, *(each for each in merged.get(key, []) if each != secret)]
    return merged


def value(secrets: Secrets) -> str:
    """As JSON; a single secret stands without a list."""
    return json.dumps({key: each[0] if len(each) == 1 else each for key, each in sorted(secrets.items())})


def write(path: Path, secrets: Secrets, doors: Mapping[str, str] | None = None) -> None:
    """Replace the lines in the file or add them, both at once and never half. The doors of webhooks that have no secret
    any more go. It stays its owner's, and its group's where nobody else can read it: run with sudo, the account that
    the hub runs as can still read it."""
    try:
        path.touch(mode=0o600)
        whole = path.resolve()
        was = whole.stat()
        handle, name = mkstemp(dir=whole.parent, prefix=f".{whole.name}.")
        os.close(handle)
        new = Path(name)
        try:
            new.write_bytes(whole.read_bytes())
            set_key(new, KEY, value(secrets))
            if known := _doors(path) | dict(doors or {}):
                set_key(new, DOORS, json.dumps({key: known[key] for key in sorted(known) if key in secrets}))
            os.chown(new, was.st_uid, was.st_gid)
            new.chmod(0o600 if was.st_mode & OPEN else S_IMODE(was.st_mode))
            new.replace(whole)
        finally:
            new.unlink(missing_ok=True)
    except OSError as exc:
        raise CommandError(f"{path} can't be written ({type(exc).__name__}).") from exc
