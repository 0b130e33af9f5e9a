"""The environment of `manage.py demo` and `manage.py sandbox`: nothing of the shell's, nothing of `.env`.

Both work on a machine on which nothing is configured, and never meet a firm's real systems on one where something is.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from bitbylaw.config import BASE_DIR, Config

CONFLICTS = ("vorname", "geburtsdatum")  # fields of parties about which a person chooses
SETTINGS = "bitbylaw.demo_settings"
FOLDER_NAME = "HUB_DEMO_FOLDER"  # another place than data/demo, for tests


def folder() -> Path:
    return Path(os.environ.get(FOLDER_NAME) or BASE_DIR / "data" / "demo").resolve()


def prepare() -> None:
    """Replace this process's settings, before Django reads them; the demo's children inherit them."""
    for name in Config.model_fields:
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "HUB_ENV_FILE": "",
        "DATABASE_URL": f"sqlite:///{folder() / 'hub.sqlite3'}",
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_HTTPS_ONLY": "0",
        "LOG_FORMAT": "text",
        "QUEUE_WORKERS": "2",
        # What may take a minute in real use is to be seen within seconds.
        "SWEEP_SECONDS": "1",
        "XAI_INDEX_POLL_SECONDS": "1",
        "HTTP_RETRY_BUDGET_SECONDS": "6",
        "STOP_GRACE_SECONDS": "8",
        # Both ways at once. A real installation observes first (docs/operators.md).
        "ADVOWARE_WRITE_ENABLED": "1",
        "ADVOWARE_TO_ESPOCRM_ENABLED": "1",
        "PARTY_CONFLICTS": json.dumps(dict.fromkeys(CONFLICTS, "person")),
        "TASKS_TO_ESPOCRM": "Task",
    }
