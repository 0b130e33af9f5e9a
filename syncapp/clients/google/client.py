"""What the hub asks of Google Calendar."""

from __future__ import annotations

from syncapp.clients.google.batch import Batches
from syncapp.clients.google.calendars import Calendars


class GoogleClient(Batches, Calendars):
    """Every method raises ``ClientError`` and nothing else. Use one instance for one step."""
