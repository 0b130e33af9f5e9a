"""What the page about the API says of the doors for the CRM's webhooks."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

from syncapp.webhooks.views import WebhookView

_SIGNATURE = OpenApiParameter(
    "Signature",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="As EspoCRM signs: Base64 of the webhook's id, a colon and the HMAC-SHA256 of the body in hex. Hooks "
    "of your own send `Authorization: Bearer` and a token instead.",
)
_RECEIVED = inline_serializer(
    "WebhookReceived",
    {
        "status": serializers.CharField(),
        "action": serializers.CharField(),
        "new_ids_count": serializers.IntegerField(help_text="Entities that were not waiting already."),
        "total_ids_in_batch": serializers.IntegerField(),
        "rejected": serializers.ListField(
            child=serializers.JSONField(), help_text="Positions of items that could not be used, and why."
        ),
        "trace_id": serializers.CharField(),
    },
)
_REFUSED = inline_serializer(
    "WebhookRefused",
    {"status": serializers.CharField(), "reason": serializers.CharField(), "trace_id": serializers.CharField()},
)
_RESPONSES = {
    200: OpenApiResponse(_RECEIVED, "It is stored, and will be worked on whatever happens."),
    400: OpenApiResponse(_REFUSED, "It can't be read; the body is kept in quarantine for staff."),
    401: OpenApiResponse(_REFUSED, "No signature or token that is known here. Nothing is kept."),
    411: OpenApiResponse(_REFUSED, "The body came without its length and could not be read."),
    413: OpenApiResponse(_REFUSED, "The body is larger than `WEBHOOK_MAX_MB`."),
    415: OpenApiResponse(description="A kind of body that is no JSON."),
    429: OpenApiResponse(_REFUSED, "Too many wrong signatures from this address; see `Retry-After`."),
    503: OpenApiResponse(_REFUSED, "The hub can't store it now; see `Retry-After`."),
}

_POST = extend_schema(
    summary="Tell the hub that entities changed",
    description="The hub takes from it *that* something changed and reads the rest in the CRM itself. Sending the same "
    "twice does no harm.",
    tags=["Webhooks"],
    parameters=[_SIGNATURE],
    request=OpenApiTypes.ANY,
    responses=_RESPONSES,
    examples=[
        OpenApiExample("A batch of EspoCRM", [{"id": "65f0c0ffee0000001"}], request_only=True),
        OpenApiExample("One of a hook of your own", {"entity_id": "65f0c0ffee0000001"}, request_only=True),
    ],
)
extend_schema_view(post=_POST)(WebhookView)
