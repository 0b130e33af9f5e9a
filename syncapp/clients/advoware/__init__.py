"""Advoware, the practice-management system of the firm."""

from syncapp.clients.advoware.client import AdvowareClient
from syncapp.clients.advoware.config import AdvowareConfig, MatterFields, Paths
from syncapp.clients.advoware.types import (
    AdvowareParty,
    Appointment,
    BankAccount,
    Communication,
    Employee,
    Matter,
    PostalAddress,
)

__all__ = [
    "AdvowareClient",
    "AdvowareConfig",
    "AdvowareParty",
    "Appointment",
    "BankAccount",
    "Communication",
    "Employee",
    "Matter",
    "MatterFields",
    "Paths",
    "PostalAddress",
]
