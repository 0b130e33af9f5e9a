"""Whether the settings fit together. Pure: looks at what it is given.

Why each value of the queue matters is in docs/operators.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from bitbylaw.config import Config
from syncapp.checks import calendar, systems
from syncapp.checks.faults import Fault, is_loopback

SHORTEST_TOKEN = 20  # characters; shorter ones can be guessed
ADDRESSES = (
    "ESPOCRM_API_BASE_URL",
    "XAI_API_BASE_URL",
    "XAI_MANAGEMENT_BASE_URL",
    "ADVOWARE_LOOKUP_URL",
    "ADVOWARE_API_BASE_URL",
    "ADVOWARE_SECURITY_GATEWAY_URL",
    "GOOGLE_API_ROOT",
)
REDIS_CACHE = "django_redis.cache.RedisCache"


def faults(settings: Any) -> Iterator[Fault]:
    yield from _times(settings.CONFIG, settings.Q_CLUSTER)
    yield from _broker(settings.CONFIG, settings.Q_CLUSTER, settings.CACHES, settings.DATABASES)
    for alias, database in settings.DATABASES.items():
        if database["ENGINE"].endswith("sqlite3"):
            yield from _sqlite(alias, database.get("OPTIONS", {}))
    yield from _quoted(settings.CONFIG)
    yield from _doors(settings.CONFIG)
    yield from systems.of_advoware(settings.CONFIG)
    yield from systems.of_google(settings.CONFIG)
    yield from calendar.faults(settings.CONFIG)


def _times(config: Config, queue: dict[str, Any]) -> Iterator[Fault]:
    timeout, retry, lock = queue["timeout"], queue["retry"], config.LOCK_TTL_SECONDS
    if lock <= timeout:
        yield Fault(
            "E050",
            f"A lock ends after {lock} s, but a task may run for {timeout} s: two runs could meet.",
            "Make LOCK_TTL_SECONDS longer than QUEUE_TIMEOUT_SECONDS.",
        )
    longest = timeout * (queue["queue_limit"] / queue["workers"] + 2)
    if retry <= lock or retry < longest:
        yield Fault(
            "E051",
            f"The queue repeats a task after {retry} s, while it may still run (lock {lock} s, waiting and running "
            f"up to {longest:.0f} s).",
            "Raise Q_CLUSTER['retry'].",
        )
    if lock <= config.LEASE_SECONDS:
        yield Fault("E052", "LEASE_SECONDS must be shorter than LOCK_TTL_SECONDS.")
    if queue.get("max_attempts") != 1 or not queue.get("ack_failures"):
        yield Fault(
            "E053", "The queue would repeat failed tasks by itself.", "Q_CLUSTER needs max_attempts 1 and ack_failures."
        )
    if queue.get("save_limit", 250) > 0:
        yield Fault(
            "W054", "A positive save_limit costs most of the queue's speed.", "Set Q_CLUSTER['save_limit'] to -1."
        )


def _broker(
    config: Config, queue: dict[str, Any], caches: dict[str, Any], databases: dict[str, Any]
) -> Iterator[Fault]:
    in_redis = [alias for alias, cache in caches.items() if cache["BACKEND"] == REDIS_CACHE]
    if config.redis_url and "default" not in in_redis:
        yield Fault("E055", "Redis is configured, but the cache 'default' is not in it; locks would fail.")
    if config.QUEUE_BROKER == "redis":
        if queue.get("django_redis") not in in_redis:
            yield Fault("E056", "QUEUE_BROKER is redis, but Q_CLUSTER['django_redis'] names no cache in Redis.")
    elif queue.get("orm") not in databases or queue.get("django_redis"):
        yield Fault("E057", "QUEUE_BROKER is orm, but Q_CLUSTER['orm'] does not name the database.")
    if not config.redis_url:
        yield Fault(
            "I058",
            "No Redis is configured: locks and queue are in the database.",
            "That is right for one machine; for several set REDIS_HOST and QUEUE_BROKER=redis.",
        )


def _sqlite(alias: str, options: dict[str, Any]) -> Iterator[Fault]:
    if options.get("transaction_mode") != "IMMEDIATE":
        yield Fault("E060", f"The SQLite database {alias!r} needs transaction_mode IMMEDIATE, else writers fail.")
    if "journal_mode=wal" not in str(options.get("init_command", "")).lower().replace(" ", ""):
        yield Fault("E061", f"The SQLite database {alias!r} needs journal_mode=WAL in its init_command.")


def of_names(meant: Mapping[str, str]) -> Iterator[Fault]:
    """`meant`: misspelt names of settings and the right ones."""
    for name, right in meant.items():
        yield Fault("W059", f"{name} is no setting of the hub.", f"Do you mean {right}?")


def _quoted(config: Config) -> Iterator[Fault]:
    """Nothing takes them away but for JSON: a password may look like that."""
    for name in sorted(config.model_fields_set):
        value = getattr(config, name)
        if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            yield Fault(
                "W077",
                f"The value of {name} stands in quotes, and they count as part of it.",
                "Container engines hand over the quotes of an env file: leave them away there.",
            )


def _doors(config: Config) -> Iterator[Fault]:
    if not config.ESPOCRM_WEBHOOK_SECRETS and not config.WEBHOOK_TOKENS:
        yield Fault(
            "W062",
            "No webhook is accepted: neither ESPOCRM_WEBHOOK_SECRETS nor WEBHOOK_TOKENS is set.",
            "Run: python manage.py register_webhooks --help",
        )
    if nowhere := config.ESPOCRM_WEBHOOK_SECRETS.keys() - config.ESPOCRM_WEBHOOK_DOORS.keys():
        yield Fault(
            "W076",
            f"{len(nowhere)} of EspoCRM's webhooks count at every address: ESPOCRM_WEBHOOK_DOORS does not name them.",
            "Run: python manage.py register_webhooks --base-url https://… --write-env .env",
        )
    for name, tokens in (("WEBHOOK_TOKENS", config.WEBHOOK_TOKENS), ("METRICS_TOKEN", (config.METRICS_TOKEN,))):
        if any(0 < len(token) < SHORTEST_TOKEN for token in tokens):
            yield Fault("W063", f"{name} holds a token of less than {SHORTEST_TOKEN} characters.", _NEW_TOKEN)
    for name in ADDRESSES:
        if _is_open(getattr(config, name)):
            yield Fault("W064", f"{name} is http: keys and clients' data would travel in the open.", "Use https.")


_NEW_TOKEN = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105  (a hint)


def _is_open(url: str) -> bool:
    """Plain http to another machine. A name without dots is one of the own network (Docker)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "http" and "." in host and not is_loopback(host)
