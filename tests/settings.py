"""The hub's own settings in a test environment that is set here; neither `.env` nor the shell's variables count."""

from __future__ import annotations

import os
import secrets

from tests import engines

ENGINE = engines.chosen()
WEBHOOK_ID = "64f0c0ffee00test1"
WEBHOOK_SECRET = "test-webhook-secret"
WEBHOOK_TOKEN = "test-webhook-token"

_environment = engines.clean_environment() | {
    "DJANGO_SECRET_KEY": secrets.token_urlsafe(40),
    "DJANGO_HTTPS_ONLY": "0",
    "DJANGO_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "DATABASE_URL": ENGINE.postgres_url or f"sqlite:///{ENGINE.folder / 'unused.sqlite3'}",
    "REDIS_URL": ENGINE.redis_url(),
    "REDIS_DB_ADVOWARE_CACHE": str(ENGINE.redis_database(2)),
    "QUEUE_BROKER": "redis" if ENGINE.redis_server else "orm",
    "ESPOCRM_WEBHOOK_SECRETS": f'{{"{WEBHOOK_ID}": ["{WEBHOOK_SECRET}"]}}',
    "WEBHOOK_TOKENS": WEBHOOK_TOKEN,
    "HTTP_RETRY_FIRST_SECONDS": "0.01",
    "HTTP_RETRY_BUDGET_SECONDS": "2",
    "LOG_FORMAT": "text",
}
_before = dict(os.environ)
os.environ.clear()
os.environ.update(_environment)
try:
    from bitbylaw.settings import *  # noqa: F403
    from bitbylaw.settings import DATABASES, STORAGES
finally:
    os.environ.clear()
    os.environ.update(_before)

# A file, not memory: threads and other processes shall see the same tables.
if ENGINE.name == "sqlite":
    DATABASES["default"]["TEST"] = {"NAME": str(ENGINE.folder / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
else:
    DATABASES["default"]["TEST"] = {"NAME": "test_hub"}
DATABASES["default"]["CONN_MAX_AGE"] = 0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# Nothing is collected for a test run; WhiteNoise would warn of the missing folder, and warnings are errors.
STATIC_ROOT = ENGINE.folder / "static"
STATIC_ROOT.mkdir(exist_ok=True)
