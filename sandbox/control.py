"""The control API below `/_control/`: JSON, for tests, the demo and benchmarks."""

from __future__ import annotations

import json
import time
from typing import Any

from werkzeug.wrappers import Request

from sandbox import environment
from sandbox.answers import Answer, json_answer
from sandbox.espocrm.errors import EspoError
from sandbox.faults import KINDS, Fault
from sandbox.seed.workday import SCENES
from sandbox.settings import UnknownSetting
from sandbox.world import World

PREFIX = "/_control/"


class Control:
    def __init__(self, world: World) -> None:
        self.world = world

    def answer(self, request: Request) -> Answer:
        """400 with {"error"} for what makes no sense, 404 for what does not exist."""
        parts = request.path.removeprefix(PREFIX).strip("/").split("/")
        try:
            data = json.loads(request.get_data() or b"{}") if request.method in ("POST", "PATCH") else {}
            return json_answer(self.route(request, parts, data))
        except KeyError as missing:
            return json_answer({"error": f"not found: {missing}"}, 404)
        except EspoError as refusal:
            return json_answer({"error": str(refusal)}, refusal.status)
        except (UnknownSetting, ValueError, TypeError) as wrong:
            return json_answer({"error": str(wrong)}, 400)

    def route(self, request: Request, parts: list[str], data: dict[str, Any]) -> Any:
        world = self.world
        match [request.method, *parts]:
            case ["GET", "health"]:
                return {"ok": True, "systems": sorted(world.systems), "seconds": round(time.time() - world.started, 1)}
            case ["GET", "environment"]:
                return environment.whole(world, f"http://{request.host}")
            case ["POST", "reset"]:
                world.reset()
                return {"ok": True}
            case ["GET", "settings"]:
                return world.settings.as_dict()
            case ["PATCH", "settings"]:
                world.settings.change(data)
                return world.settings.as_dict()
            case ["GET", "faults"]:
                return {"faults": world.faults.as_list(), "waiting": world.faults.waiting, "kinds": KINDS}
            case ["POST", "faults"]:
                return world.faults.add(Fault(**data)).as_dict()
            case ["POST", "faults", "release"]:
                return {"released": world.faults.release(data.get("id"))}
            case ["DELETE", "faults", *rest]:
                return {"removed": world.faults.remove(int(rest[0]) if rest else None)}
            case ["GET", "calls"]:
                since, system = request.args.get("since", 0, int), request.args.get("system")
                return {"calls": world.calls.since(since, system, request.args.get("limit", 0, int))}
            case ["DELETE", "calls"]:
                world.calls.clear()
                return {"ok": True}
            case ["GET", "counts"]:
                return {"counts": world.calls.counts()}
            case ["GET", "state", system]:
                return world.systems[system].snapshot()
            case ["POST", "scenes", name]:
                return {"result": SCENES[name](world)}
            case ["POST", system, action]:
                return {"result": world.systems[system].control(action, data)}
        raise KeyError("/".join(parts))
