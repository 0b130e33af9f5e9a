"""gunicorn's log goes the same way out as everything else's."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from bitbylaw import places
from bitbylaw.log_floods import OnceAMinute
from bitbylaw.logs import formatter


class WebServerLogger(Logger):
    def setup(self, cfg: Any) -> None:
        Logger.setup(self, cfg)
        settings = formatter(places.setting("LOG_FORMAT") or "json")
        ours = settings.pop("()")(**settings)
        floods = OnceAMinute()
        for handler in self.error_log.handlers:
            handler.setFormatter(ours)
            handler.addFilter(floods)
