"""`manage.py bring_proxy_key`"""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.db import IntegrityError, transaction

from syncapp.management.base import HubCommand, misused
from syncapp.management.recording import recorded
from syncapp.models import ProxyKey

LONGEST_NAME = 100  # signs, as the column has it


class Command(HubCommand):
    help = (
        "Lets a program go on with the key that it has from an earlier hub, at /advoware/proxy: the header `apikey`\n"
        "(as Kong has it sent), X-Api-Key or Authorization: Bearer. The key is asked for, or read from standard\n"
        "input; the hub keeps only its hash. All paths, 120 calls a minute."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="of the program")
        parser.add_argument("--write", action="store_true", help="it may write too; without it only read")

    def handle(self, *args: Any, name: str, write: bool, **options: Any) -> None:
        if not 0 < len(name := name.strip()) <= LONGEST_NAME:
            raise misused(f"The program needs a name, of {LONGEST_NAME} signs at most.")
        if ProxyKey.objects.filter(name__iexact=name, revoked_at=None).exists():
            raise misused("There is a valid key of this name. Revoke it first, or take another name.")
        key = _asked()
        try:
            with recorded("bring_proxy_key", "ProxyKey", "", name) as row, transaction.atomic():
                made = ProxyKey.bring(name, key, may_write=write)
                row.count = int(made is not None)
        except IntegrityError:
            raise misused("This key is there already.") from None
        if made is None:
            raise misused("That is no key: 24 to 200 signs in one line, without blanks. Make a new one in the admin.")
        self.stdout.write(f"{name} may go on with its key ({'read and write' if write else 'read only'}).")


def _asked() -> str:
    """What can't be read, or is not given, is no key either."""
    try:
        return (getpass.getpass("The key: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    except (EOFError, UnicodeDecodeError):
        return ""
