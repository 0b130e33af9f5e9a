"""`manage.py notify`"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import translation

from syncapp.management.base import NOT_ASKED, HubCommand, misused
from syncapp.management.output import plural, table
from syncapp.notify import mail, telling, words
from syncapp.notify.mail import NotSent
from syncapp.notify.recipients import Recipient, recipients

TROUBLE = 1


class Command(HubCommand):
    help = (
        "Who gets told when something goes wrong. --test sends a test to each of them, now, and says what was sent to\n"
        "whom and what went wrong."
    )
    exit_codes = {0: "all was sent", TROUBLE: "not all could be sent", NOT_ASKED: "nobody is to be told anything"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--test", action="store_true", help="send a test to everybody who is told something")

    def handle(self, *args: Any, test: bool, **options: Any) -> None:
        if not test:
            raise misused("What shall be sent? manage.py notify --test")
        config = settings.CONFIG
        if not (config.EMAIL_URL or config.ALERT_WEBHOOK_URL):
            raise CommandError(
                "Nobody is told anything: set EMAIL_URL, EMAIL_FROM and HUB_URL for mails, ALERT_WEBHOOK_URL and "
                "HUB_URL for a chat program (see .env.example).",
                returncode=NOT_ASKED,
            )
        to = recipients()
        if not to:
            groups = ", ".join(config.ALERT_GROUPS) or "none"
            raise CommandError(
                f"There is nobody to tell: no active login of the groups in ALERT_GROUPS ({groups}) that may see "
                "records, and nobody has chosen to be told.",
                returncode=NOT_ASKED,
            )
        rows, troubles = [], 0
        for each in to:
            fault = self._sent(each)
            troubles += bool(fault)
            shown = each.address if each.user is not None else "chat"
            rows.append(("TROUBLE" if fault else "sent", each.name, shown or "-", fault))
        self.stdout.write(table(("", "who", "where", ""), rows))
        if troubles:
            raise CommandError(f"{plural(troubles, 'test')} could not be sent.", returncode=TROUBLE)

    @staticmethod
    def _sent(to: Recipient) -> str:
        """What went wrong; empty when nothing did."""
        if not to.address:
            return "This login has no mail address (Users in the admin, or manage.py shell)."
        with translation.override(settings.LANGUAGE_CODE):
            said = words.trial()
        try:
            telling.deliver(to, said, key=uuid.uuid4().hex)
        except NotSent as exc:
            setting = mail.setting_of(exc.fault)
            return mail.in_words(exc.fault) + (f" ({setting})" if setting else "")
        return ""
