"""What people do in Google Calendar, by the control API: a part of the sandbox's client."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

Record = dict[str, Any]


class GoogleControl:
    """A calendar is named by its id, or by its summary if only one is called so. Fields have the names of the API;
    an event comes back as the API shows it. SandboxError for what does not exist."""

    def __init__(self, call: Callable[..., Any], base_url: str) -> None:
        self.call = call
        self.base_url = base_url

    def service_account(self) -> Record:
        """The key file of the service account; its `token_uri` is this sandbox."""
        return cast(Record, self._act("service_account", base_url=self.base_url))

    def create_calendar(self, summary: str, *, owner: str = "", **data: Any) -> Record:
        """Of a person, who is its owner; the hub's own are made by the hub."""
        return cast(Record, self._act("create_calendar", owner=owner, data={"summary": summary} | data))

    def calendar(self, calendar: str) -> Record:
        """Without a line in the call log."""
        return cast(Record, self._act("get_calendar", calendar=calendar))

    def update_calendar(self, calendar: str, data: Record) -> Record:
        return cast(Record, self._act("update_calendar", calendar=calendar, data=data))

    def remove_calendar(self, calendar: str) -> None:
        self._act("remove_calendar", calendar=calendar)

    def clear_calendar(self, calendar: str) -> int:
        """Every event deleted by a person; how many."""
        return int(self._act("clear_calendar", calendar=calendar))

    def events(self, calendar: str, *, deleted: bool = False) -> list[Record]:
        """Series and changed occurrences as they are stored, in order of time; without a line in the call log."""
        return cast(list[Record], self._act("list_events", calendar=calendar, deleted=deleted))

    def event(self, calendar: str, id: str) -> Record:
        """A deleted one too, with `status` cancelled."""
        return cast(Record, self._act("get_event", calendar=calendar, id=id))

    def occurrences(self, calendar: str, id: str) -> list[Record]:
        """Of a series, the changed and cancelled ones in their places."""
        return cast(list[Record], self._act("list_occurrences", calendar=calendar, id=id))

    def create_event(self, calendar: str, data: Record) -> Record:
        """A person may do more than the API: `organizer`, `locked` and any `eventType` are taken."""
        return self.create_events(calendar, [data])[0]

    def create_events(self, calendar: str, rows: Iterable[Record]) -> list[Record]:
        return cast(list[Record], self._act("create_events", calendar=calendar, rows=list(rows)))

    def update_event(self, calendar: str, id: str, data: Record) -> Record:
        """Only the named fields; null takes one away. The id of an occurrence changes this one only."""
        return cast(Record, self._act("update_event", calendar=calendar, id=id, data=data))

    def move_event(self, calendar: str, id: str, start: Record, end: Record) -> Record:
        """To other times, from a day to a time of day or back."""
        empty = {"date": None, "dateTime": None, "timeZone": None}
        return self.update_event(calendar, id, {"start": empty | start, "end": empty | end})

    def remove_event(self, calendar: str, id: str) -> None:
        """A series with all its occurrences, or a single occurrence."""
        self._act("remove_event", calendar=calendar, id=id)

    def expire_tokens(self) -> int:
        """Every access token ends now; how many were still good."""
        return int(self._act("expire_tokens"))

    def expire_sync_tokens(self) -> None:
        """410 fullSyncRequired for every one that was handed out."""
        self._act("expire_sync_tokens")

    def expire_channels(self) -> int:
        return int(self._act("expire_channels"))

    def refuse_next(self, reason: str, times: int = 1, *, status: int = 0) -> None:
        """The next calls (parts of batches too) are answered with this reason of `errors.REASONS`."""
        self._act("refuse_next", reason=reason, times=times, status=status)

    def set_quota(self, *, user: int = 0, project: int = 0, status: int = 403, reason: str = "") -> None:
        """Requests per minute; 0 is no limit."""
        changes = {
            "google_user_per_minute": user,
            "google_project_per_minute": project,
            "google_quota_status": status,
            "google_quota_reason": reason,
        }
        self.call("PATCH", "settings", changes)

    def lose_pushes(self, count: int) -> None:
        """The next notifications never arrive."""
        self.call("PATCH", "settings", {"google_pushes_lost": count})

    def deliver_pushes(self) -> int:
        """Send what is due without waiting; how many."""
        return int(self._act("deliver_pushes"))

    def pushes(self) -> list[Record]:
        """What was sent or lost, oldest first: channel, state, number, status, outcome."""
        return cast(list[Record], self._act("list_pushes"))

    def _act(self, action: str, **data: Any) -> Any:
        return self.call("POST", f"google/{action}", data)["result"]
