"""One sandbox in this process for all these tests, empty again before each of them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from google.auth.transport.requests import Request as AuthRequest
from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.client import SandboxClient
from sandbox.google.config import SERVICE_ACCOUNT
from sandbox.running import SandboxThread
from sandbox.server import Server
from tests.sandbox.advoware_calls import login_body
from tests.sandbox.google_calls import BERLIN, credentials, service


@pytest.fixture(scope="session")
def running() -> Iterator[SandboxThread]:
    with SandboxThread() as running:
        yield running


@pytest.fixture
def sb(running: SandboxThread) -> SandboxThread:
    running.client.reset()
    running.client.settings(espocrm_webhook_job=False, xai_indexing_seconds=0.0)
    return running


@pytest.fixture
def client(sb: SandboxThread) -> SandboxClient:
    return sb.client


class Api:
    """A session of one API with its key, as a program that knows nothing of the sandbox would use it."""

    def __init__(self, base: str, **headers: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(headers)

    def __call__(self, method: str, path: str, **options) -> requests.Response:
        url = f"{self.base}/{path}" if path else self.base
        return self.session.request(method, url, timeout=10, **options)


@pytest.fixture
def api() -> Iterator[Callable[..., Api]]:
    made: list[Api] = []

    def make(base: str, **headers: str) -> Api:
        made.append(Api(base, **headers))
        return made[-1]

    yield make
    for each in made:
        each.session.close()


@pytest.fixture
def espo(sb: SandboxThread, api: Callable[..., Api]) -> Api:
    return api(sb.espocrm_url, **{"X-Api-Key": sb.espocrm_api_key})


@pytest.fixture
def files(sb: SandboxThread, api: Callable[..., Api]) -> Api:
    return api(sb.xai_url + "/v1", Authorization=f"Bearer {sb.xai_api_key}")


@pytest.fixture
def management(sb: SandboxThread, api: Callable[..., Api]) -> Api:
    return api(sb.xai_management_url + "/v1", Authorization=f"Bearer {sb.xai_management_key}")


@pytest.fixture
def gateway(sb: SandboxThread, api: Callable[..., Api]) -> Api:
    return api(sb.advoware_gateway_url.rstrip("/") + "/api/v1")


@pytest.fixture
def advoware(sb: SandboxThread, gateway: Api, api: Callable[..., Api]) -> Api:
    """Logged in; paths begin below `/api/v1/`."""
    token = gateway("POST", "Token", json=login_body(sb)).json()["access_token"]
    return api(sb.advoware_url.rstrip("/") + "/api/v1", Authorization=f"Bearer {token}")


@pytest.fixture
def services(sb: SandboxThread) -> Iterator[Callable[..., Any]]:
    """Google's own client library, with the scopes and for the user that are named."""
    with ExitStack() as made:
        yield lambda **options: made.enter_context(service(sb, **options))


@pytest.fixture
def google(services: Callable[..., Any]) -> Any:
    """Logged in: a batch would do that on a connection of its own, which the library leaves open."""
    google = services()
    google.calendarList().list().execute()
    return google


@pytest.fixture
def calendar(client: SandboxClient) -> str:
    """The id of a calendar of the service account."""
    return str(client.google.create_calendar("AW-AP", owner=SERVICE_ACCOUNT, timeZone=BERLIN)["id"])


@pytest.fixture
def events(sb: SandboxThread, calendar: str, api: Callable[..., Api]) -> Api:
    """The events of that calendar, without a library."""
    account = credentials(sb)
    with requests.Session() as session:
        session.trust_env = False
        account.refresh(AuthRequest(session))
    base = f"{sb.google_root_url}calendar/v3/calendars/{calendar}/events"
    return api(base, Authorization=f"Bearer {account.token}")


@dataclass
class Receiver:
    """Takes webhooks and answers what a test wants."""

    url: str = ""
    status: int = 200
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    def __call__(self, request: Request) -> Answer:
        self.got.append((request.path, dict(request.headers), request.get_data()))
        self.arrived.set()
        return Answer(self.status)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    server = Server("127.0.0.1", 0, receiver)
    receiver.url = server.url
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield receiver
    server.close()
    thread.join(5)
