"""What can be set about the xAI of the sandbox (public names: `xai_` plus the field)."""

from __future__ import annotations

from dataclasses import dataclass

API_KEY = "sandbox-xai-key"
MANAGEMENT_KEY = "sandbox-xai-management-key"


@dataclass
class XaiSettings:
    indexing_seconds: float = 0.5
    max_file_mb: float = 48.0  # above it the server says 413
    fail_marker: str = "unlesbar"  # indexing of a file with this in its name fails
    error_shape: str = "rotate"  # or one of ERROR_SHAPES
    entries_outlive_files: bool = False  # a deleted file stays in the lists of its collections (observed)
    rate_per_minute: int = 0  # calls a minute over both hosts, 0: no limit
    retry_after: float = 0.0  # seconds in Retry-After of a 429, 0: no such header
