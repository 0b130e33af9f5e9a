"""Templates, languages and the small words they need."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from werkzeug.wrappers import Request

from sandbox.answers import Answer

TOP = Path(__file__).resolve().parent.parent
# English text in the templates -> German; what is the same in both is left out.
GERMAN: dict[str, str] = json.loads((TOP / "pages" / "german.json").read_text(encoding="utf-8"))
LANGUAGES = {"de": "Deutsch", "en": "English"}
COOKIE = "sandbox_language"

environment = Environment(
    loader=FileSystemLoader(TOP / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)

# Status -> colour of its badge; what is not listed is grey.
GOOD = {"active", "clean", "synced", "delivered", "processed"}
BUSY = {"pending_sync", "processing", "new", "changed", "again", "paused", "unclean"}
BAD = {"failed", "lost", "dropped", "deactivated", "closed"}


def colour(status: object) -> str:
    word = str(status or "").lower()
    return "good" if word in GOOD else "busy" if word in BUSY else "bad" if word in BAD else "plain"


def size(count: int) -> str:
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.1f} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"


def clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))


environment.filters |= {"colour": colour, "size": size, "clock": clock}


def language(request: Request) -> str:
    asked = request.args.get("lang") or request.cookies.get(COOKIE)
    if asked in LANGUAGES:
        return str(asked)
    return request.accept_languages.best_match(LANGUAGES) or "en"


def translate(text: str, lang: str) -> str:
    return GERMAN.get(text, text) if lang == "de" else text


def page(request: Request, template: str, **values: Any) -> Answer:
    lang = language(request)
    html = environment.get_template(template).render(
        t=lambda text: translate(text, lang),
        lang=lang,
        languages=LANGUAGES,
        path=request.path,
        host=request.host,
        **values,
    )
    headers = {"Set-Cookie": f"{COOKIE}={lang}; Path=/; SameSite=Lax"} if "lang" in request.args else {}
    return Answer(200, html.encode(), "text/html; charset=utf-8", headers | {"Cache-Control": "no-store"})
