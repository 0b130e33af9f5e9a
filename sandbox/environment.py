"""What a hub's environment must say so that it reaches the sandbox and is let in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.advoware.gateway import LOOKUP
from sandbox.espocrm.config import API_KEY as ESPOCRM_API_KEY
from sandbox.google.config import API
from sandbox.xai.config import API_KEY, MANAGEMENT_KEY

if TYPE_CHECKING:
    from sandbox.world import World


def logins(world: World, base: str) -> dict[str, str]:
    """`base`: where the sandbox is. Without the key of Google's service account."""
    settings = world.settings.as_dict()
    return {
        "ESPOCRM_API_BASE_URL": f"{base}/espocrm/api/v1",
        "ESPOCRM_API_KEY": ESPOCRM_API_KEY,
        "XAI_API_BASE_URL": f"{base}/xai",
        "XAI_API_KEY": API_KEY,
        "XAI_MANAGEMENT_BASE_URL": f"{base}/xai-management",
        "XAI_MANAGEMENT_KEY": MANAGEMENT_KEY,
        "ADVOWARE_LOOKUP_URL": base + LOOKUP,
        "ADVOWARE_KANZLEI": settings["advoware_kanzlei"],
        "ADVOWARE_DATABASE": settings["advoware_database"],
        "ADVOWARE_USER": settings["advoware_user"],
        "ADVOWARE_PASSWORD": settings["advoware_password"],
        "ADVOWARE_API_KEY": settings["advoware_app_id"],
        "ADVOWARE_API_SECRET": settings["advoware_api_secret"],
        "GOOGLE_API_ROOT": base + API,
    }


def whole(world: World, base: str) -> dict[str, str]:
    """All of it: with the secrets of EspoCRM's webhooks, and Google's key itself."""
    webhooks = world.systems["espocrm"].snapshot()["webhooks"]
    return logins(world, base) | {
        "ESPOCRM_UI_URL": f"{base}/espocrm",
        "ESPOCRM_WEBHOOK_SECRETS": json.dumps({hook["id"]: hook["secretKey"] for hook in webhooks}),
        "ESPOCRM_WEBHOOK_DOORS": json.dumps(
            {hook["id"]: "/".join(hook["url"].rsplit("/", 2)[1:]) for hook in webhooks}
        ),
        "GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON": json.dumps(
            world.systems["google"].control("service_account", {"base_url": base})
        ),
    }
