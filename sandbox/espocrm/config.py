"""What can be set about the EspoCRM of the sandbox (public names: `espocrm_` plus the field)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

API_KEY = "sandbox-espocrm-key"
SECRET_KEY = "sandbox-espocrm-secret"  # for X-Hmac-Authorization
OTHER_API_KEY = "sandbox-espocrm-other-key"  # a second program with access to the same CRM
ADMIN, ADMIN_PASSWORD = "admin", "sandbox-admin"

Installed = tuple[frozenset[str], tuple[tuple[str, str], ...]]  # what is missing, and parameters of fields as JSON
AS_DELIVERED: Installed = (frozenset(), ())


@dataclass
class EspoSettings:
    maintenance: bool = False
    lockout_seconds: float = 60.0
    denied: list[str] = field(default_factory=list)  # "CDokumente.edit", "CDokumente.xaiId.edit": refused to API users
    missing: list[str] = field(default_factory=list)  # "CDokumente.md5sum": fields and links not installed here
    prefixes: bool = True  # C before new entity types, c before new fields of stock ones (customPrefixDisabled is off)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)  # "Task.parent": {"entityList": ["Account"]}
    renamed: dict[str, str] = field(default_factory=dict)  # "CDokumente": "Akt", "CDokumente.xaiId": "kiDatei"
    optimistic_locking: list[str] = field(default_factory=lambda: ["CDokumente", "CBeteiligte"])
    duplicate_check: list[str] = field(  # as EspoCRM is delivered: see `duplicates`
        default_factory=lambda: ["Account.name", "CBeteiligte.name", "CBeteiligte.emailAddress"]
    )
    company_names: bool = True  # a formula of this firm; stock EspoCRM leaves the name of who has no last name empty
    hash_on_upload: bool = False  # EspoCRM hashes nothing (observed.md); a firm's own hook may
    status_on_upload: bool = False  # likewise; sets fileStatus to new or changed when the file changes
    webhook_interval: float = 120.0  # seconds between two runs of the delivery job
    webhook_job: bool = True  # off: only "deliver now" delivers
    webhook_events_per_run: int = 20
    webhook_items_per_request: int = 50
    webhook_retry_pause: float = 600.0
    webhook_attempts: int = 4
    webhooks_per_user: int = 50  # webhookMaxCountPerUser; those that are switched off count too
    webhook_connect_timeout: float = 5.0
    webhook_timeout: float = 10.0
    link_hook: bool = True  # the firm's own POST on link and unlink, sent when an address is set
    link_hook_url: str = ""  # "/link" or "/unlink" is appended
    link_hook_token: str = ""

    @property
    def installed(self) -> Installed:
        return frozenset(self.missing), tuple((name, json.dumps(each)) for name, each in sorted(self.changed.items()))
