"""Bodies in and out: keys are read in any case, and answered in the one that is set."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Request

from sandbox.advoware.config import AdvowareSettings
from sandbox.advoware.errors import AdvowareError
from sandbox.answers import Answer

JSON_TYPE = "application/json; charset=utf-8"


def json_body(request: Request) -> dict[str, Any]:
    """The object in the body; AdvowareError 415 when it is not sent as JSON, 400 when it is none."""
    if request.mimetype != "application/json":
        raise AdvowareError(415, "Der Inhaltstyp der Anforderung wird nicht unterstützt.")
    try:
        data = json.loads(request.get_data())
    except ValueError as wrong:
        raise AdvowareError(400, "Die Anforderung ist kein gültiges JSON.") from wrong
    if not isinstance(data, dict):
        raise AdvowareError(400, "Die Anforderung ist kein JSON-Objekt.")
    return data


def shown(settings: AdvowareSettings, data: Any) -> Any:
    """As the settings say: keys in PascalCase, empty texts instead of null."""
    if isinstance(data, list):
        return [shown(settings, item) for item in data]
    if isinstance(data, dict):
        return {
            key[:1].upper() + key[1:] if settings.pascal_case else key: shown(settings, value)
            for key, value in data.items()
        }
    return "" if data is None and settings.empty_texts else data


def answer(settings: AdvowareSettings, data: Any, status: int = 200) -> Answer:
    if settings.pascal_case or settings.empty_texts:
        data = shown(settings, data)
    return Answer(
        status, json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass"), JSON_TYPE
    )


def saved(settings: AdvowareSettings, data: Any) -> Answer:
    """What a PUT answers."""
    return Answer(204) if settings.answer_to_put == "nothing" else answer(settings, data)
