"""Of what kind a setting is: how its text is read, and what is said when it can't be. No message quotes a value."""

from __future__ import annotations

import json
import re
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from bitbylaw import email_url
from syncapp.flows.beteiligte import fields as party_fields

LONGEST_DAYS = 36_500  # a hundred years is for ever: what lies before the year 1 or after 9999 can't be reckoned with
LONGEST_SPAN = 604_800  # a week, in seconds: a socket waits for 24 days at most


def _commas(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _without_quotes(value: object) -> object:
    """JSON stands in single quotes in an env file, and container engines hand these over too."""
    text = value.strip() if isinstance(value, str) else ""
    return text[1:-1] if text[:1] == text[-1:] == "'" else value


def _json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(str(_without_quotes(value)))
    except ValueError:
        raise ValueError('must be JSON, such as {"name": "value"}') from None


def _read_address(value: str) -> None:
    """What can't be taken apart fails with the first call otherwise, and Python's own words would quote of it."""
    try:
        _ = urlsplit(value).port
    except ValueError:
        raise ValueError("can't be read; special characters of user and password stand as %XX") from None


def _http_url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/@]+(/[^\s]*)?", value):
        raise ValueError("must be an http(s) address without a user name in it")
    _read_address(value)
    return value.rstrip("/")


def _host(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9._-]+", value):
        raise ValueError("must be the name of a computer and no more, such as redis.example.org (else: REDIS_URL)")
    return value


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite://", "postgres://", "postgresql://")):
        raise ValueError("must begin with sqlite:/// or postgres://")
    if value.startswith("sqlite://"):
        return value  # sqlite://:memory: is none as others are
    _read_address(value)
    asked = parse_qs(urlsplit(value).query)
    if not urlsplit(value).path.strip("/") and "service" not in asked:
        raise ValueError("names no database: postgres://user:password@host:5432/name")
    pooling = asked.get("pool_mode", ["session"])
    if pooling[-1] not in ("session", "transaction"):
        raise ValueError("pool_mode must be session or transaction, as PgBouncer has it: the hub needs transactions")
    return value


def _age_recipient(value: str) -> str:
    if value and not re.fullmatch(r"age1[02-9ac-hj-np-z]{58}", value):
        raise ValueError("must be a public key of age, as age-keygen prints it: age1 and 58 signs")
    return value


def _redis_url(value: str) -> str:
    if value and not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    _read_address(value)
    return value


def _secret_lists(value: object) -> object:
    """`{"id": "secret"}` and `{"id": ["old", "new"]}` are both welcome: secrets can be rotated."""
    if isinstance(value, dict):
        return {key: (item,) if isinstance(item, str) else item for key, item in value.items()}
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("must be the name of a time zone, such as Europe/Berlin")
    return value


def _party_field(name: str) -> str:
    names = [each.name for each in party_fields.TABLE]
    if name in names:
        return name
    nearest = get_close_matches(name.lower(), names, 1)
    meant = f"do you mean {nearest[0]}? " if nearest else ""
    raise ValueError(f"no field of parties; {meant}There are: {', '.join(names)}")


def _texts(value: object) -> object:
    """`{"betnr": 4711}` and `{"betnr": ["4711"]}` are both welcome."""
    if not isinstance(value, dict):
        return value
    lists = {key: each if isinstance(each, list | tuple) else [each] for key, each in value.items()}
    return {key: tuple(str(each) if isinstance(each, int) else each for each in found) for key, found in lists.items()}


def _party_filter(name: str) -> str:
    names = ("betnr", party_fields.LEGAL_FORM, "changed_since")
    if name not in names:
        raise ValueError(f"is no filter of parties. There are: {', '.join(names)}")
    return name


def _parties_wanted(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    numbers, since = value.get("betnr", ()), value.get("changed_since", ())
    if numbers != ("all",) and not all(each.isdecimal() for each in numbers):
        raise ValueError('betnr must be "all" or numbers of parties')
    if since:
        try:
            (_day,) = map(date.fromisoformat, since)
        except ValueError:
            raise ValueError("changed_since must be one day, such as 2026-01-31") from None
    return value


CommaList = Annotated[tuple[str, ...], BeforeValidator(_commas)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
EmailUrl = Annotated[str, AfterValidator(email_url.valid)]
EmailSender = Annotated[str, AfterValidator(email_url.sender)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
AgeRecipient = Annotated[str, AfterValidator(_age_recipient)]
HostName = Annotated[str, AfterValidator(_host)]
Port = Annotated[int, Field(gt=0, le=65_535)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
Seconds = Annotated[float, Field(gt=0, le=LONGEST_SPAN)]
Span = Annotated[int, Field(gt=0, le=LONGEST_SPAN)]  # seconds, minutes, hours
Days = Annotated[int, Field(gt=0, le=LONGEST_DAYS)]
Positive = Annotated[int, Field(gt=0)]
PerMinute = Annotated[int, Field(ge=100)]  # a batch of fifty calls must leave room for others
NonEmpty = Annotated[str, Field(min_length=1)]
Json = BeforeValidator(_json)
JsonText = Annotated[str, BeforeValidator(_without_quotes)]  # read by somebody else
SecretLists = Annotated[dict[NonEmpty, tuple[NonEmpty, ...]], BeforeValidator(_secret_lists), Json]
ZoneName = Annotated[str, AfterValidator(_zone)]
ApiPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$")]
EspoName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,99}$")]
EspoField = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{0,99}\.[A-Za-z][A-Za-z0-9_]{0,99}$")]
AdvowareResource = Literal[
    "parties", "employees", "appointments", "matters", "communications", "bank_accounts", "addresses"
]
MatterField = Literal["id", "reference"]
MatterEntityField = Literal["id", "reference", "status"]
PartiesWanted = Annotated[
    dict[Annotated[str, AfterValidator(_party_filter)], Annotated[tuple[NonEmpty, ...], Field(min_length=1)]],
    AfterValidator(_parties_wanted),
    BeforeValidator(_texts),
    Json,
]
PartyFieldName = Annotated[str, AfterValidator(_party_field)]
