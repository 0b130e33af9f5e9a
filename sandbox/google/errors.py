"""Google's errors: one JSON shape, told apart by their reason.

Shape and reasons: https://developers.google.com/workspace/calendar/api/guides/errors
"""

from __future__ import annotations

import json

from sandbox.answers import Answer

JSON_TYPE = "application/json; charset=UTF-8"
# Reason -> status, domain, message.
REASONS: dict[str, tuple[int, str, str]] = {
    "badRequest": (400, "global", "Bad Request"),
    "parseError": (400, "global", "Parse Error"),
    "invalid": (400, "global", "Invalid Value"),
    "required": (400, "global", "Required"),
    "timeRangeEmpty": (400, "calendar", "The specified time range is empty."),
    "cannotUseDefaultRemindersAndSpecifyOverride": (
        400, "calendar", "Cannot specify both default reminders and overrides at the same time.",
    ),
    "eventTypeRestriction": (400, "calendar", "This event type cannot be created here."),
    "channelIdNotUnique": (400, "global", "Channel id not unique"),
    "push.webhookUrlNotHttps": (400, "global", "WebHook callback must be HTTPS."),
    "authError": (401, "global", "Invalid Credentials"),
    "rateLimitExceeded": (403, "usageLimits", "Rate Limit Exceeded"),
    "userRateLimitExceeded": (403, "usageLimits", "User Rate Limit Exceeded"),
    "quotaExceeded": (403, "usageLimits", "Calendar usage limits exceeded."),
    "dailyLimitExceeded": (403, "usageLimits", "Daily Limit Exceeded"),
    "forbidden": (403, "global", "Forbidden"),
    "insufficientPermissions": (403, "global", "Insufficient Permission"),
    "requiredAccessLevel": (403, "calendar", "You need to have writer access to this calendar."),
    "forbiddenForNonOrganizer": (
        403, "calendar", "Shared properties can only be changed by the organizer of the event.",
    ),
    "cannotDeletePrimaryCalendar": (403, "calendar", "The primary calendar of a user cannot be deleted."),
    "cannotRemoveLastCalendarOwnerFromAcl": (403, "calendar", "The last owner of a calendar cannot be removed."),
    "notFound": (404, "global", "Not Found"),
    "duplicate": (409, "global", "The requested identifier already exists."),
    "deleted": (410, "global", "Resource has been deleted"),
    "fullSyncRequired": (410, "calendar", "Sync token is no longer valid, a full sync is required."),
    "updatedMinTooLongAgo": (410, "calendar", "The requested minimum modification time lies too far in the past."),
    "conditionNotMet": (412, "global", "Precondition Failed"),
    "backendError": (503, "global", "Backend Error"),
}  # fmt: skip


class GoogleError(Exception):
    def __init__(
        self, reason: str, message: str = "", *, status: int = 0, parameter: str = "", header: str = ""
    ) -> None:
        known_status, self.domain, known_message = REASONS[reason]
        self.reason = reason
        self.status = status or known_status
        self.message = message or known_message
        self.location = ("parameter", parameter) if parameter else ("header", header) if header else None
        super().__init__(f"{self.status} {reason}: {self.message}")

    def answer(self) -> Answer:
        detail = {"domain": self.domain, "reason": self.reason, "message": self.message}
        if self.location:
            detail |= {"locationType": self.location[0], "location": self.location[1]}
        body = {"error": {"errors": [detail], "code": self.status, "message": self.message}}
        return Answer(self.status, json.dumps(body, ensure_ascii=False).encode(), JSON_TYPE)
