"""The base images that Dockerfile and docker-compose.yml name: pulled, or made of Debian's packages under their names.

Made ones have Debian's Python (3.11 in place of 3.12), PostgreSQL and Redis; what is tried with them is how the hub is
built, started, stopped and lost, not these programs.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.containers.podman import Podman

DEBIAN = "localhost/hub-test-debian:12"
MADE = {
    "docker.io/library/python:3.12-slim-bookworm": "python",
    "docker.io/library/postgres:15-bookworm": "postgres",
    "docker.io/library/redis:7.2-bookworm": "redis",
}
PACKAGES = "ca-certificates,python3,python3-venv,postgresql,redis-server"
IMAGES = Path(__file__).parent / "images"
PULL_SECONDS = 60
BUILD_SECONDS = 900  # loads 100 MB of packages


def provide(podman: Podman) -> str:
    """Returns when all are there; says where they came from."""
    lacking = [image for image in MADE if not podman.has(image) and not _pulled(podman, image)]
    if not lacking:
        return "base images as published, or made earlier"
    bootstrap(podman, DEBIAN, "bookworm", PACKAGES)
    for image in lacking:
        podman("build", "--quiet", "--tag", image, "--file", str(IMAGES / f"{MADE[image]}.Dockerfile"), str(IMAGES))
    return f"{len(lacking)} base images made out of Debian's packages"


def _pulled(podman: Podman, image: str) -> bool:
    try:
        return podman.tried("pull", "--quiet", image, timeout=PULL_SECONDS)[0] == 0
    except subprocess.TimeoutExpired:
        return False


def bootstrap(podman: Podman, image: str, suite: str, packages: str) -> None:
    """An image of nothing but Debian and these packages, made once."""
    if podman.has(image):
        return
    if shutil.which("debootstrap") is None:
        raise AssertionError(f"{image} can't be made: debootstrap is not installed.")
    folder = Path(tempfile.mkdtemp(prefix="hub-test-debian-"))
    try:
        root = folder / "root"
        command = ["debootstrap", "--variant=minbase", f"--include={packages}", suite, str(root), *_mirror()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
        if done.returncode:
            raise AssertionError(f"debootstrap ended with {done.returncode}:\n{done.stdout[-2000:]}")
        tar = folder / "root.tar"
        subprocess.run(
            ["tar", "-C", str(root), "--exclude=./proc/*", "--exclude=./sys/*", "-cf", str(tar), "."], check=True
        )
        podman("import", str(tar), image, timeout=BUILD_SECONDS)
    finally:
        shutil.rmtree(folder)


def _mirror() -> list[str]:
    """Where this machine's own packages come from; none known: debootstrap has one of its own."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return told[:1]
