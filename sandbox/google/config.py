"""What can be set about the Google Calendar of the sandbox (public names: `google_` plus the field)."""

from __future__ import annotations

from dataclasses import dataclass

PROJECT = "sandbox-project"
SERVICE_ACCOUNT = f"hub@{PROJECT}.iam.gserviceaccount.com"
API, TOKEN = "/google-api/", "/google-oauth/"
SERVICE, BATCH = "calendar/v3", "batch/calendar/v3"  # below API, as the discovery document names them
TOKEN_PATH = "token"
HUMAN = "frauke.petersen@kanzlei.example"  # whoever changes something here by the pages or the control API


@dataclass
class GoogleSettings:
    account_enabled: bool = True  # off: the token endpoint knows no such account
    delegation: bool = True  # off: the account may not act for others (`sub`)
    token_seconds: float = 3599.0
    project_per_minute: int = 0  # requests of all users; Google's own figure is 10,000; 0: no limit
    user_per_minute: int = 0  # requests of one user; Google's own figure is 600; 0: no limit
    quota_status: int = 403  # or 429: the status of a quota that is used up
    quota_reason: str = ""  # or quotaExceeded ...; empty: rateLimitExceeded, for a user userRateLimitExceeded
    page_limit: int = 0  # pages are never longer, whatever maxResults asks for; 0: as asked
    batch_limit: int = 50  # calls in one batch
    cancelled_stubs: str = "id"  # or whole: what a list of changes tells of a deleted event
    refuse_unknown_fields: bool = True  # Google drops them without a word; here a typing error is to be seen
    strict_until: bool = True  # UNTIL must be of the kind of the start, as RFC 5545 wants it
    rewrite_rules: bool = True  # rules come back in Google's own order of parts
    default_zone: str = "UTC"  # of calendars that are made without one
    push_http: bool = False  # channels to http:// too, for tests
    push_seconds: float = 0.05  # so long after a change its notification goes out; changes meanwhile share it
    push_attempts: int = 3  # how often one is sent when the receiver answers 5xx or nothing
    pushes_lost: int = 0  # so many of the next notifications never arrive; counts down
    channel_seconds: float = 604_800.0  # how long a channel lives that does not say, and the longest life
