"""How to reach one EspoCRM."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncapp.clients.espocrm.fields import FIELDS, Fields
from syncapp.clients.http.retry import STANDARD, RetryPolicy

API_PATH = "/api/v1"
LARGEST_PAGE = 200  # EspoCRM answers 403 to more (recordListMaxSizeLimit)


@dataclass(frozen=True, slots=True)
class EspoConfig:
    """``base_url`` with or without ``/api/v1``. With ``api_secret`` calls are signed, else the key itself is sent."""

    base_url: str
    api_key: str = field(repr=False)
    api_secret: str = field(default="", repr=False)
    timeout: float = 30.0  # seconds without a byte
    metadata_ttl: float = 300.0  # seconds
    page_size: int = LARGEST_PAGE
    retry: RetryPolicy = STANDARD
    fields: Fields = FIELDS
    ca_file: str = ""  # certificates to trust instead of the public ones, for a CRM inside the house

    @property
    def api_url(self) -> str:
        url = self.base_url.rstrip("/")
        return url if url.endswith(API_PATH) else url + API_PATH

    @property
    def rows(self) -> int:
        return max(1, min(self.page_size, LARGEST_PAGE))
