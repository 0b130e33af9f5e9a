"""What is known to be wrong, and what is to be told of it: by conditional updates, so that two workers at once tell
each thing once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from syncapp.models import KnownTrouble, Notice, NoticeState
from syncapp.notify.decide import Decision, Known, Trouble
from syncapp.notify.recipients import Recipient

APPEARED, GONE = "appeared", "gone"


def known() -> list[Known]:
    rows = KnownTrouble.objects.filter(gone_at=None)
    return [
        Known(row.key, row.first_seen, row.last_seen, row.told_at is not None, row.facts.get("sure", False))
        for row in rows
    ]


def remember(decision: Decision, found: Sequence[Trouble], to: Sequence[Recipient], now: datetime) -> None:
    """All of it or nothing."""
    wrong = {each.key: each for each in found}
    with transaction.atomic():
        KnownTrouble.objects.bulk_create(
            [
                KnownTrouble(key=each.key, kind=each.kind, facts=_facts(each), first_seen=now, last_seen=now)
                for each in decision.new
            ],
            ignore_conflicts=True,
        )
        there = KnownTrouble.objects.filter(gone_at=None)
        for key in decision.still:
            there.filter(key=key).update(last_seen=now, facts=_facts(wrong[key]))
        for row in there.filter(key__in=decision.appeared):
            if there.filter(pk=row.pk, told_at=None).update(told_at=now):
                _notify(row, APPEARED, (each for each in to if row.kind in each.kinds), now)
        for row in there.filter(key__in=decision.gone):
            if there.filter(pk=row.pk).update(gone_at=now):
                told = set(row.notice_set.filter(event=APPEARED).values_list("key", flat=True))
                _notify(row, GONE, (each for each in to if _key(each, row, APPEARED) in told), now)
        there.filter(key__in=decision.forgotten, told_at=None).delete()


def _facts(trouble: Trouble) -> dict[str, object]:
    return {**trouble.facts, "sure": trouble.sure}


def _notify(row: KnownTrouble, event: str, to: Iterable[Recipient], now: datetime) -> None:
    Notice.objects.bulk_create(
        [
            Notice(user=each.user, trouble=row, event=event, key=_key(each, row, event), made_at=now, due_at=now)
            for each in to
        ],
        ignore_conflicts=True,
    )


def _key(recipient: Recipient, row: KnownTrouble, event: str) -> str:
    return f"{recipient.key}|{row.pk}|{event}"


def needless(pks: Iterable[int]) -> None:
    Notice.objects.filter(pk__in=list(pks), state=NoticeState.WAITING).update(state=NoticeState.NEEDLESS)
