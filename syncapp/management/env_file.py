"""Webhook secrets in an .env file: read, merged, written so that nobody else can read them."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

KEY = "ESPOCRM_WEBHOOK_SECRETS"
_LINE = re.compile(rf"^(export\s+)?{KEY}\s*=.*$", re.MULTILINE)

Secrets = dict[str, list[str]]


class Unusable(Exception):
    """The file can't be read or written as it is; the message quotes no secret."""


def read(path: Path) -> Secrets:
    """The secrets of the file; none when it does not exist."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as exc:
        raise Unusable(f"{path} can't be read ({type(exc).__name__})") from exc
    return _parse(text, path)


def merge(old: Secrets, new: Mapping[str, str]) -> Secrets:
    """New secrets in front, old ones of the same webhook kept beside them, other webhooks untouched."""
    merged = {key: list(values) for key, values in old.items()}
    for key, secret in new.items():
        merged[key] = [secret, *(each for each in merged.get(key, []) if each != secret)]
    return merged


def line(secrets: Secrets) -> str:
    """As it stands in an .env file; a single secret stands without a list."""
    short = {key: values[0] if len(values) == 1 else values for key, values in sorted(secrets.items())}
    return f"{KEY}='{json.dumps(short)}'"


def write(path: Path, secrets: Secrets) -> None:
    """Replace the line in the file or add it; readable for its owner only, never half written."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    new = line(secrets)
    if (lines := list(_LINE.finditer(text))) and _value(lines[-1].group()) != _value(text):
        raise Unusable(f"{path} has {KEY} on several lines; put it on one first")
    changed = _LINE.sub(lambda _: new, text) if lines else f"{text.rstrip()}\n{new}\n".lstrip("\n")
    target = path.resolve()
    try:
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".env-")  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(changed)
        if target.exists():  # run with sudo, it stays readable for the user that the hub runs as
            os.chown(temporary, target.stat().st_uid, target.stat().st_gid)
        Path(temporary).replace(target)
    except OSError as exc:
        raise Unusable(f"{path} can't be written ({type(exc).__name__})") from exc


def _value(text: str) -> str | None:
    return dotenv_values(stream=StringIO(text), interpolate=False).get(KEY)


def _parse(text: str, path: Path) -> Secrets:
    try:
        raw = json.loads(_value(text) or "{}")
        return {str(key): [item] if isinstance(item, str) else list(map(str, item)) for key, item in raw.items()}
    except (ValueError, AttributeError, TypeError):
        raise Unusable(f"{path} has a {KEY} that is not JSON") from None
