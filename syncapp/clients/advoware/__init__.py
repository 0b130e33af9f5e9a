"""Advoware, the practice-management system of the firm."""

from syncapp.clients.advoware.appointments import Appointment
from syncapp.clients.advoware.client import AdvowareClient
from syncapp.clients.advoware.config import AdvowareConfig, Paths
from syncapp.clients.advoware.relay import Relayed
from syncapp.clients.advoware.tokens import MemoryTokens, RefusedLogin, TokenStore
from syncapp.clients.advoware.types import AdvowareParty, BankAccount, Communication, Employee, PartyStamp
from syncapp.clients.tokens import Token

__all__ = [
    "AdvowareClient",
    "AdvowareConfig",
    "AdvowareParty",
    "Appointment",
    "BankAccount",
    "Communication",
    "Employee",
    "MemoryTokens",
    "PartyStamp",
    "Paths",
    "RefusedLogin",
    "Relayed",
    "Token",
    "TokenStore",
]
