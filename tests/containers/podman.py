"""podman, on any machine on which it works at all."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

CATATONIT = (
    "/usr/libexec/podman/catatonit",
    "/usr/bin/catatonit",
)  # what --init starts; stands alone, without libraries
PROBE = "localhost/hub-test-probe"
# Machines without nested cgroups, on which a process may not raise its own limits.
INSIDE = ("--runtime", "runc", "--cgroup-manager", "cgroupfs")
LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")


class PodmanFailed(AssertionError):
    """Carries what podman said."""


@dataclass(frozen=True, slots=True)
class Podman:
    flags: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()  # for each container

    def __call__(self, *args: str, timeout: float = 120) -> str:
        """What it printed. Raises `PodmanFailed`."""
        code, said = self.tried(*args, timeout=timeout)
        if code:
            raise PodmanFailed(f"podman {' '.join(args)[:300]} ended with {code}:\n{said[-4000:]}")
        return said

    def tried(self, *args: str, timeout: float = 120) -> tuple[int, str]:
        """The exit code, and what it printed on both channels (on success: only the first)."""
        done = subprocess.run(
            ["podman", *self.flags, *args], capture_output=True, text=True, timeout=timeout, check=False
        )
        said = done.stdout if done.returncode == 0 else done.stdout + done.stderr
        return done.returncode, said.strip()

    def has(self, image: str) -> bool:
        return self.tried("image", "exists", image)[0] == 0


def found() -> tuple[Podman | None, str]:
    """The podman that can run a container here, or why there is none."""
    if shutil.which("podman") is None:
        return None, "podman is not installed"
    catatonit = next((path for path in CATATONIT if Path(path).exists()), None)
    if catatonit is None:
        return None, "catatonit is not installed, without which podman knows no --init"
    said = ""
    for podman in (Podman(), Podman(INSIDE, LIMITS)):
        try:
            _import_probe(podman, catatonit)
            podman("run", "--rm", *podman.limits, PROBE, "/catatonit", "--version")
            return podman, ""
        except (PodmanFailed, subprocess.TimeoutExpired) as exc:
            said = str(exc).splitlines()[-1]
    return None, f"podman can't run containers here: {said}"


def _import_probe(podman: Podman, program: str) -> None:
    with tempfile.NamedTemporaryFile(suffix=".tar") as file:
        with tarfile.open(fileobj=file, mode="w", dereference=True) as tar:
            tar.add(program, "catatonit")
        file.flush()
        podman("import", file.name, PROBE)
