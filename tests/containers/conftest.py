"""The image is built once, and its services are started once: the tests tell one story, in their order."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.running import SandboxProcess
from tests.benchmarks.load import WEBHOOK_ID, WEBHOOK_SECRET
from tests.containers import bases, podman
from tests.containers.firm import Firm
from tests.containers.podman import Podman
from tests.containers.stack import Stack
from tests.installation import ROOT
from tests.servers import free_port
from tests.world import sandbox_settings

BUILD_SECONDS = 900
# What pip on this machine is told and trusts, pip in the build is told and trusts too.
PIP = ("/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")
IMAGE = "bitbylaw-hub:1"


def build(engine: Podman, *options: str) -> None:
    volumes = [part for path in PIP if Path(path).exists() for part in ("--volume", f"{path}:{path}:ro")]
    engine(
        "build", "--quiet", "--network", "host", *volumes, *options, "--tag", IMAGE, str(ROOT), timeout=BUILD_SECONDS
    )


@pytest.fixture(scope="session")
def engine() -> Podman:
    usable, why_not = podman.found()
    if usable is None:
        if os.environ.get("HUB_REQUIRE_CONTAINERS"):
            pytest.fail(why_not)
        pytest.skip(why_not)
    bases.provide(usable)
    return usable


@pytest.fixture(scope="session")
def image(engine: Podman) -> str:
    build(engine)
    return IMAGE


@pytest.fixture(scope="session")
def firm(engine: Podman, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    port = free_port()
    with (
        Stack.made(engine, f"hubtest{secrets.token_hex(3)}") as stack,
        SandboxProcess("--host", stack.outside()) as sandbox,
    ):
        settings = {name: str(value) for name, value in sandbox_settings(sandbox).items()}
        settings |= {
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
            "DJANGO_ALLOWED_HOSTS": "hub.example",
            "DJANGO_TRUST_PROXY": "1",
            "POSTGRES_PASSWORD": secrets.token_urlsafe(16),
            "REDIS_PASSWORD": secrets.token_urlsafe(16),
            "HUB_PORT": str(port),
            "SWEEP_SECONDS": "2",
            "ESPOCRM_WEBHOOK_SECRETS": json.dumps({WEBHOOK_ID: [WEBHOOK_SECRET]}),
        }
        stack.configure(tmp_path_factory.mktemp("containers"), settings)
        stack.up()
        yield Firm(stack, sandbox.client, port)
