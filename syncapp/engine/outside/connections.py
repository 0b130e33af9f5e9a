"""The clients as this installation is configured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings

from syncapp.clients.http.observe import Observer
from syncapp.clients.http.retry import RetryPolicy
from syncapp.engine.outside import tokens
from syncapp.engine.outside.quota import SharedQuota
from syncapp.models import SystemName

if TYPE_CHECKING:  # at run time a client is loaded by who speaks to its system
    from syncapp.clients.advoware import AdvowareClient, AdvowareConfig
    from syncapp.clients.espocrm import EspoClient, EspoConfig
    from syncapp.clients.google import GoogleClient, GoogleConfig
    from syncapp.clients.xai import XaiClient, XaiConfig

MEGABYTE = 1024 * 1024
HURRIED, ONCE = 3.0, RetryPolicy(attempts=1)  # seconds without a byte
# Who keeps the calls of those who name no observer of their own.
_watching: ContextVar[Observer | None] = ContextVar("watching", default=None)


@contextmanager
def watched_by(observer: Observer) -> Iterator[None]:
    token = _watching.set(observer)
    try:
        yield
    finally:
        _watching.reset(token)


Espo = TypeVar("Espo", bound="EspoClient")
Xai = TypeVar("Xai", bound="XaiClient")
Advo = TypeVar("Advo", bound="AdvowareClient")


def configured(system: str) -> bool:
    """Whether the settings that a system needs are there."""
    return bool(settings.CONFIG.configured(SystemName(system).value))


def espocrm(observer: Observer | None = None, *, hurried: bool = False, total: float = 0.0) -> EspoClient:
    """`hurried`: for somebody who looks at a page; one try, and seconds of patience only, `total` of them for all calls
    together."""
    from syncapp.clients.espocrm import EspoClient

    if hurried:
        return EspoClient(replace(_espo_config(), timeout=HURRIED, retry=ONCE, total=total), observer)
    return espocrm_by(EspoClient, observer)


def espocrm_by(kind: type[Espo], observer: Observer | None) -> Espo:
    """By a client that answers otherwise; likewise below."""
    return kind(_espo_config(), observer or _watching.get())


def xai(observer: Observer | None = None) -> XaiClient:
    from syncapp.clients.xai import XaiClient

    return xai_by(XaiClient, observer)


def xai_by(kind: type[Xai], observer: Observer | None) -> Xai:
    return kind(_xai_config(), observer or _watching.get())


def advoware(observer: Observer | None = None, *, hurried: bool = False, total: float = 0.0) -> AdvowareClient:
    from syncapp.clients.advoware import AdvowareClient

    if hurried:
        config = replace(_advoware_config(), timeout=HURRIED, retry=ONCE, total=total)
        return AdvowareClient(config, tokens.SharedTokens(config.identity), observer)
    return advoware_by(AdvowareClient, observer)


def advoware_by(kind: type[Advo], observer: Observer | None) -> Advo:
    config = _advoware_config()
    return kind(config, tokens.SharedTokens(config.identity), observer or _watching.get())


def google(observer: Observer | None = None) -> GoogleClient:
    from syncapp.clients.google import GoogleClient

    config = _google_config()
    quota = SharedQuota(settings.CONFIG.GOOGLE_QUOTA_PER_MINUTE, settings.CONFIG.GOOGLE_QUOTA_PER_USER_PER_MINUTE)
    shared = tokens.SharedTokens(config.identity, SystemName.GOOGLE)
    return GoogleClient(config, shared, observer or _watching.get(), quota)


def ping(system: str) -> None:
    """One harmless call; returns when the system answers and knows our key, else raises a `ClientError`."""
    if system == SystemName.ESPOCRM:
        espocrm().ping()
    elif system == SystemName.XAI:
        xai().ping()
    elif system == SystemName.ADVOWARE:
        advoware().ping()
    elif system == SystemName.GOOGLE:
        google().ping()
    else:
        raise ValueError(f"there is no client for {system}")


@lru_cache(maxsize=1)
def _espo_config() -> EspoConfig:
    from syncapp.clients.espocrm import EspoConfig

    config = settings.CONFIG
    return EspoConfig(
        base_url=config.ESPOCRM_API_BASE_URL,
        api_key=config.ESPOCRM_API_KEY,
        api_secret=config.ESPOCRM_API_SECRET,
        timeout=config.ESPOCRM_API_TIMEOUT_SECONDS,
        metadata_ttl=config.ESPOCRM_METADATA_TTL_SECONDS,
        statuses=config.espocrm_statuses,
        names=config.espocrm_names,
        retry=RetryPolicy(
            attempts=3, first=config.HTTP_RETRY_FIRST_SECONDS, cap=30.0, budget=config.HTTP_RETRY_BUDGET_SECONDS
        ),
    )


@lru_cache(maxsize=1)
def _xai_config() -> XaiConfig:
    from syncapp.clients.xai import XaiConfig

    config = settings.CONFIG
    return XaiConfig(
        api_url=config.XAI_API_BASE_URL,
        management_url=config.XAI_MANAGEMENT_BASE_URL,
        api_key=config.XAI_API_KEY,
        management_key=config.XAI_MANAGEMENT_KEY,
        timeout=config.XAI_TIMEOUT_SECONDS,
        max_file_bytes=config.XAI_MAX_FILE_SIZE_MB * MEGABYTE,
        retry=RetryPolicy(
            attempts=5, first=2 * config.HTTP_RETRY_FIRST_SECONDS, cap=60.0, budget=config.HTTP_RETRY_BUDGET_SECONDS
        ),
    )


@lru_cache(maxsize=1)
def _advoware_config() -> AdvowareConfig:
    from syncapp.clients.advoware import AdvowareConfig, MatterFields, Paths

    config = settings.CONFIG
    return AdvowareConfig(
        api_url=config.ADVOWARE_API_BASE_URL,
        gateway_url=config.ADVOWARE_SECURITY_GATEWAY_URL,
        lookup_url=config.ADVOWARE_LOOKUP_URL,
        kanzlei=config.ADVOWARE_KANZLEI,
        database=config.ADVOWARE_DATABASE,
        user=config.ADVOWARE_USER,
        password=config.ADVOWARE_PASSWORD,
        role=config.ADVOWARE_ROLE,
        product=config.ADVOWARE_PRODUCT,
        app_id=config.ADVOWARE_API_KEY,
        secret=config.ADVOWARE_API_SECRET,
        timeout=config.ADVOWARE_TIMEOUT_SECONDS,
        zone=config.ADVOWARE_TIME_ZONE,
        paths=Paths(**config.ADVOWARE_PATHS),
        matter_fields=MatterFields(**config.ADVOWARE_MATTER_FIELDS),
        retry=RetryPolicy(
            attempts=3, first=config.HTTP_RETRY_FIRST_SECONDS, cap=30.0, budget=config.HTTP_RETRY_BUDGET_SECONDS
        ),
    )


@lru_cache(maxsize=1)
def _google_config() -> GoogleConfig:
    from syncapp.clients.google import GoogleConfig

    config = settings.CONFIG
    return GoogleConfig(
        account=config.google_account,
        subject=config.GOOGLE_CALENDAR_SUBJECT,
        api_root=config.GOOGLE_API_ROOT,
        timeout=config.GOOGLE_TIMEOUT_SECONDS,
        retry=RetryPolicy(
            attempts=5, first=config.HTTP_RETRY_FIRST_SECONDS, cap=32.0, budget=config.HTTP_RETRY_BUDGET_SECONDS
        ),
    )


def forget() -> None:
    """Read the settings anew (tests change them)."""
    _espo_config.cache_clear()
    _xai_config.cache_clear()
    _advoware_config.cache_clear()
    _google_config.cache_clear()
    tokens.forget()
