"""Running the sandbox from a test: in this process (fast) or in a process of its own (as in real life)."""

from __future__ import annotations

import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.advoware import config as advoware
from sandbox.advoware.gateway import LOOKUP, RELAY, SECURITY
from sandbox.app import Sandbox
from sandbox.client import SandboxClient, SandboxError
from sandbox.espocrm.config import API_KEY as ESPOCRM_API_KEY
from sandbox.espocrm.config import SECRET_KEY as ESPOCRM_SECRET_KEY
from sandbox.google.config import API as GOOGLE_API
from sandbox.server import Server
from sandbox.xai.config import API_KEY as XAI_API_KEY
from sandbox.xai.config import MANAGEMENT_KEY as XAI_MANAGEMENT_KEY

STOP_SECONDS = 10
TOP = Path(__file__).resolve().parent.parent


class Running(ABC):
    """Addresses, keys and the client of a running sandbox."""

    espocrm_api_key = ESPOCRM_API_KEY
    espocrm_secret_key = ESPOCRM_SECRET_KEY
    xai_api_key = XAI_API_KEY
    xai_management_key = XAI_MANAGEMENT_KEY
    advoware_kanzlei = advoware.KANZLEI
    advoware_database = advoware.DATABASE
    advoware_user = advoware.USER
    advoware_password = advoware.PASSWORD
    advoware_app_id = advoware.APP_ID
    advoware_api_secret = advoware.API_SECRET

    url: str
    client: SandboxClient

    def at(self, url: str) -> None:
        self.url = url
        self.client = SandboxClient(url)

    @property
    def espocrm_url(self) -> str:
        """For ESPOCRM_API_BASE_URL."""
        return self.url + "/espocrm/api/v1"

    @property
    def xai_url(self) -> str:
        """For XAI_API_BASE_URL."""
        return self.url + "/xai"

    @property
    def xai_management_url(self) -> str:
        """For XAI_MANAGEMENT_BASE_URL."""
        return self.url + "/xai-management"

    @property
    def advoware_url(self) -> str:
        """For ADVOWARE_API_BASE_URL: what the look-up answers as relayUrl."""
        return self.url + RELAY

    @property
    def advoware_gateway_url(self) -> str:
        """For ADVOWARE_SECURITY_GATEWAY_URL: what the look-up answers as securityGateway."""
        return self.url + SECURITY

    @property
    def advoware_lookup_url(self) -> str:
        """Stands for https://www2.advo-net.net/AdvonetConfigurator/api/Url; wants ?Kanzlei=."""
        return self.url + LOOKUP

    @property
    def google_root_url(self) -> str:
        """For GOOGLE_API_ROOT: stands for https://www.googleapis.com/, the `rootUrl` of the discovery document."""
        return self.url + GOOGLE_API

    @property
    def google_service_account(self) -> dict[str, Any]:
        """For GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON: the key file, with the `token_uri` of this sandbox."""
        return self.client.google.service_account()

    @abstractmethod
    def start(self) -> None:
        """Returns when it answers."""

    @abstractmethod
    def stop(self) -> None:
        """Returns when it has ended."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class SandboxThread(Running):
    """In this process. `sandbox` is the thing itself, for a look inside."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host, self.port = host, port

    def start(self) -> None:
        self.sandbox = Sandbox()
        self.server = Server(self.host, self.port, self.sandbox)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), name="sandbox", daemon=True)
        self.thread.start()
        self.at(self.server.url)

    def stop(self) -> None:
        self.client.close()
        self.sandbox.close()
        self.server.close()
        self.thread.join(STOP_SECONDS)


class SandboxProcess(Running):
    """`python -m sandbox` as a child; `arguments` are added to its command line. `stop` ends it with SIGTERM."""

    def __init__(self, *arguments: str, port: int = 0) -> None:
        self.command = [sys.executable, "-m", "sandbox", "--port", str(port), "--quiet", *arguments]

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, cwd=TOP, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        url = self.process.stdout.readline().strip()
        if not url:
            raise SandboxError(f"The sandbox did not start, exit code {self.process.wait(STOP_SECONDS)}")
        self.at(url)
        self.client.wait_ready()

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()
