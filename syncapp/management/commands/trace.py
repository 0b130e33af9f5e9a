"""`manage.py trace`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from syncapp.management.base import FOUND, HubCommand, misused
from syncapp.management.output import table

if TYPE_CHECKING:
    from syncapp.admin.machinery.traces.story import Event


class Command(HubCommand):
    help = (
        "Prints what belongs to one trace, as it happened: webhook, requests, waiting, runs, outside calls, writes.\n\n"
        "  manage.py trace 4f0c…        the id in a log line, in X-Request-ID, on any page\n"
        "  manage.py trace scan-17     of a comparison, by the number of its page\n\n"
        "Times are those of the firm's time zone."
    )
    exit_codes = {0: "printed", FOUND: "nothing is known about it: too old, or it left nothing"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="of the trace")

    def handle(self, *args: Any, id: str, **options: Any) -> None:
        from syncapp.admin.machinery.traces.story import story  # with the admin, whose page tells the same

        if not (trace_id := id.strip()):  # much has none, and does not belong together
            raise misused("Which trace? manage.py trace ID")
        events = story(trace_id).events
        if not events:
            raise CommandError(f"Nothing is known about {id}.", returncode=FOUND)
        self.stdout.write(table(("when", "took", "what"), [_line(event) for event in events]))


def _line(event: Event) -> tuple[str, str, str]:
    from syncapp.admin.machinery.over_time.slots import duration
    from syncapp.admin.machinery.traces.story import entity_words

    words = f"{'  ' * event.depth}{event.words}"
    more = "  ".join(text for text in (entity_words(event), event.detail) if text)
    when = f"{timezone.localtime(event.begins):%Y-%m-%d %H:%M:%S.%f}"[:-3]
    return when, duration(event.milliseconds) if event.ends > event.begins else "", f"{words}  {more}".rstrip()
