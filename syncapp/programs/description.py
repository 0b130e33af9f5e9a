"""What the page about the API says of the hub's own: every body and every refusal, as they are."""

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

from syncapp.models import ReferenceKind, Status, SystemName
from syncapp.programs import opened, views
from syncapp.programs.door import HubDoor
from syncapp.programs.holds import CODES
from syncapp.proxy.description import KEY

_text = serializers.CharField
_HELD: dict[str, Any] = {"code": serializers.ChoiceField(CODES), "words": _text()}


def _shape(name: str, /, many: bool = False, **fields: Any) -> Any:
    return inline_serializer(name, fields, many=many)


_RECORD: dict[str, Any] = {
    "record": serializers.IntegerField(help_text="Its number in the hub, for `/api/v1/records/{number}`."),
    "step": _text(),
    "title": _text(help_text="What the step is called, in the language of the answer."),
    "entity_type": _text(),
    "entity_id": _text(),
    "status": serializers.ChoiceField(Status.choices),
    "status_words": _text(),
    "reason": _text(allow_blank=True, help_text="A code; empty where nothing is to be said."),
    "reason_words": _text(allow_blank=True, help_text="What is the matter and what is to be done."),
    "system": _text(allow_blank=True, help_text="At which system, where the reason is about one."),
    "needs_a_person": serializers.BooleanField(),
    "since": serializers.DateTimeField(help_text="Since when it is in this state."),
    "last_agreement": serializers.DateTimeField(allow_null=True),
    "next_try": serializers.DateTimeField(allow_null=True),
    "attempts": serializers.IntegerField(help_text="Runs since the last agreement."),
    "tasks": _shape(
        "OpenTasks", many=True, kind=_text(), words=_text(), system=_text(), count=serializers.IntegerField()
    ),
    "conflicts": serializers.IntegerField(help_text="Fields for which a person must choose."),
    "held_back": inline_serializer("HeldBack", _HELD, allow_null=True),
}
_reference = _shape(
    "ReferenceOfEntity",
    many=True,
    system=serializers.ChoiceField(SystemName.choices),
    kind=serializers.ChoiceField(ReferenceKind.choices),
    id=_text(),
    inside=_text(
        allow_blank=True, help_text="Of a document in a collection: the collection; of an account: the party."
    ),
)
_ENTITY = _shape(
    "EntityState",
    entity_type=_text(),
    entity_id=_text(),
    status=serializers.ChoiceField(Status.choices, help_text="Of its steps the one that most needs a look."),
    status_words=_text(),
    needs_a_person=serializers.BooleanField(),
    steps=_shape("StepState", many=True, **_RECORD),
    references=_reference,
)
_ITEM = {**_RECORD, "open": serializers.ListField(child=serializers.ChoiceField(opened.KINDS))}
_OPEN = _shape(
    "WhatIsOpen",
    items=_shape("OpenRecord", many=True, **_ITEM),
    next=_text(allow_null=True, help_text="For `cursor`; null: these were the last."),
)
_ASKED = _shape(
    "Asked",
    asked=_shape("AskedStep", many=True, record=serializers.IntegerField(), step=_text()),
    held_back=_shape("HeldStep", many=True, step=_text(), **_HELD),
    message=_text(),
)
_REFUSED = _shape("HubRefused", error=_text(help_text="A sentence for people."), code=_text(help_text="For programs."))
_AWAY = _shape("HubAway", error=_text())


def _refused(words: str) -> OpenApiResponse:
    return OpenApiResponse(_REFUSED, words)


_ALWAYS = {
    400: _refused("An id, a number or a parameter that can't be one; the sentence says which and why."),
    401: _refused("No key, or an unknown or revoked one."),
    403: _refused("The key is not for the hub's own API, or may only read."),
    429: _refused("Too many calls in this minute; see `Retry-After`."),
    503: OpenApiResponse(_AWAY, "The hub's database is away; see `Retry-After`."),
}
_LANGUAGE = OpenApiParameter(
    "Accept-Language", OpenApiTypes.STR, OpenApiParameter.HEADER, description="Of all words: `de` or `en`."
)
_TYPE = OpenApiParameter(
    "entity_type", OpenApiTypes.STR, OpenApiParameter.PATH, description="As EspoCRM calls it: `CDokumente`."
)
_ID = OpenApiParameter("entity_id", OpenApiTypes.STR, OpenApiParameter.PATH, description="Its id in EspoCRM.")
_NUMBER = OpenApiParameter("number", OpenApiTypes.STR, OpenApiParameter.PATH, description="Number of a record.")
_UNKNOWN = {404: _refused("Unknown to the hub; the sentence says what: the type, the entity, or the record.")}
_HELD_BACK = {409: _refused("Paused, or observing only: nothing was asked for. Or: only a person can go on.")}
_DONE = {
    200: OpenApiResponse(_ASKED, "There was nothing to be done. Asking again does no harm."),
    202: OpenApiResponse(_ASKED, "Asked for; a worker does it. Asking again does no harm."),
}


