"""What the page about the API says of the proxy."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

from syncapp.proxy.calendar import CalendarView
from syncapp.proxy.paths import PARAMETER
from syncapp.proxy.views import ProxyView

_ENDPOINT = OpenApiParameter(
    PARAMETER,
    OpenApiTypes.STR,
    required=True,
    description="Path below Advoware's API base, for example `advonet/Beteiligte/4711` (a leading `/` and `api/v1/` "
    "may be written). All further parameters are passed on in their order.",
)
KEY = OpenApiParameter(
    "X-Api-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The caller's key; `apikey` and `Authorization: Bearer` do as well.",
)
_RESULT = inline_serializer("ProxyResult", {"result": serializers.JSONField(allow_null=True)})
_ERROR = inline_serializer(
    "ProxyError", {"error": serializers.CharField(), "details": serializers.JSONField(required=False)}
)
_RESPONSES = {
    200: OpenApiResponse(
        _RESULT,
        "JSON stands in `result` (null when there was no body). Anything else, such as a PDF, comes as it is.",
    ),
    400: OpenApiResponse(_ERROR, "No endpoint, or one that can't be asked for."),
    401: OpenApiResponse(_ERROR, "No key, or an unknown or revoked one."),
    403: OpenApiResponse(_ERROR, "The key may not do this, or writing to Advoware is switched off."),
    413: OpenApiResponse(_ERROR, "The body is too large."),
    429: OpenApiResponse(_ERROR, "Too many calls in this minute; see `Retry-After`."),
    502: OpenApiResponse(_ERROR, "Advoware can't be reached, or its answer broke off."),
    503: OpenApiResponse(_ERROR, "Advoware is not configured or paused by staff, or too many calls are under way."),
    504: OpenApiResponse(_ERROR, "Advoware took too long."),
    "default": OpenApiResponse(_ERROR, "Advoware's own error: its status, and its text in `details`."),
}


def _passed_on(summary: str, body: bool) -> Any:
    common: Any = {"summary": summary, "tags": ["Advoware"], "parameters": [_ENDPOINT, KEY], "responses": _RESPONSES}
    return extend_schema(**common, request=OpenApiTypes.ANY if body else None)


extend_schema_view(
    get=_passed_on("Read from Advoware", body=False),
    post=_passed_on("Create in Advoware", body=True),
    put=_passed_on("Replace in Advoware", body=True),
    delete=_passed_on("Delete in Advoware", body=True),
)(ProxyView)

_TRIGGERED = inline_serializer(
    "CalendarTriggered",
    {"status": serializers.CharField(), "kuerzel": serializers.CharField(), "message": serializers.CharField()},
)
_REQUEST = inline_serializer(
    "CalendarRequest",
    {
        "kuerzel": serializers.CharField(required=False, default="ALL", help_text="An employee, or `ALL`."),
        "full_content": serializers.BooleanField(
            required=False,
            help_text="Whether Google shows text, place and note of appointments, or only that somebody is busy. Kept "
            "for this employee (all known ones); left out: as it is.",
        ),
    },
)
_calendar: Any = {
    "summary": "Have calendars looked at",
    "description": "Leaves a request and answers at once; a worker brings Advoware and Google Calendar into agreement.",
    "tags": ["Calendar"],
    "parameters": [KEY],
    "request": _REQUEST,
    "responses": {
        200: OpenApiResponse(_TRIGGERED, "The request is left."),
        400: OpenApiResponse(_ERROR, "Not JSON, unknown keys, or values of a wrong kind."),
        401: OpenApiResponse(_ERROR, "No key, or an unknown or revoked one."),
        403: OpenApiResponse(_ERROR, "The key may only read, or only ask for other paths than `calendar/sync`."),
        404: OpenApiResponse(_ERROR, "Advoware has no employee with this Kürzel."),
        409: OpenApiResponse(_ERROR, "This calendar is not synced; the sentence says why."),
        413: OpenApiResponse(_ERROR, "The body is too large."),
        429: OpenApiResponse(_ERROR, "Too many calls in this minute; see `Retry-After`."),
        503: OpenApiResponse(_ERROR, "Advoware or Google Calendar is not configured."),
    },
}
extend_schema_view(post=extend_schema(**_calendar))(CalendarView)
