"""`manage.py register_webhooks`"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.urls import reverse

from syncapp.clients.errors import ClientError, Forbidden, Rejected
from syncapp.clients.espocrm import EspoClient, Webhook
from syncapp.engine.outside import connections
from syncapp.events.topics import ACTIONS
from syncapp.management import env_file
from syncapp.management.arguments import named_path
from syncapp.management.base import HubCommand
from syncapp.management.output import plural, table
from syncapp.management.recording import recorded
from syncapp.management.webhook_registration import Wanted, checked_base, checked_earlier, compare, door_of, replaced
from syncapp.models import SystemName
from syncapp.words.fault_words import fault_in_words

TROUBLE = 1
SWITCHED_OFF = "there, but switched off in EspoCRM: switch it on"


class Command(HubCommand):
    help = (
        "Makes EspoCRM tell this hub about changes: one webhook for every entity of WEBHOOK_ENTITIES and every one of\n"
        "create, update, delete. Webhooks that are there already are kept, so it may be run again at any time.\n"
        "Changes made by the hub's own API user are left out (skipOwn).\n\n"
        "Every webhook has a secret, which belongs into ESPOCRM_WEBHOOK_SECRETS, and counts at its own\n"
        "address only (ESPOCRM_WEBHOOK_DOORS):\n\n"
        "  manage.py register_webhooks --base-url https://hub.example.org --write-env .env"
    )
    exit_codes = {0: "all webhooks are registered", TROUBLE: "some or all are not; the text says why"}
    dry_run = "only say what is there and what would be created"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-url", required=True, metavar="URL", help="the final address of this hub, https://…")
        parser.add_argument("--allow-http", action="store_true", help="accept http:// (inner network, trying out)")
        parser.add_argument(
            "--replace",
            default="",
            metavar="URL",
            help="the address of an earlier hub: once all of ours are there, its webhooks are switched off in EspoCRM "
            "(not deleted: they can be switched on there again)",
        )
        parser.add_argument("--write-env", type=named_path, metavar="FILE", help="put the secrets into this .env file")
        parser.add_argument("--show-secrets", action="store_true", help="print the line for .env, secrets included")

    def handle(self, *args: Any, base_url: str, allow_http: bool, dry_run: bool, **options: Any) -> None:
        base = checked_base(base_url, allow_http=allow_http)
        options["replace"] = checked_earlier(options["replace"])
        if not connections.configured(SystemName.ESPOCRM):
            raise CommandError("EspoCRM is not configured: set ESPOCRM_API_BASE_URL and ESPOCRM_API_KEY.")
        try:
            # Before anything is created: a file that can't be used is found now.
            known = env_file.read(options["write_env"]) if options["write_env"] else _of_the_settings()
            if options["write_env"] and not dry_run:
                env_file.prove_writable(options["write_env"])
            self._register(connections.espocrm(), _wanted(base), known, dry_run=dry_run, **options)
        except ClientError as exc:
            raise CommandError(f"EspoCRM: {exc}. Run it again; nothing is registered twice.") from exc

    def _register(
        self, crm: EspoClient, wanted: list[Wanted], known: env_file.Secrets, *, dry_run: bool, **options: Any
    ) -> None:
        """First ours, then the secrets, and only then is an earlier hub told nothing any more: no change is missed."""
        found = compare(wanted, crm.webhooks())
        hooks, refused = [*found.there.values()], 0
        said = {each: "there" if hook.active else SWITCHED_OFF for each, hook in found.there.items()}
        if dry_run:
            said |= dict.fromkeys(found.missing, "would be created")
        elif found.missing:
            with recorded("register_webhooks", "Webhook", "", f"{len(found.missing)} missing") as row:
                for each in found.missing:
                    try:
                        hooks.append(crm.create_webhook(each.event, each.url))
                    except (Forbidden, Rejected) as exc:
                        said[each], refused = f"refused: {fault_in_words(str(exc))}", refused + 1
                    else:
                        said[each], row.count = "created", row.count + 1
        rows = [(each.event, said[each], each.url) for each in wanted]
        silent = sum(not hook.active for hook in found.there.values())
        ready = not (refused or silent)
        rows += [(hook.event, f"double ({hook.id}): delete it in EspoCRM", hook.url) for hook in found.doubles]
        old = replaced(found.foreign, options["replace"])
        rows += [(hook.event, _of_foreign(hook, old, ready=ready, dry_run=dry_run), hook.url) for hook in found.foreign]
        self.stdout.write(table(("event", "webhook", "address"), rows))
        if not dry_run:
            secrets = {hook.id: hook.secret or crm.webhook(hook.id).secret for hook in hooks}
            doors = {hook.id: door_of(hook.url) for hook in hooks}
            self._hand_over(env_file.merge(known, secrets), doors, options["write_env"], options["show_secrets"])
        if dry_run:
            return
        if options["replace"] and ready:
            self._switch_off(crm, old, options["replace"])
        if refused:
            raise CommandError(f"{plural(refused, 'webhook')} could not be registered.", returncode=TROUBLE)
        if silent:
            words = f"{plural(silent, 'webhook')} of this hub: switched off in EspoCRM (Administration > Webhooks)."
            raise CommandError(f"{words} Switch them on there, and run it again.", returncode=TROUBLE)

    def _switch_off(self, crm: EspoClient, old: Sequence[Webhook], url: str) -> None:
        if old:
            with recorded("switch_webhooks_off", "Webhook", "", f"{len(old)} of another hub") as row:
                for hook in old:
                    crm.switch_off(hook)
                    row.count += 1
        self.stdout.write(f"\nSwitched off: {plural(len(old), 'webhook')} that led to {url}.{_OTHERS}")

    def _hand_over(self, secrets: env_file.Secrets, doors: Mapping[str, str], path: Path | None, show: bool) -> None:
        if path is not None:
            env_file.write(path, secrets, doors)
            self.stdout.write(f"\nThe secrets are in {path}, readable for you only.")
        if show:
            before = {key: door for key, door in settings.CONFIG.ESPOCRM_WEBHOOK_DOORS.items() if key in secrets}
            doors = before | dict(doors)
            self.stdout.write(f"\n{env_file.KEY}='{env_file.value(secrets)}'\n{env_file.DOORS}='{json.dumps(doors)}'")
        if path is None and not show:
            self.stdout.write("\nThe secrets are not shown. Run it again with --write-env FILE or --show-secrets.")
        self.stdout.write(_NEXT)


_OTHERS = """
Webhooks that belong to another API user can't be seen from here. An administrator finds them in EspoCRM under
Administration > Webhooks: switch off there what still leads to the earlier hub."""
_NEXT = """
Next:
  1. ESPOCRM_WEBHOOK_SECRETS and ESPOCRM_WEBHOOK_DOORS must be in the environment of the web server; restart it.
  2. Change a document in EspoCRM. EspoCRM sends every 2 to 5 minutes; it then shows in the admin under
     "Received webhooks". If not: EspoCRM 9.3.2 and later must allow inner addresses (webhookAllowedAddressList).
  3. Links made and removed are told by a hook of your own, or found by the comparison every night."""


def _of_the_settings() -> env_file.Secrets:
    """Who copies the line that is shown loses none of the secrets that count today."""
    return {key: list(secrets) for key, secrets in settings.CONFIG.ESPOCRM_WEBHOOK_SECRETS.items()}


def _of_foreign(hook: Webhook, old: Sequence[Webhook], *, ready: bool, dry_run: bool) -> str:
    if hook not in old:
        return f"foreign ({hook.id}): left alone"
    if not ready:
        return f"of the earlier hub ({hook.id}): stays on until all of ours are there, and on"
    return f"of the earlier hub ({hook.id}): {'would be' if dry_run else 'is'} switched off"


def _wanted(base: str) -> list[Wanted]:
    return [
        Wanted(f"{entity_type}.{action}", base + reverse(f"webhook-{word}-{action}"))
        for word, entity_type in settings.CONFIG.WEBHOOK_ENTITIES.items()
        for action in ACTIONS
    ]
