"""Bodies, headers and answers of single calls."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.google.errors import JSON_TYPE, GoogleError
from sandbox.google.masks import masked


def answer(request: Request, data: dict[str, Any]) -> Answer:
    tag = str(data.get("etag", ""))
    if request.method == "GET" and tag and request.headers.get("If-None-Match") == tag:
        return Answer(304)
    headers = {"ETag": tag} if tag else {}
    data = masked(data, request.args.get("fields", ""))
    return Answer(
        200,
        json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass"),
        JSON_TYPE,
        headers,
    )


def body_of(request: Request) -> dict[str, Any]:
    try:
        data = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise GoogleError("parseError") from None
    if not isinstance(data, dict):
        raise GoogleError("parseError")
    return data


def check_match(request: Request, tag: str) -> None:
    wanted = request.headers.get("If-Match", "*")
    if wanted not in ("*", tag):
        raise GoogleError("conditionNotMet", header="If-Match")
