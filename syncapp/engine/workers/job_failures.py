"""What Django-Q2 keeps and says of a job that failed: kind and places, never the error's message."""

from __future__ import annotations

from typing import Any

import structlog

from syncapp.kit import mishaps

log = structlog.get_logger(__name__)


def without_contents(task: dict[str, Any], **_: Any) -> None:
    """A receiver of `post_execute_in_worker`: before the result leaves the process."""
    if not task["success"]:
        task["result"] = mishaps.of_printed(str(task["result"]))
        log.error("job.failed", job=str(task["func"]), error=task["result"])
