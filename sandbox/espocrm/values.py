"""What a value becomes when it is saved: checked, and in one form."""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, date, datetime
from typing import Any

from sandbox.espocrm.errors import invalid
from sandbox.espocrm.kinds import Field

DATETIME = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
DATE = re.compile(r"^\d{4}-\d\d-\d\d$")
# Resources/metadata/app/regExpPatterns.json, 10.0
PATTERNS = {"$noBadCharacters": "[^<>=]+"}
LONGEST_ITEM = 100  # Classes/FieldValidators/ArrayType.php
LARGEST = 2**31 - 1  # IntType.php
BLANKS = " \t\n\r\0\x0b"  # what PHP's trim takes away


def new_id() -> str:
    """17 hexadecimal characters: the time in microseconds, and some chance."""
    return f"{int(time.time() * 1_000_000):x}"[-13:].rjust(13, "0") + secrets.token_hex(2)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


def clean(entity_type: str, attribute: str, field: Field, value: Any) -> Any:
    """The value as it is stored; EspoError 400 when it is not valid."""
    name = field.get("field", attribute)
    if field["type"] == "varchar" and isinstance(value, str):
        value = value.strip(BLANKS)  # Classes/FieldSanitizers/StringTrim.php
    if value is None or value == "":
        if field.get("required"):
            raise invalid(entity_type, name, "required")
        if field["type"] == "enum" and "" not in field["options"]:  # EnumType::checkValid
            raise invalid(entity_type, name, "valid")
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
            if not -LARGEST - 1 <= int(value) <= LARGEST:
                raise invalid(entity_type, name, "rangeInternal")
            return int(value)
        case "bool":
            return bool(value)
        case "parentType":  # LinkParentType::checkValid
            if field["entityList"] is not None and value not in field["entityList"]:
                raise invalid(entity_type, name, "valid")
        case "datetime" | "date":
            if not _exists(str(value), field["type"] == "datetime"):
                raise invalid(entity_type, name, "valid")
        case "array":
            _check_items(entity_type, name, field, value)
    return value


def _text(entity_type: str, name: str, field: Field, value: Any) -> str:
    if not isinstance(value, str | int | float):
        raise invalid(entity_type, name, "valid")
    if len(str(value)) > field.get("maxLength", 1 << 20):
        raise invalid(entity_type, name, "maxLength")
    pattern: str = field.get("pattern", "")
    if pattern and not re.fullmatch(PATTERNS.get(pattern, pattern), str(value)):
        raise invalid(entity_type, name, "pattern")
    return str(value)


def _exists(value: str, with_time: bool) -> bool:
    """Core/Field/Date.php and DateTime.php: what is read and written again must be the same, so 30 February is none."""
    try:
        return bool(DATETIME.match(value) and datetime.fromisoformat(value)) if with_time else _is_day(value)
    except ValueError:
        return False


def _is_day(value: str) -> bool:
    return bool(DATE.match(value) and date.fromisoformat(value))


def _check_items(entity_type: str, name: str, field: Field, value: Any) -> None:
    """ArrayType, in the order of Resources/metadata/fields/array.json."""
    if not isinstance(value, list):
        raise invalid(entity_type, name, "array")
    if not all(isinstance(item, str) for item in value):
        raise invalid(entity_type, name, "arrayOfString")
    options = field.get("options")
    if options and not field.get("allowCustomOptions") and not set(value) <= set(options):
        raise invalid(entity_type, name, "valid")
    if any(len(item) > field.get("maxItemLength", LONGEST_ITEM) for item in value):
        raise invalid(entity_type, name, "maxItemLength")


def person_name(record: dict[str, Any], company_names: bool) -> str | None:
    """`name` of a party: first and last name, or with the firm's formula the company's (seen at 9.2.7: null)."""
    parts = [record.get("firstName"), record.get("lastName")]
    return " ".join(str(part) for part in parts if part) or (record.get("firmenname") if company_names else None)
