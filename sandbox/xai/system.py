"""xAI put together: keys, the rate limit, request ids, and what the outside world can do to it."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.world import Mount
from sandbox.xai.collections import CollectionsApi
from sandbox.xai.config import API_KEY, MANAGEMENT_KEY, XaiSettings
from sandbox.xai.errors import ErrorShapes, XaiError
from sandbox.xai.files import FilesApi
from sandbox.xai.store import Store

Route = Callable[[Request, list[str]], Answer]


class RateLimit:
    """A bucket that holds a minute's worth of calls and fills evenly."""

    def __init__(self, settings: XaiSettings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.limit = 0
        self.tokens = 0.0
        self.filled_at = 0.0

    def take(self) -> None:
        limit = self.settings.rate_per_minute
        if not limit:
            self.limit = 0
            return
        with self.lock:
            moment = time.monotonic()
            if limit != self.limit:
                self.limit, self.tokens, self.filled_at = limit, float(limit), moment
            self.tokens = min(limit, self.tokens + (moment - self.filled_at) * limit / 60)
            self.filled_at = moment
            if self.tokens < 1:
                pause = self.settings.retry_after
                raise XaiError(429, "Too many requests", {"Retry-After": f"{pause:g}"} if pause else {})
            self.tokens -= 1


class Xai:
    name = "xai"

    def __init__(self, settings: XaiSettings) -> None:
        self.settings = settings
        self.store = Store(settings)
        self.shapes = ErrorShapes()
        self.rate = RateLimit(settings)
        self.files = FilesApi(self.store)
        self.collections = CollectionsApi(self.store)

    def mounts(self) -> list[Mount]:
        return [
            Mount("/xai/v1/", "xai", self._host(self.files.route, API_KEY, 400)),
            Mount("/xai-management/v1/", "xai-management", self._host(self.collections.route, MANAGEMENT_KEY, 401)),
        ]

    def _host(self, route: Route, key: str, wrong_key_status: int) -> Callable[[Request, str], Answer]:
        def answer(request: Request, path: str) -> Answer:
            try:
                token = request.headers.get("Authorization", "")
                if not token:
                    raise XaiError(401, "No authorization header or an empty one")
                if token != f"Bearer {key}":
                    raise XaiError(wrong_key_status, f"Incorrect API key provided: {token[7:10]}***")
                self.rate.take()
                result = route(request, path.strip("/").split("/"))
            except XaiError as wrong:
                result = self.shapes.answer(wrong, self.settings.error_shape)
            result.headers["x-request-id"] = str(uuid.uuid4())
            return result

        return answer

    def control(self, action: str, data: dict[str, Any]) -> Any:
        with self.store.lock:
            match action:
                case "remove_file":
                    return self.store.remove_file(data["id"])
                case "remove_collection":
                    return self.store.collections.pop(data["id"], None) is not None
                case "end_indexing":
                    for collection in self.store.collections.values():
                        for document in collection.documents.values():
                            document.ready_at = 0.0
                    return True
                case "next_indexing":
                    message = str(data.get("error", "The file could not be parsed."))
                    self.store.next_outcomes.extend([message] * int(data.get("times", 1)))
                    return True
        raise KeyError(action)

    def snapshot(self) -> dict[str, Any]:
        """Files and collections sorted by id; every file says in which collections it stands."""
        with self.store.lock:
            places: dict[str, list[str]] = {file_id: [] for file_id in self.store.files}
            for collection in self.store.collections.values():
                for file_id in collection.documents:
                    places[file_id].append(collection.id)
            return {
                "files": [
                    file.as_dict() | {"sha256": file.sha256, "collections": sorted(places[file_id])}
                    for file_id, file in sorted(self.store.files.items())
                ],
                "collections": [
                    item.as_dict() | {"documents": [item.documents[key].as_dict() for key in sorted(item.documents)]}
                    for _, item in sorted(self.store.collections.items())
                ],
            }

    def reset(self) -> None:
        self.store.clear()
        self.rate.limit = 0  # the next call starts with a full bucket

    def close(self) -> None:
        """Nothing runs in the background."""
