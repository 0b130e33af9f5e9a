"""Which events a list lets through."""

from __future__ import annotations

from werkzeug.wrappers import Request

from sandbox.google.errors import GoogleError
from sandbox.google.records import Event
from sandbox.google.times import bound


def milliseconds(text: str) -> float:
    limit = bound(text, "updatedMin")
    assert limit is not None
    return limit.timestamp() * 1000


def fits(request: Request, event: Event) -> bool:
    args, properties = request.args, event.fields.get("extendedProperties", {})
    for kind in ("private", "shared"):
        for pair in args.getlist(f"{kind}ExtendedProperty"):
            name, equals, value = pair.partition("=")
            if not equals:
                raise GoogleError("invalid", parameter=f"{kind}ExtendedProperty")
            if properties.get(kind, {}).get(name) != value:
                return False
    words = args.get("q", "").lower().split()
    text = " ".join(str(event.fields.get(name, "")) for name in ("summary", "description", "location")).lower()
    uid = args.get("iCalUID")
    types = args.getlist("eventTypes")
    return (
        all(word in text for word in words)
        and (uid is None or uid == (event.fields.get("iCalUID") or f"{event.series or event.id}@google.com"))
        and (not types or event.fields.get("eventType", "default") in types)
    )
