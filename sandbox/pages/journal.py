"""The last calls, and what the webhooks did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from sandbox.answers import Answer, redirect
from sandbox.espocrm.system import EspoCrm
from sandbox.pages.rendering import page

if TYPE_CHECKING:
    from sandbox.world import World

SHOWN = 100


class JournalPages:
    def __init__(self, world: World, crm: EspoCrm) -> None:
        self.world, self.crm = world, crm

    def calls(self, request: Request, parts: list[str]) -> Answer | None:
        if request.method == "POST":
            self.world.calls.clear()
            return redirect("/calls")
        system = request.args.get("system", "")
        counts = sorted(self.world.calls.counts(), key=lambda row: -row["count"])
        return page(request, "calls.html", calls=self.world.calls.since(system=system, limit=SHOWN)[::-1],
                    counts=[row for row in counts if not system or row["system"] == system][:12], system=system,
                    systems=[mount.system for mount in self.world.mounts])  # fmt: skip

    def webhooks(self, request: Request, parts: list[str]) -> Answer | None:
        if request.method == "POST":
            self.act(request, parts[0] if parts else "")
            return redirect("/webhooks")
        return page(request, "webhooks.html", hooks=list(self.crm.webhooks.webhooks.values()),
                    deliveries=self.crm.sender.entries()[-SHOWN:][::-1], settings=self.crm.settings,
                    pending=self.crm.webhooks.pending())  # fmt: skip

    def act(self, request: Request, action: str) -> None:
        if action == "deliver":
            self.crm.job.run_all(ignore_pause="all" in request.form)
        elif action == "interval":
            seconds = request.form.get("seconds", 120.0, float)
            self.world.settings.change({"espocrm_webhook_interval": max(0.2, seconds)})
