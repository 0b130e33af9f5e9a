"""What staff do with chosen needs, one or all that match: first the number and a sample, then what really moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin.kit.needs import Kind, Need, Rows, kinds
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import RETRY, back, button, ids, note_of, page
from syncapp.admin.needs.listing import COUNT_UP_TO, Wanted, colleagues
from syncapp.models import Handling

SAMPLE = 10
CHUNK = 1000
LONGEST_SNOOZE = 366  # days; longer is giving up


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of one kind: rows that are still open, or rest."""

    kind: Kind
    pks: list[int]

    @property
    def rows(self) -> Rows:
        return self.kind.rows().filter(pk__in=self.pks)

    def retryable(self, request: HttpRequest) -> list[int]:
        """Of them those that a retry can mend, as far as this user may try."""
        if not request.user.has_perm(self.kind.retry_permission):
            return []
        return list(self.kind.retryable(self.rows).order_by().values_list("pk", flat=True))


def every(request: HttpRequest) -> bool:
    return request.POST.get("all") == "yes" and not request.POST.get("only")


def chosen(request: HttpRequest) -> list[Chosen]:
    """The one whose own button was pressed (`only`); else those with a tick, or all that match, of all pages."""
    if every(request):
        wanted = Wanted.of(QueryDict(request.POST.get("query", "")))
        found = ((kind, wanted.rows(kind, request.user)) for kind in wanted.kinds(request.user))
    else:
        keys = [request.POST["only"]] if request.POST.get("only") else request.POST.getlist("chosen")
        named: dict[str, list[str]] = {}
        for key in keys[:COUNT_UP_TO]:
            kind_name, _colon, pk = key.partition(":")
            named.setdefault(kind_name, []).append(pk)
        seen = [kind for kind in kinds(request.user) if kind.name.value in named]
        found = ((kind, kind.rows().filter(pk__in=ids(named[kind.name.value]))) for kind in seen)
    picked = ((kind, list(kind.oldest_first(rows).values_list("pk", flat=True)[:COUNT_UP_TO])) for kind, rows in found)
    return [Chosen(kind, pks) for kind, pks in picked if pks]


@button("handle", "needs/chosen/")
def handle(request: HttpRequest) -> HttpResponse:
    """What may be done with the chosen ones; nothing is done yet."""
    _may_look(request)
    found = chosen(request)
    if not found:
        messages.info(request, _("Please choose something first; or it needs nobody any more."))
        return _back(request)
    may = request.user.has_perm
    count = sum(len(each.pks) for each in found)
    retryable = [len(each.retryable(request)) for each in found]
    return page(
        request,
        "handle",
        ngettext("%(count)d chosen", "%(count)d chosen", count) % {"count": count},
        chosen=[(each.kind, len(each.pks)) for each in found],
        keys=[] if every(request) else [f"{each.kind.name.value}:{pk}" for each in found for pk in each.pks],
        count=count,
        sample=_sample(found, may),
        more=max(0, count - SAMPLE),
        query=request.POST.get("query", "")[:1000],
        next=request.POST.get("next", ""),
        retryable=sum(retryable),
        no_retry=[
            (each.kind.title, each.kind.no_retry) for each, n in zip(found, retryable, strict=True) if n < len(each.pks)
        ],
        may_give_up=any(may(each.kind.give_up_permission) for each in found),
        may_note=may(RETRY),
        people=colleagues(),
        handling=_sample(found, may)[0].handling if count == 1 else None,
        today=timezone.localdate().isoformat(),
    )


def _sample(found: list[Chosen], may: Any) -> list[Need]:
    needs: list[Need] = []
    for each in found:
        left = SAMPLE - len(needs)
        if left > 0:
            needs += each.kind.needs(each.kind.oldest_first(each.kind.rows().filter(pk__in=each.pks[:left])), may)
    return needs


@button("retry_needs", "needs/retry/", RETRY)
def retry_needs(request: HttpRequest) -> HttpResponse:
    found = chosen(request)
    asked, moved, why = sum(len(each.pks) for each in found), 0, []
    with recorded(request, "retry_needs", *_target(found)) as row:
        for each in found:
            can = _chunks(each.retryable(request))
            went = sum(each.kind.retry(each.kind.rows().filter(pk__in=pks), request) for pks in can)
            moved += went
            if went < len(each.pks):
                why.append(f"{each.kind.title}: {each.kind.no_retry}")
        row.count = moved
    done = ngettext("%(count)d is tried again now.", "%(count)d are tried again now.", moved) % {"count": moved}
    _tell(request, moved, asked, done, why)
    return _back(request)


@button("assign_needs", "needs/assign/", RETRY)
def assign_needs(request: HttpRequest) -> HttpResponse:
    """To a colleague; to nobody takes it away again."""
    names = dict(colleagues())
    to = next(iter(ids([request.POST.get("to", "")])), None)
    if to is not None and to not in names:
        messages.error(request, _("There is no such colleague."))
        return _back(request)
    words = _("given to %(name)s") % {"name": names[to]} if to else _("given to nobody")
    return _note(request, "assign_needs", words, assignee_id=to)


