"""xAI for people: what is in which collection, and making things vanish."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer, redirect
from sandbox.pages.rendering import page
from sandbox.xai.system import Xai

SHOWN = 60


class XaiPages:
    def __init__(self, xai: Xai) -> None:
        self.xai = xai

    def answer(self, request: Request, parts: list[str]) -> Answer | None:
        match [request.method, *parts]:
            case ["GET"]:
                return self.overview(request)
            case ["GET", "file", file_id] if file := self.xai.store.file(file_id):
                return Answer(200, file.content, file.content_type, {"Content-Security-Policy": "sandbox"})
            case ["POST", "remove", kind, key] if kind in ("file", "collection"):
                self.xai.control(f"remove_{kind}", {"id": key})
                return redirect("/xai/")
        return None

    def overview(self, request: Request) -> Answer:
        state = self.xai.snapshot()
        names: dict[str, str] = {item["collection_id"]: item["collection_name"] for item in state["collections"]}
        collections: list[dict[str, Any]] = sorted(state["collections"], key=lambda item: str(item["collection_name"]))
        files = sorted(state["files"], key=lambda item: (bool(item["collections"]), -item["created_at"]))
        return page(request, "xai.html", collections=collections[:SHOWN], files=files[:SHOWN], names=names,
                    collection_count=len(collections), file_count=len(files))  # fmt: skip
