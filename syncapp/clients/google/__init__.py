"""Google Calendar."""

from syncapp.clients.google.batch import BATCH_LIMIT
from syncapp.clients.google.client import GoogleClient
from syncapp.clients.google.config import GoogleConfig
from syncapp.clients.google.events import EventWrite, Kind
from syncapp.clients.google.refusals import OF_ONE_EVENT, SyncTokenExpired
from syncapp.clients.google.types import GoogleCalendar, GoogleEvent

__all__ = [
    "BATCH_LIMIT",
    "OF_ONE_EVENT",
    "EventWrite",
    "GoogleCalendar",
    "GoogleClient",
    "GoogleConfig",
    "GoogleEvent",
    "Kind",
    "SyncTokenExpired",
]
