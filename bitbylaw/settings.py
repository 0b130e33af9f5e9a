"""Django's settings, made out of `config.py`; nothing here reads the environment by itself."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from bitbylaw import email_url
from bitbylaw import environment as _environment
from bitbylaw.admin_theme import UNFOLD as UNFOLD
from bitbylaw.config import BASE_DIR as BASE_DIR
from bitbylaw.logs import logging_settings
from bitbylaw.version import VERSION

try:
    CONFIG = _environment.load()
except _environment.ConfigError as exc:
    if not _environment.only_help(sys.argv):
        sys.exit(str(exc))
    CONFIG = _environment.bare()


DEBUG = CONFIG.DJANGO_DEBUG
SECRET_KEY = CONFIG.secret_key
SECRET_KEY_FALLBACKS = list(CONFIG.DJANGO_SECRET_KEY_FALLBACKS)
ALLOWED_HOSTS = list(CONFIG.DJANGO_ALLOWED_HOSTS)
CSRF_TRUSTED_ORIGINS = list(CONFIG.DJANGO_CSRF_TRUSTED_ORIGINS)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "bitbylaw.admin_pages.AdminPages",
    "django.contrib.auth",
    "django.contrib.humanize",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "syncapp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "syncapp.kit.tracing.TraceMiddleware",
    "syncapp.webhooks.short_way.ShortWayMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "syncapp.admin.kit.addresses.PlainMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "syncapp.admin.kit.second_factor.SecondFactorMiddleware",
    "syncapp.admin.kit.sessions.SeenMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]
HUB_FLOWS: tuple[str, ...] = ()  # packages of flows that live elsewhere than in syncapp/flows/
ROOT_URLCONF = "bitbylaw.urls"
WSGI_APPLICATION = "bitbylaw.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES: dict[str, Any] = {"default": dj_database_url.parse(CONFIG.DATABASE_URL, conn_max_age=600)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if DATABASES["default"]["NAME"] != ":memory:":
        try:
            _environment.make_folder(Path(DATABASES["default"]["NAME"]).parent)
        except _environment.ConfigError as exc:
            if not _environment.only_help(sys.argv):
                sys.exit(str(exc))
    # WAL lets readers and one writer work side by side. IMMEDIATE takes the write lock when a transaction begins;
    # otherwise two transactions that read first and write later fail instead of waiting, and two schedulers double
    # their jobs.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A pooler gives each transaction another connection, and a cursor of the server would not outlive its own.
    # Nor is a statement that was prepared there (`plain_sql.answer`; the ORM prepares none).
    pool_mode = DATABASES["default"].setdefault("OPTIONS", {}).pop("pool_mode", "session")
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = pool_mode == "transaction"
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None if pool_mode == "transaction" else 0
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, Any] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if CONFIG.redis_url:
    CACHES["default"] = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": CONFIG.redis_url,
        "KEY_PREFIX": "hub",
        "OPTIONS": {
            "CONNECTION_POOL_CLASS": "syncapp.kit.redis_pool.Pool",
            # A webhook waits that long once an outage.
            "CONNECTION_POOL_KWARGS": {"socket_connect_timeout": 1.5, "socket_timeout": 1.5},
            "IGNORE_EXCEPTIONS": True,  # it holds figures of pages, to be counted again
        },
    }
# Advoware's token, shared by all workers: each login of their own could use up the firm's licences.
CACHES["advoware"] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "syncapp_advoware_cache",
}
if CONFIG.redis_url:
    CACHES["advoware_table"] = CACHES["advoware"]  # while Redis is away
    CACHES["advoware"] = CACHES["default"] | {"LOCATION": CONFIG.advoware_redis_url}
    CACHES["advoware"]["OPTIONS"] = CACHES["default"]["OPTIONS"] | {"IGNORE_EXCEPTIONS": False}

# A carrier, not the truth: our tables count attempts and the sweep repeats what the queue lost. Facts behind each
# value are in docs/operators.md ("Why the queue is set as it is").
Q_CLUSTER: dict[str, Any] = {
    "name": "bitbylaw",
    "workers": CONFIG.QUEUE_WORKERS,
    "queue_limit": CONFIG.QUEUE_WORKERS,
    "timeout": CONFIG.QUEUE_TIMEOUT_SECONDS,
    # Longer than lock and time-out, so that the broker never repeats what may still run.
    "retry": max(CONFIG.LOCK_TTL_SECONDS, CONFIG.QUEUE_TIMEOUT_SECONDS * 3) + 60,
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "save_limit": -1,
    "guard_cycle": 0.5,
    "poll": CONFIG.QUEUE_POLL_SECONDS,
    "bulk": 10 if CONFIG.QUEUE_BROKER == "orm" else 1,
    "label": "Queue",
    "log_level": "WARNING",
    "django_redis" if CONFIG.QUEUE_BROKER == "redis" else "orm": "default",
}
if CONFIG.QUEUE_BROKER == "redis":
    Q_CLUSTER["broker_class"] = "syncapp.engine.queue.carrier.Carrier"  # the table carries while Redis is away

globals().update(email_url.django_settings(CONFIG.EMAIL_URL, CONFIG.EMAIL_FROM))

LANGUAGE_CODE = CONFIG.DJANGO_LANGUAGE
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "syncapp" / "locale"]
FORMAT_MODULE_PATH = ["bitbylaw.formats"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS.append(
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}}
)
OTP_TOTP_ISSUER = "BitByLaw Hub"  # what the app shows beside the code
AXES_HANDLER = "syncapp.admin.kit.login_locks.LoginLocks"
AXES_CLIENT_IP_CALLABLE = "syncapp.kit.callers.address_of"
AXES_FAILURE_LIMIT = 8
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # what is refused unread is not kept: a flood fills no table
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "syncapp/locked_out.html"
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = CONFIG.SESSION_HOURS * 3600
SESSION_ENGINE = "syncapp.admin.kit.sessions"  # Django's, with an end for who does nothing
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not DEBUG and CONFIG.DJANGO_HTTPS_ONLY:
    SECURE_SSL_REDIRECT = True
    # Health checks and webhooks of the inner network come without TLS where the proxy ends it.
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # A browser takes such a name from this very host and over TLS only; no neighbour can plant a session.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
if CONFIG.DJANGO_TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # django-unfold's menus are written with Alpine.js, which evaluates the expressions in its attributes.
        "script-src": [SELF, "'unsafe-eval'"],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "BitByLaw hub",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["syncapp.api.description.describe"],
    "SWAGGER_UI_DIST": "SIDECAR",  # from our own static files
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}

# Above the limit the webhook answers 413 by itself, before Django would refuse the body with a page.
DATA_UPLOAD_MAX_MEMORY_SIZE = (CONFIG.WEBHOOK_MAX_MB + 1) * 1024 * 1024

LOGGING_CONFIG = "bitbylaw.logs.configure"
LOGGING = logging_settings(CONFIG.LOG_LEVEL, CONFIG.LOG_FORMAT)
