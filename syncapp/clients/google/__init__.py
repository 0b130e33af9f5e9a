"""Google Calendar."""

from syncapp.clients.google.batch import BATCH_LIMIT
from syncapp.clients.google.client import GoogleClient
from syncapp.clients.google.config import API_ROOT, GoogleConfig
from syncapp.clients.google.events import EventWrite, Kind
from syncapp.clients.google.paging import Changes
from syncapp.clients.google.quota import Quota, Unlimited
from syncapp.clients.google.refusals import SyncTokenExpired
from syncapp.clients.google.types import AclRule, Channel, GoogleCalendar, GoogleEvent

__all__ = [
    "API_ROOT",
    "BATCH_LIMIT",
    "AclRule",
    "Changes",
    "Channel",
    "EventWrite",
    "GoogleCalendar",
    "GoogleClient",
    "GoogleConfig",
    "GoogleEvent",
    "Kind",
    "Quota",
    "SyncTokenExpired",
    "Unlimited",
]
