"""What starts a step, as people say it: *when it changes in the CRM: Document*, *every 15 minutes*."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from syncapp.events.spec import Kind, Trigger
from syncapp.words.entity_words import kind_in_words
from syncapp.words.timing_words import timing_in_words

OF_THE_CRM = "vmh"  # the first word of the topics of its webhooks


def triggers_in_words(triggers: Iterable[Trigger]) -> Iterator[str]:
    topics = [each.value.split(".") for each in triggers if each.kind is Kind.TOPIC]
    kinds = settings.CONFIG.WEBHOOK_ENTITIES
    changed = dict.fromkeys(
        kind_in_words(kinds[word]) for first, word, _action in topics if first == OF_THE_CRM and word in kinds
    )
    if changed:
        yield _("when it changes in the CRM: %(what)s") % {"what": ", ".join(changed)}
    if any(first != OF_THE_CRM or word not in kinds for first, word, _action in topics):
        yield _("when another step asks for it")
    for each in triggers:
        if each.kind is Kind.CRON:
            yield timing_in_words(each.value)
