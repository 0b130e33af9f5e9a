"""Which webhooks EspoCRM should have for this hub, and which it has. The deciding part is pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from syncapp.clients.espocrm import Webhook
from syncapp.management.base import misused, web_address


@dataclass(frozen=True, slots=True)
class Wanted:
    """One subscription: EspoCRM tells a registered webhook by event and address."""

    event: str
    url: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`there`: the registered webhook of each subscription; `doubles` deliver the same once more; `foreign` are hooks
    of the same API user that lead elsewhere."""

    there: Mapping[Wanted, Webhook]
    missing: tuple[Wanted, ...]
    doubles: tuple[Webhook, ...]
    foreign: tuple[Webhook, ...]


def compare(wanted: Sequence[Wanted], registered: Iterable[Webhook]) -> Comparison:
    there: dict[Wanted, Webhook] = {}
    doubles, foreign = [], []
    known = set(wanted)
    # An active one first, so that a switched-off double is never taken for the subscription.
    for hook in sorted(registered, key=lambda each: (not each.active, each.id)):
        subscription = Wanted(hook.event, hook.url)
        if subscription not in known:
            foreign.append(hook)
        elif subscription in there:
            doubles.append(hook)
        else:
            there[subscription] = hook
    missing = tuple(each for each in wanted if each not in there)
    return Comparison(there, missing, tuple(doubles), tuple(foreign))


def replaced(foreign: Iterable[Webhook], url: str) -> tuple[Webhook, ...]:
    """Those that lead to the address of another hub and are switched on; "" for none."""
    start = url.rstrip("/")
    return tuple(
        hook for hook in foreign if start and hook.active and (hook.url == start or hook.url.startswith(f"{start}/"))
    )


def door_of(url: str) -> str:
    """As ESPOCRM_WEBHOOK_DOORS names it: `document/update`."""
    return "/".join(urlsplit(url).path.rsplit("/", 2)[1:])


def checked_base(url: str, *, allow_http: bool) -> str:
    """The hub's address without a slash at its end.

    EspoCRM takes a redirect for a delivery and loses the event, so it has to be the final address.
    """
    if web_address("--base-url", url).scheme == "http" and not allow_http:
        why = "clients' data travels there (--allow-http for an inner network)"
        raise misused(f"--base-url: it must be https, because {why}.")
    return url.rstrip("/")


def checked_earlier(url: str) -> str:
    """The address of an earlier hub, or "" for none. Without a host it would be the beginning of all addresses."""
    if url:
        web_address("--replace", url)
    return url.rstrip("/")