@button("note_needs", "needs/note/", RETRY)
def note_needs(request: HttpRequest) -> HttpResponse:
    return _note(request, "note_needs", _("noted"), note=note_of(request))


@button("snooze_needs", "needs/put-off/", RETRY)
def snooze_needs(request: HttpRequest) -> HttpResponse:
    """Until a day, on which it is in the list again by itself; without a day it is there at once."""
    text, today = request.POST.get("until", ""), timezone.localdate()
    try:
        until = date.fromisoformat(text) if text else None
    except ValueError:
        until = today
    if until is not None and not 0 < (until - today).days <= LONGEST_SNOOZE:
        messages.error(request, _("Please name a day that is still to come, within a year."))
        return _back(request)
    words = _("put off until %(day)s") % {"day": date_format(until, "SHORT_DATE_FORMAT")} if until else _("not put off")
    return _note(request, "snooze_needs", words, snoozed_until=until)


@button("give_up_needs", "needs/give-up/")
def give_up_needs(request: HttpRequest) -> HttpResponse:
    """With a reason; each of those kinds that the user may give up. What happens anew is in the list again."""
    _may_look(request)
    note = note_of(request)
    picked = chosen(request)
    found = [each for each in picked if request.user.has_perm(each.kind.give_up_permission)]
    if not any(request.user.has_perm(kind.give_up_permission) for kind in kinds(request.user)):
        raise PermissionDenied
    if not note:
        messages.error(request, _("Please say why: without a reason nothing is given up."))
        return _back(request)
    with recorded(request, "give_up_needs", *_target(found)) as row:  # without the note, which may name a client
        for each in found:
            for pks in _chunks(each.pks):
                rows = list(each.kind.rows().filter(pk__in=pks).values_list("pk", flat=True))
                if each.kind.give_up:
                    each.kind.give_up(each.kind.rows().filter(pk__in=rows), note, cast(User, request.user))
                row.count += _write(each.kind, rows, request, given_up=note, given_up_at=timezone.now())
    asked = sum(len(each.pks) for each in picked)
    done = ngettext("%(count)d was given up.", "%(count)d were given up.", row.count) % {"count": row.count}
    why = [_("You may not give up: %(what)s.") % {"what": each.kind.title} for each in picked if each not in found]
    _tell(request, row.count, asked, done, why)
    return _back(request)


def _note(request: HttpRequest, action: str, words: str, **columns: Any) -> HttpResponse:
    _may_look(request)
    found = chosen(request)
    with recorded(request, action, *_target(found)) as row:
        for each in found:
            for pks in _chunks(each.pks):
                rows = each.kind.rows().filter(pk__in=pks).values_list("pk", flat=True)
                row.count += _write(each.kind, list(rows), request, **columns)
    done = ngettext("%(count)d: %(what)s.", "%(count)d: %(what)s.", row.count) % {"count": row.count, "what": words}
    _tell(request, row.count, sum(len(each.pks) for each in found), done, [])
    return _back(request)


def _write(kind: Kind, pks: Iterable[int], request: HttpRequest, **columns: Any) -> int:
    noted = columns | {"changed_at": timezone.now(), "changed_by": request.user}
    rows = [Handling(kind=kind.name, row=pk, **noted) for pk in pks]
    Handling.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind", "row"], update_fields=[*map(_column, noted)]
    )
    return len(rows)


def _column(name: str) -> str:
    return name.removesuffix("_id")


def _tell(request: HttpRequest, moved: int, asked: int, done: str, why: list[str]) -> None:
    """What really moved, and what did not and why."""
    if moved:
        messages.success(request, done)
    if not asked:
        messages.info(request, _("Nothing was chosen that still needs a person."))
    elif (left := asked - moved) > 0:
        words = ngettext("%(count)d did not move.", "%(count)d did not move.", left) % {"count": left}
        messages.warning(request, " ".join((words, *why)))


def _target(found: list[Chosen]) -> tuple[str, object]:
    """For the record of staff: the one thing it was done to, or the kinds."""
    one = found[0] if len(found) == 1 and len(found[0].pks) == 1 else None
    return (
        (one.kind.rows().model.__name__, one.pks[0]) if one else ("", ", ".join(each.kind.name.value for each in found))
    )


def _chunks(pks: list[int]) -> Iterable[list[int]]:
    return (pks[start : start + CHUNK] for start in range(0, len(pks), CHUNK))


def _may_look(request: HttpRequest) -> None:
    if not kinds(request.user):
        raise PermissionDenied


def _back(request: HttpRequest) -> HttpResponse:
    return back(request, "admin:hub_needs")
