"""The settings of one installation: names, kinds and defaults, and what follows from several.

Names are those the firm and other programs already use (see `.env.example`, which explains each). A system whose
settings are empty is *not configured*: its flows are switched off with a warning, the rest of the hub works.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from bitbylaw.places import BASE_DIR as BASE_DIR
from bitbylaw.setting_types import (
    LONGEST_DAYS,
    LONGEST_SPAN,
    AdvowareResource,
    AgeRecipient,
    ApiPath,
    CommaList,
    DatabaseUrl,
    Days,
    EmailSender,
    EmailUrl,
    EspoField,
    EspoName,
    HostName,
    HttpUrl,
    Json,
    JsonText,
    MatterEntityField,
    MatterField,
    NonEmpty,
    PartiesWanted,
    PartyFieldName,
    PerMinute,
    Port,
    Positive,
    RedisUrl,
    Seconds,
    SecretLists,
    Span,
    ZoneName,
)
from syncapp.clients.espocrm import joins
from syncapp.clients.espocrm.names import Names
from syncapp.flows.beteiligte import fields as party_fields

ADVOWARE_LOGIN = (
    "ADVOWARE_API_KEY",
    "ADVOWARE_API_SECRET",
    "ADVOWARE_KANZLEI",
    "ADVOWARE_USER",
    "ADVOWARE_PASSWORD",
)

INSECURE_DEVELOPMENT_KEY = "insecure-development-key-only-for-DJANGO_DEBUG"


class Config(BaseSettings):
    """One installation's settings. Times in seconds, sizes in the unit of the name."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, case_sensitive=True, enable_decoding=False
    )

    # Django
    DJANGO_SECRET_KEY: str = ""
    DJANGO_SECRET_KEY_FALLBACKS: CommaList = ()  # earlier ones, while logins and tokens of theirs are still about
    DJANGO_DEBUG: bool = False
    SESSION_IDLE_MINUTES: Span = 30  # without a click; then a session has ended
    SESSION_HOURS: Span = 12  # a working day; then too, whatever is done
    SECOND_FACTOR_GROUPS: CommaList = ()  # whose logins need a code besides the password; superusers then too
    DJANGO_ALLOWED_HOSTS: CommaList = ("localhost", "127.0.0.1", "[::1]")
    DJANGO_CSRF_TRUSTED_ORIGINS: CommaList = ()
    DJANGO_LANGUAGE: Literal["de", "en"] = "de"
    DJANGO_HTTPS_ONLY: bool = True
    DJANGO_TRUST_PROXY: bool = False  # believe X-Forwarded-Proto of the reverse proxy in front
    DATABASE_URL: DatabaseUrl = f"sqlite:///{BASE_DIR / 'data' / 'hub.sqlite3'}"
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    LOG_FORMAT: Literal["json", "text"] = "json"

    # Queue and Redis
    QUEUE_BROKER: Literal["orm", "redis"] = "orm"
    QUEUE_WORKERS: Positive = 4
    QUEUE_TIMEOUT_SECONDS: Span = 600
    QUEUE_POLL_SECONDS: Seconds = 0.05
    REDIS_URL: RedisUrl = ""
    REDIS_HOST: HostName = ""
    REDIS_PORT: Port = 6379
    REDIS_PASSWORD: str = ""
    REDIS_DB: Annotated[int, Field(ge=0)] = 0
    REDIS_DB_ADVOWARE_CACHE: Annotated[int, Field(ge=0)] = 1

    # Engine
    LOCK_TTL_SECONDS: Span = 1800
    LEASE_SECONDS: Span = 30
    SWEEP_SECONDS: Span = 20
    CANARY_SECONDS: Span = 30
    STOP_GRACE_SECONDS: Span = 60
    OBSERVE_ONLY: bool = False  # plans are made and recorded, nothing is written outside
    MASS_CHANGE_LIMIT: Positive = 200  # a scan that would touch more than this AND more than the percentage asks first
    MASS_CHANGE_PERCENT: Annotated[int, Field(gt=0, le=100)] = 30

    # Webhooks
    ESPOCRM_WEBHOOK_SECRETS: SecretLists = {}
    # At which door each of them counts: "document/update"; one that is not named counts at all.
    ESPOCRM_WEBHOOK_DOORS: Annotated[dict[NonEmpty, NonEmpty], Json] = {}
    WEBHOOK_TOKENS: CommaList = ()
    WEBHOOK_MAX_MB: Positive = 10
    WEBHOOK_ENTITIES: Annotated[dict[str, str], Json] = {
        "document": "CDokumente",
        "beteiligte": "CBeteiligte",
        "bankverbindungen": "CBankverbindungen",
        "raeumungsklage": "Raeumungsklage",
        "account": "Account",
    }
    # Whose names go to xAI: the CRM must link them to documents too, and keep a field for the collection.
    COLLECTION_ENTITIES: CommaList = ("CBeteiligte", "Raeumungsklage", "Account")

    # Of these, whose documents are joined to them by an entity type of its own, and by which.
    LINK_ENTITIES: Annotated[dict[EspoName, EspoName], Json] = {}

    # What knows its Akte in Advoware, and in which of its fields; {} switches that off.
    MATTER_ENTITIES: Annotated[dict[NonEmpty, dict[MatterEntityField, NonEmpty]], Json] = {
        "Raeumungsklage": {"id": "advowareAkteId", "reference": "aktenzeichen"}
    }

    # Pages
    SHOW_NAMES: bool = True  # asked of EspoCRM when a page is looked at, and kept nowhere

    # Backups
    BACKUP_DIR: str = ""  # where `manage.py backup` puts them by itself
    BACKUP_RECIPIENT: AgeRecipient = ""  # the public key that they are encrypted with; empty: they are not

    # Monitoring
    METRICS_TOKEN: str = ""  # who sends it as a bearer may read /metrics; empty: there is no such page

    # Who gets told
    EMAIL_URL: EmailUrl = ""
    EMAIL_FROM: EmailSender = ""
    HUB_URL: HttpUrl = ""  # where people reach the hub: mails lead there
    ALERT_GROUPS: CommaList = ("Hub-Betreuung",)
    ALERT_WEBHOOK_URL: HttpUrl = ""
    ALERT_DIGEST_HOUR: Annotated[int, Field(ge=0, le=23)] = 7
    ALERT_AWAY_MINUTES: Annotated[int, Field(ge=0, le=1440)] = 15

    # EspoCRM
    ESPOCRM_API_BASE_URL: HttpUrl = ""
    ESPOCRM_API_KEY: str = ""
    ESPOCRM_API_SECRET: str = ""
    ESPOCRM_API_TIMEOUT_SECONDS: Seconds = 30
    ESPOCRM_METADATA_TTL_SECONDS: Seconds = 300
    ESPOCRM_UI_URL: HttpUrl = ""
    # How the CRM spells the hub's words for a state: entity type and field, ours, theirs.
    ESPOCRM_STATUS_VALUES: Annotated[dict[str, dict[str, str]], Json] = {"CBeteiligte.syncStatus": {"unclean": "dirty"}}
    # Where the CRM calls things otherwise than the hub: entity types, and fields and links by "Entity.field".
    ESPOCRM_ENTITIES: Annotated[dict[EspoName, EspoName], Json] = {}
    ESPOCRM_FIELDS: Annotated[dict[EspoField, EspoName], Json] = {}
    ESPOCRM_PARENT_STATUS: Annotated[dict[str, dict[str, tuple[str, ...]]], Json] = {}

    # xAI
    XAI_API_KEY: str = ""
    XAI_MANAGEMENT_KEY: str = ""
    XAI_API_BASE_URL: HttpUrl = "https://api.x.ai"
    XAI_MANAGEMENT_BASE_URL: HttpUrl = "https://management-api.x.ai"
    XAI_TIMEOUT_SECONDS: Seconds = 60
    XAI_MAX_FILE_SIZE_MB: Positive = 48
    XAI_DELETE_COLLECTIONS: bool = False
    XAI_EMPTY_COLLECTIONS: bool = False
    XAI_INDEX_POLL_SECONDS: Seconds = 15

    # Advoware
    ADVOWARE_API_KEY: str = ""
    ADVOWARE_API_SECRET: str = ""
    ADVOWARE_KANZLEI: str = ""
    ADVOWARE_DATABASE: str = ""
    ADVOWARE_USER: str = ""
    ADVOWARE_PASSWORD: str = ""
    ADVOWARE_ROLE: int = 2
    ADVOWARE_PRODUCT: int = 64
    ADVOWARE_LOOKUP_URL: HttpUrl = "https://www2.advo-net.net/AdvonetConfigurator/api/Url"
    ADVOWARE_API_BASE_URL: HttpUrl = ""
    ADVOWARE_SECURITY_GATEWAY_URL: HttpUrl = ""
    ADVOWARE_TIMEOUT_SECONDS: Seconds = 30
    ADVOWARE_TIME_ZONE: ZoneName = "Europe/Berlin"
    ADVOWARE_PATHS: Annotated[dict[AdvowareResource, ApiPath], Json] = {}
    ADVOWARE_PARTIES_LIST: Literal["all", "single"] = "all"
    ADVOWARE_WRITE_ENABLED: bool = False
    ADVOWARE_TO_ESPOCRM_ENABLED: bool = False
    ADVOWARE_PARTY_FIELDS: Annotated[dict[PartyFieldName, str], Json] = {}
    ADVOWARE_MATTER_FIELDS: Annotated[dict[MatterField, NonEmpty], Json] = {}
    ADVOWARE_SALUTATIONS: Annotated[dict[NonEmpty, NonEmpty], Json] = {}
    ADVOWARE_KOMMKZ: Annotated[dict[party_fields.Kind, tuple[Annotated[int, Field(ge=1, le=12)], ...]], Json] = {}
    PARTY_DIRECTIONS: Annotated[dict[PartyFieldName, party_fields.Direction], Json] = {}
    PARTY_CONFLICTS: Annotated[dict[PartyFieldName, party_fields.Rule], Json] = {}
    PHONE_REGION: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "DE"
    PHONE_EXTENSIONS: bool = False
    BANK_ACCOUNTS_TO_ESPOCRM: bool = False
    PARTIES_TO_ESPOCRM: PartiesWanted = {}
    ADDRESS_NOTICES: bool = False
    TASKS_TO_ESPOCRM: Literal["", "Task", "Notification"] = ""
    PARTIES_CHANGE_LIMIT: Positive = 50  # a comparison that finds more AND more than the percentage changed asks first
    PARTIES_CHANGE_PERCENT: Annotated[int, Field(gt=0, le=100)] = 10
    ADVOWARE_PROXY_MAX_MB: Positive = 25
    ADVOWARE_PROXY_CALLS_AT_ONCE: Positive = 8  # in each process of the web server
    ADVOWARE_PROXY_CALLS_AT_ONCE_PER_KEY: Positive = 4

    # Google Calendar
    GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH: str = ""
    GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON: JsonText = ""
    GOOGLE_CALENDAR_SUBJECT: str = ""
    GOOGLE_API_ROOT: HttpUrl = "https://www.googleapis.com"
    GOOGLE_TIMEOUT_SECONDS: Seconds = 30
    GOOGLE_QUOTA_PER_MINUTE: PerMinute = 10_000
    GOOGLE_QUOTA_PER_USER_PER_MINUTE: PerMinute = 600

    # Calendar
    CALENDAR_DAYS_BACK: Annotated[int, Field(ge=0, le=LONGEST_DAYS)] = 31
    CALENDAR_DAYS_AHEAD: Days = 730
    CALENDAR_SYNC_DEBUG_KUERZEL: CommaList = ()
    CALENDAR_FULL_CONTENT: bool = True
    CALENDAR_CONFLICTS: Literal["advoware", "google"] = "advoware"
    CALENDAR_PUSH_URL: HttpUrl = ""
    CALENDAR_DELETION_LIMIT: Positive = 10  # more than this AND more than the percentage of an employee's appointments
    CALENDAR_DELETION_PERCENT: Annotated[int, Field(gt=0, le=100)] = 20

    # Outside calls
    HTTP_RETRY_FIRST_SECONDS: Annotated[float, Field(ge=0, le=LONGEST_SPAN)] = 1.0
    HTTP_RETRY_BUDGET_SECONDS: Seconds = 20.0

    # Retention, in days
    KEEP_INBOX_BODIES_DAYS: Days = 14
    KEEP_INBOX_DAYS: Days = 180
    KEEP_ATTEMPTS_DAYS: Days = 180
    KEEP_JOURNAL_DAYS: Days = 730
    KEEP_GONE_DAYS: Days = 90
    KEEP_PROXY_CALLS_DAYS: Days = 180
    KEEP_LOGINS_DAYS: Days = 90  # from where somebody logged in; known addresses are not locked by strangers

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """What is wrong between settings: the one to mend first, and the sentence."""
        if not self.DJANGO_SECRET_KEY and not self.DJANGO_DEBUG:
            yield "DJANGO_SECRET_KEY", "is missing (only with DJANGO_DEBUG=1 may it be left out)"
        if self.QUEUE_BROKER == "redis" and not self.redis_url:
            yield "QUEUE_BROKER", "redis needs REDIS_HOST or REDIS_URL"
        if self.LOCK_TTL_SECONDS <= self.QUEUE_TIMEOUT_SECONDS:
            yield "LOCK_TTL_SECONDS", "must be longer than QUEUE_TIMEOUT_SECONDS"
        if self.EMAIL_URL and not self.EMAIL_FROM:
            yield "EMAIL_FROM", "is missing (EMAIL_URL is set): the address that mails come from"
        if (self.EMAIL_URL or self.ALERT_WEBHOOK_URL) and not self.HUB_URL:
            yield "HUB_URL", "is missing (EMAIL_URL or ALERT_WEBHOOK_URL is set): where people reach the hub"
        fields = [(ours.partition(".")[0], theirs) for ours, theirs in self.ESPOCRM_FIELDS.items()]
        for name, theirs in (("ESPOCRM_ENTITIES", [*self.ESPOCRM_ENTITIES.values()]), ("ESPOCRM_FIELDS", fields)):
            if len({*theirs}) < len(theirs):
                yield name, "two of the hub's names stand for one of the CRM's"
        for kind in self.LINK_ENTITIES:
            if kind not in self.COLLECTION_ENTITIES:
                yield "LINK_ENTITIES", f"COLLECTION_ENTITIES does not name {kind}"
        if len({*self.LINK_ENTITIES.values()}) < len(self.LINK_ENTITIES):
            yield "LINK_ENTITIES", "one entity type joins documents to one type of parents"

    @cached_property
    def secret_key(self) -> str:
        return self.DJANGO_SECRET_KEY or INSECURE_DEVELOPMENT_KEY

    @property
    def espocrm_names(self) -> Names:
        return Names(self.ESPOCRM_ENTITIES, {**self.built_in_fields, **self.ESPOCRM_FIELDS})

    @property
    def built_in_fields(self) -> dict[str, str]:
        """What is called otherwise without having to be set."""
        return joins.fields(self.LINK_ENTITIES, self.ESPOCRM_ENTITIES)

    @property
    def espocrm_statuses(self) -> dict[str, dict[str, str]]:
        return {**joins.statuses(self.LINK_ENTITIES), **self.ESPOCRM_STATUS_VALUES}

    @property
    def parent_status(self) -> dict[str, dict[str, tuple[str, ...]]]:
        return {**joins.lives(self.LINK_ENTITIES), **self.ESPOCRM_PARENT_STATUS}

    @cached_property
    def redis_url(self) -> str:
        """Empty when the hub runs without Redis."""
        if self.REDIS_URL or not self.REDIS_HOST:
            return self.REDIS_URL
        login = f":{quote(self.REDIS_PASSWORD, safe='')}@" if self.REDIS_PASSWORD else ""
        return f"redis://{login}{self.REDIS_HOST}:{self.REDIS_PORT}/{self.REDIS_DB}"

    @cached_property
    def advoware_redis_url(self) -> str:
        """The database for Advoware's token on the same server; empty without Redis."""
        if not self.redis_url:
            return ""
        parts = urlsplit(self.redis_url)
        return urlunsplit(parts._replace(path=f"/{self.REDIS_DB_ADVOWARE_CACHE}"))

    def configured(self, system: str) -> bool:
        """Whether the settings that a system needs are there."""
        addresses = self.ADVOWARE_LOOKUP_URL or (self.ADVOWARE_API_BASE_URL and self.ADVOWARE_SECURITY_GATEWAY_URL)
        ready = {
            "espocrm": self.ESPOCRM_API_BASE_URL and self.ESPOCRM_API_KEY,
            "xai": self.XAI_API_KEY and self.XAI_MANAGEMENT_KEY,
            "advoware": addresses and not self.advoware_lacks,
            "google": self.GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH or self.GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON,
        }
        return bool(ready[system])

    @property
    def google_account(self) -> str:
        """The key of Google's service account, as JSON; empty when its file can't be read."""
        if self.GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON:
            return self.GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON
        try:
            return Path(self.GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH).read_text()
        except (OSError, ValueError):
            return ""

    @property
    def advoware_lacks(self) -> tuple[str, ...]:
        """The settings without which nobody can log in to Advoware, as far as they are empty."""
        return tuple(name for name in ADVOWARE_LOGIN if not getattr(self, name))
