"""The services of docker-compose.yml, started by hand in the order that the file says."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.containers import compose
from tests.containers.compose import Service
from tests.containers.podman import PROBE, Podman
from tests.installation import ROOT, until

SCALE = {"worker": 3}
ONCE_SECONDS = 180
# podman's own health checks need systemd; here each look is ours, and a busy machine is slower than the file expects.
PATIENCE = 3


class Stack:
    def __init__(self, podman: Podman, project: str) -> None:
        self.podman, self.project = podman, project
        self.services: dict[str, Service] = {}
        self.order: list[str] = []  # of what was started, or ended well

    @classmethod
    @contextlib.contextmanager
    def made(cls, podman: Podman, project: str) -> Iterator[Stack]:
        """With its networks and volumes; whatever runs in them is removed at the end."""
        stack, places = cls(podman, project), compose.places(ROOT / "docker-compose.yml", project)
        for name, internal in places.networks.items():
            podman("network", "create", *(["--internal"] if internal else []), name)
        for name in places.volumes:
            podman("volume", "create", name)
        try:
            yield stack
        finally:
            running = podman("ps", "--all", "--quiet", "--filter", f"label=project={project}").split()
            if running:
                podman("rm", "--force", "--time", "0", *running)
            for name in places.volumes:
                podman("volume", "rm", "--force", name)
            for name in places.networks:
                podman("network", "rm", "--force", name)

    def configure(self, folder: Path, env: dict[str, str]) -> None:
        """JSON stands in single quotes, as .env.example asks."""
        shutil.copy(ROOT / "docker-compose.yml", folder)
        (folder / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in env.items()))
        self.services = compose.services(folder / "docker-compose.yml", self.project)

    def outside(self) -> str:
        """The address at which this machine is reached from the network that leads outside; from now on it is there."""
        network = f"{self.project}_outside"
        self.podman("run", "--detach", "--label", f"project={self.project}", "--network", network, *self.podman.limits,
                    PROBE, "/catatonit", "-P")  # fmt: skip
        return self.podman("network", "inspect", "--format", "{{(index .Subnets 0).Gateway}}", network)

    def up(self, *services: str) -> None:
        """These and what they wait for; all of them without a name."""
        for name in services or tuple(self.services):
            self._start(self.services[name])

    def containers(self, service: str) -> list[str]:
        names = [f"{self.project}-{service}-{number}" for number in range(1, SCALE.get(service, 1) + 1)]
        return [name for name in names if self.podman.tried("container", "exists", name)[0] == 0]

    def healthy(self, service: str) -> bool:
        """Whether each of its containers is, as the file's own check says."""
        check = self.services[service].health
        return all(self.podman.tried("exec", name, *check, timeout=60)[0] == 0 for name in self.containers(service))

    def wait_healthy(self, service: str) -> None:
        until(
            lambda: self.healthy(service), self.services[service].health_seconds * PATIENCE, lambda: self.log(service)
        )

    def exec(self, service: str, *command: str, timeout: float = 120) -> str:
        return self.podman("exec", self.containers(service)[0], *command, timeout=timeout)

    def manage(self, *command: str, volume: str = "") -> str:
        """As an operator does it: in a container of its own that goes away again."""
        service = self.services["migrate"]
        options = [*self._options(service), *(["--volume", volume] if volume else [])]
        return self.podman("run", "--rm", *options, service.image, "python", "manage.py", *command)

    def stop(self, *services: str) -> list[tuple[str, float, int]]:
        """All at once; name, share of the grace it took, exit code of each container."""
        with ThreadPoolExecutor() as pool:
            return [each for found in pool.map(self._stop, services) for each in found]

    def _stop(self, service: str) -> list[tuple[str, float, int]]:
        grace = self.services[service].grace

        def stop(name: str) -> tuple[str, float, int]:
            began = time.monotonic()
            self.podman("stop", "--time", str(grace), name, timeout=2 * grace + 60)
            return name, (time.monotonic() - began) / grace, self.state(name)["ExitCode"]

        with ThreadPoolExecutor() as pool:
            return list(pool.map(stop, self.containers(service)))

    def remove(self, *services: str) -> None:
        for service in services:
            for name in self.containers(service):
                self.podman("rm", "--force", "--time", "0", name)

    def forget(self, volume: str) -> None:
        """With all that is in it; an empty one takes its place."""
        self.podman("volume", "rm", f"{self.project}_{volume}")
        self.podman("volume", "create", f"{self.project}_{volume}")

    def state(self, container: str) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.podman("inspect", "--format", "{{json .State}}", container))
        return found

    def log(self, service: str) -> str:
        return "\n".join(self.podman.tried("logs", "--tail", "60", name)[1] for name in self.containers(service))

    def _start(self, service: Service) -> None:
        if self.containers(service.name):
            return
        for other, condition in service.after.items():
            self._start(self.services[other])
            if condition == "service_healthy":
                self.wait_healthy(other)
        for number in range(1, SCALE.get(service.name, 1) + 1):
            name = f"{self.project}-{service.name}-{number}"
            self.podman("run", "--detach", "--name", name, *self._options(service), service.image, *service.command)
        if service.restart == "no":
            (name,) = self.containers(service.name)
            code = int(self.podman("wait", name, timeout=ONCE_SECONDS))
            assert code == 0, f"{service.name} ended with {code}:\n{self.log(service.name)}"
        self.order.append(service.name)

    def _options(self, service: Service) -> list[str]:
        return [
            *self.podman.limits, "--label", f"project={self.project}", "--network-alias", service.name,
            *(["--restart", service.restart] if service.restart != "no" else []), *service.options,
        ]  # fmt: skip