def _describe(
    view: type[HubDoor],
    summary: str,
    parameters: list[OpenApiParameter],
    responses: Any,
    more: str = "",
) -> None:
    described = extend_schema(
        summary=summary,
        description=more,
        tags=["Hub"],
        parameters=[*parameters, KEY, _LANGUAGE],
        request=None,
        responses={**_ALWAYS, **responses},
    )
    extend_schema_view(**{view.takes: described})(view)


_describe(
    views.EntityView,
    "How an entity stands",
    [_TYPE, _ID],
    {200: _ENTITY, **_UNKNOWN},
    "All steps about it, its ids in the other systems, what is open: numbers and kinds, no contents.",
)
_describe(
    views.SyncView,
    "Have an entity compared now",
    [_TYPE, _ID],
    {202: _DONE[202], **_UNKNOWN, **_HELD_BACK},
    "Every step that works on it looks at it anew, as behind staff's button. Needs a key that may act.",
)
_describe(
    views.RetryView,
    "Try again what failed of an entity",
    [_TYPE, _ID],
    {**_DONE, **_UNKNOWN, **_HELD_BACK},
    "Needs a key that may act.",
)
_describe(views.RecordView, "How one record stands", [_NUMBER], {200: _shape("RecordState", **_RECORD), **_UNKNOWN})
_describe(
    views.RecordRetryView,
    "Try a record again",
    [_NUMBER],
    {**_DONE, **_UNKNOWN, **_HELD_BACK},
    "Needs a key that may act.",
)
_KIND = OpenApiParameter("kind", OpenApiTypes.STR, enum=opened.KINDS, many=True, description="Only these kinds.")
_describe(
    views.OpenView,
    "What is open",
    [
        _KIND,
        OpenApiParameter("step", OpenApiTypes.STR, description="Only of this step."),
        OpenApiParameter("since", OpenApiTypes.DATETIME, description="Only what is open since then or later."),
        OpenApiParameter("cursor", OpenApiTypes.STR, description="What the answer before had in `next`."),
        OpenApiParameter(
            "limit", OpenApiTypes.INT, description=f"1 to {opened.MOST}; {opened.DEFAULT_LIMIT} unless said."
        ),
    ],
    {200: _OPEN},
    "Records that failed, wait for a choice, have tasks for a person, or are held back, in the order of their numbers.",
)

_strings = serializers.ListField(child=_text())
_STEP = _shape(
    "StepOfHub",
    many=True,
    name=_text(),
    title=_text(allow_blank=True),
    description=_text(),
    flows=_strings,
    triggers=_shape(
        "TriggerOfStep",
        many=True,
        kind=_text(help_text="`http`, `topic` or `schedule`."),
        value=_text(help_text="Method and path, the pattern of a topic, or a cron line."),
        schedule=_text(required=False, help_text="Its name below."),
    ),
    emits=_strings,
    runs=_text(allow_blank=True, help_text="Empty: it only receives and hands on."),
    systems=_strings,
    works_on=_strings,
    switched_on=serializers.BooleanField(help_text="False: a setting has it off."),
    timeout_seconds=serializers.IntegerField(allow_null=True, help_text="After which the queue ends a run."),
)
_SCHEDULE = _shape(
    "ScheduleOfHub",
    many=True,
    name=_text(),
    description=_text(),
    cron=_text(allow_blank=True),
    minutes=serializers.IntegerField(allow_null=True),
    time_zone=_text(),
    starts=_strings,
    emits=_strings,
    timeout_seconds=serializers.IntegerField(),
    installed=serializers.BooleanField(help_text="False: `manage.py setup_schedules` was not run."),
    switched_on=serializers.BooleanField(help_text="False: staff have it off, or it is not installed."),
    next_run=serializers.DateTimeField(allow_null=True),
)
_describe(
    views.StepsView,
    "The steps of this installation and what starts them",
    [],
    {200: _shape("StepsOfHub", version=_text(), steps=_STEP, schedules=_SCHEDULE)},
    "The same as `manage.py steps --json`.",
)
