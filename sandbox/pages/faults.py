"""Setting faults by hand: one click for the common ones, a form for the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from sandbox.answers import Answer, redirect
from sandbox.espocrm.system import EspoCrm
from sandbox.faults import KINDS, Fault
from sandbox.google.errors import GoogleError
from sandbox.pages.rendering import page
from sandbox.xai.system import Xai

if TYPE_CHECKING:
    from sandbox.world import World

TOO_MANY = GoogleError("rateLimitExceeded")
# Text on the button -> the rule it sets.
PRESETS: dict[str, Callable[[], Fault]] = {
    "xAI answers 429 for a minute": lambda: Fault(
        "status", "xai*", status=429, times=None, seconds=60, headers={"Retry-After": "5"}, body="Too many requests"
    ),
    "xAI is down (503)": lambda: Fault("status", "xai*", times=None, status=503),
    "Next upload to xAI: answer lost": lambda: Fault("cut_after", "xai", "POST", "/v1/files$"),
    "Next new collection: answer lost": lambda: Fault("cut_after", "xai-management", "POST", "/v1/collections$"),
    "EspoCRM is down (cut connections)": lambda: Fault("cut_before", "espocrm", times=None),
    "Next write to EspoCRM: answer lost": lambda: Fault("cut_after", "espocrm", "PUT"),
    "Next download from EspoCRM: cut in half": lambda: Fault("truncated", "espocrm", "GET", "/Attachment/file/"),
    "Next read from EspoCRM: garbage": lambda: Fault("garbage", "espocrm", "GET"),
    "Hold the next write to EspoCRM": lambda: Fault("hold", "espocrm", "PUT"),
    "Advoware is down (cut connections)": lambda: Fault("cut_before", "advoware*", times=None),
    "Next write to Advoware: answer lost": lambda: Fault("cut_after", "advoware", "PUT"),
    "Next new party in Advoware: answer lost": lambda: Fault("cut_after", "advoware", "POST", "/Beteiligte$"),
    "Google answers 403 rateLimitExceeded for a minute": lambda: Fault(
        "status", "google", times=None, seconds=60, status=403, body=TOO_MANY.answer().body.decode()
    ),
    "Google is down (503)": lambda: Fault("status", "google*", times=None, status=503),
    "Next batch to Google: answer lost": lambda: Fault("cut_after", "google-batch"),
    "Next new event at Google: answer lost": lambda: Fault("cut_after", "google", "POST", "/events\\b"),
    "Everything takes 2 seconds": lambda: Fault("delay", times=None, delay=2.0),
}


class FaultPages:
    def __init__(self, world: World, crm: EspoCrm, xai: Xai) -> None:
        self.world, self.crm, self.xai = world, crm, xai

    def answer(self, request: Request, parts: list[str]) -> Answer | None:
        match [request.method, *parts]:
            case ["GET"]:
                return page(request, "faults.html", faults=self.world.faults.as_list(), kinds=KINDS, presets=PRESETS,
                            waiting=self.world.faults.waiting, mounts=self.world.mounts, error="",
                            maintenance=self.crm.settings.maintenance,
                            failing=len(self.xai.store.next_outcomes))  # fmt: skip
            case ["POST", action]:
                self.act(request, action)
                return redirect("/faults")
        return None

    def act(self, request: Request, action: str) -> None:
        form, faults = request.form, self.world.faults
        match action:
            case "preset":
                name = form["name"]
                rule = PRESETS[name]()
                rule.note = name
                faults.add(rule)
            case "add":
                times = form.get("times", 1, int)
                rule = Fault(
                    form["kind"], form["system"], form.get("method", ""), form.get("path", ""),
                    times=times or None, status=form.get("status", 503, int), delay=form.get("delay", 0.0, float),
                    hold=form.get("hold", "before"),
                )  # fmt: skip
                faults.add(rule)
            case "remove":
                faults.remove(form.get("id", type=int))
            case "release":
                faults.release()
            case "maintenance":
                self.world.settings.change({"espocrm_maintenance": not self.crm.settings.maintenance})
            case "indexing":
                self.xai.control("next_indexing", {"times": 1})
