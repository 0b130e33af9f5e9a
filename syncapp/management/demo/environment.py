"""How the demo's processes are configured: keys, webhook secrets and addresses of this one start."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field

from syncapp.management.demo import sandbox
from syncapp.management.demo.addresses import Addresses

EVENTS = tuple(
    f"{entity_type}.{action}"
    for entity_type in ("CDokumente", "CBeteiligte", "CBankverbindungen", "Raeumungsklage", "Account")
    for action in ("create", "update", "delete")
)
SANDBOX_SETTINGS = (
    "espocrm_webhook_interval=1",  # seconds; EspoCRM itself takes two minutes; nobody watches a demo for so long
    "google_push_http=true",  # Google itself tells only https addresses
)


@dataclass(frozen=True)
class Secrets:
    """Made anew at each start; neither printed nor on a command line."""

    webhooks: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {event: (secrets.token_hex(8), secrets.token_hex(16)) for event in EVENTS}, repr=False
    )
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)


def of_hub(addresses: Addresses, known: Secrets, language: str, google_key: str) -> dict[str, str]:
    """For the web server and the workers, on top of `bitbylaw.demo_environment`.

    `google_key`: of the service account, as JSON.
    """
    return {
        "DJANGO_LANGUAGE": language,
        "ESPOCRM_API_BASE_URL": f"{addresses.sandbox}/espocrm/api/v1",
        "ESPOCRM_API_KEY": sandbox.API_KEY,
        "ESPOCRM_UI_URL": f"{addresses.sandbox}/espocrm",
        "ESPOCRM_WEBHOOK_SECRETS": json.dumps(dict(known.webhooks.values())),
        "WEBHOOK_TOKENS": known.token,
        "XAI_API_BASE_URL": f"{addresses.sandbox}/xai",
        "XAI_API_KEY": sandbox.XAI_KEY,
        "XAI_MANAGEMENT_BASE_URL": f"{addresses.sandbox}/xai-management",
        "XAI_MANAGEMENT_KEY": sandbox.XAI_MANAGEMENT_KEY,
        "ADVOWARE_LOOKUP_URL": f"{addresses.sandbox}/advoware-configurator/AdvonetConfigurator/api/Url",
        **sandbox.ADVOWARE_LOGIN,
        "GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON": google_key,
        "GOOGLE_API_ROOT": f"{addresses.sandbox}/google-api",
        "CALENDAR_PUSH_URL": addresses.hub,
    }


def of_sandbox(addresses: Addresses, known: Secrets) -> dict[str, str]:
    return {
        "SANDBOX_WEBHOOKS": addresses.hub,
        "SANDBOX_WEBHOOK_SECRETS": " ".join(f"{e}={pk}:{secret}" for e, (pk, secret) in known.webhooks.items()),
        "SANDBOX_LINK_HOOK_URL": f"{addresses.hub}/vmh/webhook/entity",
        "SANDBOX_LINK_HOOK_TOKEN": known.token,
    }
