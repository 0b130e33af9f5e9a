"""`manage.py espocrm prepare` and `manage.py espocrm hook`"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from syncapp.clients.errors import ClientError
from syncapp.clients.espocrm import FIELDS
from syncapp.clients.espocrm.administration import REBUILD_SECONDS, AdminConfig, EspoAdministration
from syncapp.management.base import FOUND, NOT_ASKED, HubCommand, agreed, misused, web_address
from syncapp.management.crm_needs import everything
from syncapp.management.needs import Needs
from syncapp.management.output import plural, progress
from syncapp.management.preparing import access, hook, landscape, plan
from syncapp.management.preparing.plan import Step
from syncapp.management.recording import recorded

LOGIN, PASSWORD = "ESPOCRM_ADMIN_USER", "ESPOCRM_ADMIN_PASSWORD"
ROUNDS = 4  # types first, then what hangs on them, then the user's role; one more proves that nothing is left


class Command(HubCommand):
    help = (
        "Makes an EspoCRM ready for the hub: entity types, fields with their options, links, optimistic locking,\n"
        "a role with the rights that the hub needs and an API user; and shows its fields on pages that show none.\n"
        "It says what is missing, and makes it after a yes; what is there stays as it is.\n"
        "May be run again at any time, also after it was stopped half-way.\n\n"
        "  manage.py espocrm prepare --dry-run --url https://crm.example.org\n\n"
        "The hook is optional: a PHP file for EspoCRM's folder that tells the hub of links, of which EspoCRM's own\n"
        "webhooks know nothing; without it the comparison of the next night finds them.\n\n"
        "  manage.py espocrm hook --hub https://hub.example.org > BitByLawLinks.php\n\n"
        f"An administrator's login (without two-factor login) is asked for, or taken from {LOGIN} and\n"
        f"{PASSWORD}; it is used for this run and kept nowhere."
    )
    exit_codes = {
        0: "everything is there, or has been made",
        FOUND: "something is missing (--dry-run), was not made, or a person has to do it",
        NOT_ASKED: "EspoCRM did not answer, or refused the login",
    }
    dry_run = "only say what is missing"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["prepare", "hook"], help="make what is missing; print the hook for links")
        parser.add_argument("--url", default=settings.CONFIG.ESPOCRM_API_BASE_URL, help="EspoCRM's address")
        parser.add_argument("--yes", action="store_true", help="don't ask before it is made")
        parser.add_argument("--show-key", action="store_true", help="print the API user's key, also when it was there")

        parser.add_argument("--hub", default="", metavar="URL", help="hook: the hub's address, as EspoCRM reaches it")

    def handle(self, *args: Any, what: str, url: str, yes: bool, show_key: bool, dry_run: bool, **options: Any) -> None:
        if what == "hook":
            self.stdout.write(_hook(options["hub"]))
            self.stderr.write(f"Save it in EspoCRM's folder as {hook.PLACE}, then: Administration, Clear Cache.")
            return
        if not url:
            raise misused("Where is EspoCRM? Give --url, or set ESPOCRM_API_BASE_URL.")
        web_address("--url", url)
        try:
            login = os.environ.get(LOGIN) or input("EspoCRM, administrator's user name: ")
            password = os.environ.get(PASSWORD) or getpass.getpass("Password: ")
        except EOFError:
            raise misused(f"Nobody is there to be asked for the login: set {LOGIN} and {PASSWORD}.") from None
        crm = EspoAdministration(
            AdminConfig(base_url=url, api_key="", login=login, password=password, timeout=REBUILD_SECONDS)
        )
        try:
            self._prepare(crm, url, sure=yes, dry_run=dry_run, show_key=show_key)
        except ClientError as exc:
            words = f"EspoCRM: {exc}. What was made stays; run it again."
            raise CommandError(words, returncode=NOT_ASKED) from exc

    def _prepare(self, crm: EspoAdministration, url: str, *, sure: bool, dry_run: bool, show_key: bool) -> None:
        missing = self._missing(crm)
        self._show(missing)
        to_make = [step for step in missing if step.method]
        had_user = crm.named("User", "userName", access.USER) is not None
        if to_make and not dry_run and (sure or agreed(f"\nMake this in {url}?")):
            with recorded("espocrm_prepare", "EspoCRM", "", url) as row:
                row.count = self._make(crm, to_make)
            missing = self._missing(crm)
            self.stdout.write(f"\n{plural(row.count, 'change')} made.")
            if missing:
                self.stdout.write("\nStill to do:")
                self._show(missing)
        # Stopped after the user was made, the first time has not printed it.
        self._settings(crm, key=show_key or not had_user or not settings.CONFIG.ESPOCRM_API_KEY)
        if missing:
            raise CommandError(f"{plural(len(missing), 'thing')} missing.", returncode=FOUND)
        self.stdout.write("\nNothing is missing. Next: manage.py check_connections, then manage.py register_webhooks.")

    def _missing(self, crm: EspoAdministration) -> list[Step]:
        needed = list(everything(advoware=True))
        with progress("Looking at EspoCRM"):
            there = _landscape(crm, needed)
            return [*plan.steps(needed, there), *access.steps(crm, needed, there)]

    def _make(self, crm: EspoAdministration, first: Sequence[Step]) -> int:
        """In rounds: what hangs on a new type is planned when the type is there."""
        made, todo = 0, [*first]
        for _ in range(ROUNDS):
            types = [step for step in todo if step.method == "create_type"]
            with progress("Making", len(types or todo)) as tell:
                for done, step in enumerate(types or todo):
                    tell(step.words, done)
                    getattr(crm, step.method)(*step.arguments)
                    self.stdout.write(f"  made: {step.words}")
                    made += 1
            todo = [step for step in self._missing(crm) if step.method]
            if not todo:
                break
        return made

    def _show(self, missing: Sequence[Step]) -> None:
        for step in missing:
            self.stdout.write(f"  {'missing' if step.method else 'BY HAND'}: {step.words}")

    def _settings(self, crm: EspoAdministration, *, key: bool) -> None:
        """What belongs into .env, since EspoCRM calls it otherwise."""
        needed = list(everything(advoware=True))
        there = _landscape(crm, needed)
        types, fields = landscape.renamed(there, needed)
        built_in = settings.CONFIG.built_in_fields
        fields = {ours: theirs for ours, theirs in fields.items() if built_in.get(ours) != theirs}
        lines = [f"ESPOCRM_ENTITIES='{json.dumps(types)}'"] if types != settings.CONFIG.ESPOCRM_ENTITIES else []
        lines += [f"ESPOCRM_FIELDS='{json.dumps(fields)}'"] if fields != settings.CONFIG.ESPOCRM_FIELDS else []
        user = crm.named("User", "userName", access.USER) if key else None
        if user is not None and user.get("apiKey"):
            lines.append(f"ESPOCRM_API_KEY={user['apiKey']}")
        if lines:
            self.stdout.write("\nFor .env:\n" + "\n".join(lines))


def _hook(hub: str) -> str:
    if not hub.startswith(("http://", "https://")):
        raise misused("Where is the hub? Give --hub https://hub.example.org, as EspoCRM reaches it.")
    web_address("--hub", hub)
    if not settings.CONFIG.WEBHOOK_TOKENS:
        raise misused(
            "The hook sends one of WEBHOOK_TOKENS, and none is set. Make one: "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    names, parents = settings.CONFIG.espocrm_names, settings.CONFIG.COLLECTION_ENTITIES
    return hook.php(
        hub=hub.rstrip("/"),
        token=settings.CONFIG.WEBHOOK_TOKENS[0],
        document=names.entity(FIELDS.document_entity),
        parents=map(names.entity, parents),
    )


def _landscape(crm: EspoAdministration, needed: Sequence[Needs]) -> landscape.Landscape:
    return landscape.read(crm, needed, settings.CONFIG.espocrm_names, settings.CONFIG.espocrm_statuses)
