"""Tasks as people read them, on the pages and in the CRM."""

from __future__ import annotations

from syncapp.models.task_views import Facts, TaskView

__all__ = ["Facts", "TaskView"]
