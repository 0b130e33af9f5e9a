"""How to reach one firm's Advoware, and everything about its API that is not public."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from syncapp.clients.http.base import ClientConfig

SYSTEM = "advoware"
LOOKUP_URL = "https://www2.advo-net.net/AdvonetConfigurator/api/Url"
API_PATH = "/api/v1"


@dataclass(frozen=True, slots=True)
class Paths:
    """Below ``/api/v1/``; the last three stand below one party."""

    parties: str = "advonet/Beteiligte"
    employees: str = "advonet/Mitarbeiter"
    appointments: str = "advonet/Termine"
    matters: str = "Akten"
    communications: str = "Kommunikationen"
    bank_accounts: str = "Bankverbindungen"
    addresses: str = "Adressen"


@dataclass(frozen=True, slots=True)
class MatterFields:
    """What an Akte calls its number and its Aktenzeichen."""

    id: str = "id"
    reference: str = "az"


@dataclass(frozen=True, slots=True)
class AdvowareConfig(ClientConfig):
    """``app_id``, ``secret`` (base64), ``kanzlei``, ``database``, ``user`` (Kürzel) and ``password`` are the login.

    An empty address is looked up at ``lookup_url``.
    """

    api_url: str = ""
    gateway_url: str = ""
    lookup_url: str = LOOKUP_URL
    kanzlei: str = ""
    database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    role: int = 2
    product: int = 64  # that of other makers' programs
    app_id: str = ""
    secret: str = field(default="", repr=False)
    zone: str = "Europe/Berlin"  # Advoware's times come without one
    paths: Paths = Paths()
    matter_fields: MatterFields = MatterFields()

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def identity(self) -> str:
        """Another text for every other login, a corrected password included; nothing can be read out of it."""
        parts = (self.api_url, self.gateway_url, self.lookup_url, self.kanzlei, self.database, self.user)
        whole = "\n".join((*parts, self.password, str(self.role), str(self.product), self.app_id))
        return hmac.new(self.secret.encode(), whole.encode(), hashlib.sha256).hexdigest()[:32]
