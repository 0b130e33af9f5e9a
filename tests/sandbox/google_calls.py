"""Google's own client library, pointed at the sandbox."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient
from google.oauth2.service_account import Credentials
from googleapiclient.discovery import build_from_document

SCOPE = "https://www.googleapis.com/auth/calendar"
BERLIN = "Europe/Berlin"
DAY = {"start": {"date": "2026-09-01"}, "end": {"date": "2026-09-02"}}


def at(first: int, last: int, day: str = "2026-09-01") -> dict[str, Any]:
    """From one hour to another, in Berlin."""
    return {
        name: {"dateTime": f"{day}T{hour:02}:00:00", "timeZone": BERLIN}
        for name, hour in (("start", first), ("end", last))
    }


@cache
def discovery_text() -> str:
    folder = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    return (folder / "calendar.v3.json").read_text()


def discovery() -> dict[str, Any]:
    return json.loads(discovery_text())


def credentials(running, scopes=(SCOPE,), subject=None):
    return Credentials.from_service_account_info(running.google_service_account, scopes=scopes, subject=subject)


def service(running, scopes=(SCOPE,), subject=None):
    document = discovery() | {"rootUrl": running.google_root_url}
    return build_from_document(document, credentials=credentials(running, scopes, subject))
