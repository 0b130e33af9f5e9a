"""Whose request it is: one answer for brakes, logs, the audit log and logins."""

from __future__ import annotations

from ipaddress import IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

IPV6_SITE = 64  # bits: whoever has one address of such a net has all of them


def address_of(request: HttpRequest) -> str | None:
    """Behind a reverse proxy of ours the last address it added, for the others anybody can write; None: not known."""
    given = request.META.get("REMOTE_ADDR", "")
    if settings.CONFIG.DJANGO_TRUST_PROXY:
        given = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or given
    try:
        parsed = ip_address(given.partition("%")[0])  # a zone is of no meaning here
    except ValueError:
        return None
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def site_of(address: str | None) -> str:
    """What is braked together."""
    if not address:
        return "unknown"
    parsed = ip_address(address)
    return str(parsed) if parsed.version == 4 else str(IPv6Network((int(parsed), IPV6_SITE), strict=False))
