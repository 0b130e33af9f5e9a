"""JSON bodies of requests to xAI."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Request

from sandbox.xai.errors import XaiError


def json_body(request: Request) -> dict[str, Any]:
    """The object in the body; XaiError 415 when it is not sent as JSON or is empty, 400 when it is none."""
    raw = request.get_data()
    if request.mimetype != "application/json" or not raw:
        raise XaiError(415, "Expected request with `Content-Type: application/json`")
    try:
        data = json.loads(raw)
    except ValueError as wrong:
        raise XaiError(400, "invalid JSON") from wrong
    if not isinstance(data, dict):
        raise XaiError(422, "expected a JSON object")
    return data
