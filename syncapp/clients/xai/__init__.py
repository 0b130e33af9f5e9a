"""xAI: uploaded files and the collections they are searched in."""

from syncapp.clients.xai import kinds
from syncapp.clients.xai.client import XaiClient
from syncapp.clients.xai.filenames import has_marker, safe_filename
from syncapp.clients.xai.rest import XaiConfig, is_id
from syncapp.clients.xai.types import IndexStatus, XaiCollection, XaiDocument, XaiFile

__all__ = [
    "IndexStatus",
    "XaiClient",
    "XaiCollection",
    "XaiConfig",
    "XaiDocument",
    "XaiFile",
    "has_marker",
    "is_id",
    "kinds",
    "safe_filename",
]
