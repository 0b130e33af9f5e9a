"""The buttons about records: retry, sync now, preview, give up, release the lock."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from syncapp.admin.kit.addresses import without_words
from syncapp.admin.kit.paging import COUNT_UP_TO, counted
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import DISCARD, RELEASE_LOCK, RETRY, back, button, ids, note_of, page, say, wants_part
from syncapp.admin.records import sides
from syncapp.admin.records.record_page import record_context
from syncapp.admin.records.records import RecordAdmin, given_up_words, left_words, moved_words, not_given_up_words
from syncapp.admin.records.row import NOT_HERE, retryable
from syncapp.engine.queue import retry
from syncapp.engine.recovery import guards
from syncapp.engine.runs import verdicts
from syncapp.events import registry, running
from syncapp.kit.tracing import trace_id_of
from syncapp.models import NEEDS_A_PERSON, Record, Status, SystemName
from syncapp.words.entity_words import kind_in_words
from syncapp.words.reason_words import reason_in_words

PAGE = "admin:syncapp_record_change"
LIST = "admin:syncapp_record_changelist"
SAMPLE = 10


@button("retry", "record/<int:pk>/retry/", RETRY, action="retry")
@button("sync_now", "record/<int:pk>/sync/", RETRY, action="sync_now")
def ask(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    record = get_object_or_404(Record, pk=pk)
    with recorded(request, action, "Record", pk, str(record)) as row:
        row.count = retry.retry(Record.objects.filter(pk=pk), trace_id_of(request))
    if wants_part(request):  # the row of a list tells the rest
        return HttpResponse(status=204)
    if record.status == Status.RUNNING:
        messages.success(request, _("It is running already; it runs once more afterwards."))
    else:
        messages.success(request, _("It is its turn now: the run usually starts within seconds."))
    return back(request, PAGE, pk)


@button("preview", "record/<int:pk>/preview/", RETRY, "syncapp.view_record")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the other systems, plan, show the plan; nothing is written anywhere."""
    record = get_object_or_404(Record, pk=pk)
    if record.step not in registry.names():
        messages.warning(request, NOT_HERE)
        return back(request, PAGE, pk)
    with recorded(request, "preview", "Record", pk, str(record)) as row:
        try:
            plan = running.preview(record)
        except Exception as exc:  # any fault of a flow is shown like that of a run, in words
            verdict = verdicts.judge(exc)
            shown: dict[str, Any] = {
                "fault": reason_in_words(verdict.reason, verdict.system),
                "fault_detail": verdict.detail,
            }
        else:
            row.count = 1
            systems = [SystemName(name).label for name in registry.step(record.step).systems]
            shown = {"plan": plan, "fields": sides.fields_of(plan.sides), "systems": systems}
    context = record_context(request, record)
    title = _("Preview") + f": {kind_in_words(record.entity_type)} {record.entity_id}"
    return page(request, "preview", **{**context, **shown, "title": title})


@button("discard", "record/<int:pk>/give-up/", DISCARD)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Record, pk=pk)
    return _discard(request, [pk], PAGE, pk)


@button("discard_chosen", "records/give-up/", DISCARD)
def discard_chosen(request: HttpRequest) -> HttpResponse:
    return _discard(request, ids(request.POST.getlist("chosen")), LIST)


def _discard(request: HttpRequest, chosen: list[int], fallback: str, *args: object) -> HttpResponse:
    note = note_of(request)
    if not note:
        messages.error(request, _("Please say why: without a reason nothing is given up."))
        return back(request, fallback, *args)
    target = chosen[0] if len(chosen) == 1 else ""
    # The note may name a client: it stays with the record, and goes with it.
    with recorded(request, "discard", "Record", target) as row:
        row.count = retry.discard(Record.objects.filter(pk__in=chosen), f"{note} ({request.user})")
    if row.count:
        messages.success(request, given_up_words(row.count))
    else:
        messages.warning(request, _("Nothing was given up: it is running, or it needs nobody any more."))
    if row.count and (left := len(set(chosen)) - row.count):
        messages.warning(request, not_given_up_words(left))
    return back(request, fallback, *args)


@button("retry_cause", "causes/retry/", RETRY)
def retry_cause(request: HttpRequest) -> HttpResponse:
    """All failures with one cause."""
    cause = {name: request.POST.get(name, "")[:64] for name in ("step", "system", "reason")}
    return _all(request, Record.objects.filter(**cause), "retry_cause", " ".join(cause.values()), "admin:hub_causes")


@button("retry_matching", "records/retry-matching/", RETRY)
def retry_matching(request: HttpRequest) -> HttpResponse:
    """All failures that match the filter in the address, not only those of the page."""
    model_admin = cast(RecordAdmin, admin.site.get_model_admin(Record))
    rows = model_admin.listed(request)
    return _all(request, rows, "retry_matching", without_words(request.GET), LIST)


def _all(request: HttpRequest, rows: QuerySet[Record], action: str, detail: str, fallback: str) -> HttpResponse:
    """First how many, some of them, and how many stay as they are; one alone is no question."""
    can, rest = rows.filter(retryable()), counted(rows.filter(~retryable(), status__in=NEEDS_A_PERSON))
    count = counted(can)
    if count > 1 and request.POST.get("sure") != "yes":
        sent = [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
        sample = list(can.order_by("changed_at", "pk")[:SAMPLE])
        return page(
            request,
            "retry_all",
            _("Retry all"),
            count=count,
            capped=count >= COUNT_UP_TO,
            sample=sample,
            more=count - len(sample),
            left=left_words(rest) if rest else "",
            sent=sent,
            next=request.POST.get("next", ""),
        )
    with recorded(request, action, "Record", "", detail) as row:
        row.count = retry.retry(can, trace_id_of(request))
    _say_moved(request, row.count)
    if rest:
        messages.warning(request, left_words(rest))
    return back(request, fallback)


def _say_moved(request: HttpRequest, count: int) -> None:
    say(request, count, moved_words(count), _("Nothing had to be tried again: there are no such failures any more."))


@button("release_lock_of", "record/<int:pk>/release-lock/", RELEASE_LOCK)
def release_lock_of(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Record, pk=pk)
    return release(request, record.lock_key, str(record.claim), PAGE, pk)


@button("release_lock", "locks/release/", RELEASE_LOCK)
def release_lock(request: HttpRequest) -> HttpResponse:
    key, token = request.POST.get("key", ""), request.POST.get("token", "")
    return release(request, key, token, "admin:hub_locks")


def release(request: HttpRequest, key: str, token: str, fallback: str, *args: object) -> HttpResponse:
    with recorded(request, "release_lock", "Lock", key) as row:
        row.count = int(guards.release(key, token))
    say(request, row.count, _("The lock is released."), _("This lock isn't held any more."))
    return back(request, fallback, *args)
