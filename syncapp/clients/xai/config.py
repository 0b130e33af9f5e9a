"""How to reach xAI: two hosts with a key each."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncapp.clients.http.retry import RetryPolicy

MEGABYTE = 1024 * 1024
PATIENT = RetryPolicy(attempts=5, first=2.0, cap=60.0)  # xAI's 429 often comes without Retry-After


@dataclass(frozen=True, slots=True)
class XaiConfig:
    api_url: str = "https://api.x.ai"
    management_url: str = "https://management-api.x.ai"
    api_key: str = field(default="", repr=False)
    management_key: str = field(default="", repr=False)
    timeout: float = 60.0  # seconds without a byte
    retry: RetryPolicy = PATIENT
    max_file_bytes: int = 48 * MEGABYTE  # the smallest limit in xAI's contradicting pages
