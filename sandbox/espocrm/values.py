"""What a value becomes when it is saved: checked, and in one form."""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from sandbox.espocrm.errors import invalid
from sandbox.espocrm.kinds import Field

DATETIME = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
DATE = re.compile(r"^\d{4}-\d\d-\d\d$")


def new_id() -> str:
    """17 hexadecimal characters: the time in microseconds, and some chance."""
    return f"{int(time.time() * 1_000_000):x}"[-13:].rjust(13, "0") + secrets.token_hex(2)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


def clean(entity_type: str, attribute: str, field: Field, value: Any) -> Any:
    """The value as it is stored; EspoError 400 when it is not valid."""
    name = field.get("field", attribute)
    if value is None or value == "":
        if field.get("required"):
            raise invalid(entity_type, name, "required")
        return None
    match field["type"]:
        case "varchar" | "text" | "file" | "link" | "linkParent":
            return _text(entity_type, name, field, value)
        case "enum":
            if value not in field["options"]:
                raise invalid(entity_type, name, "valid")
        case "int":
            if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
                raise invalid(entity_type, name, "valid")
            return int(value)
        case "bool":
            return bool(value)
        case "datetime" | "date":
            if not (DATETIME if field["type"] == "datetime" else DATE).match(str(value)):
                raise invalid(entity_type, name, "valid")
        case "array":
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise invalid(entity_type, name, "arrayOfString")
    return value


def _text(entity_type: str, name: str, field: Field, value: Any) -> str:
    if not isinstance(value, str | int | float):
        raise invalid(entity_type, name, "valid")
    if len(str(value)) > field.get("maxLength", 1 << 20):
        raise invalid(entity_type, name, "maxLength")
    if "pattern" in field and not re.fullmatch(field["pattern"], str(value)):
        raise invalid(entity_type, name, "pattern")
    return str(value)


def person_name(record: dict[str, Any]) -> str | None:
    """`name` of a party: first and last name, or the firm's."""
    parts = [record.get("firstName"), record.get("lastName")]
    return " ".join(str(part) for part in parts if part) or record.get("firmenname")
