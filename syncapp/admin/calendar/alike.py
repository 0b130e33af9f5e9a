"""What may belong together: a person says which event an appointment is, or none. See first what will be done."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin.calendar.alike_views import NONE, AlikeView, views
from syncapp.admin.calendar.buttons import ask
from syncapp.admin.kit.paging import CappedPaginator
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import DECIDE_CONFLICT, button, numbered, page, viewer
from syncapp.flows.calendar import questions
from syncapp.models import CalendarEmployee, CalendarQuestion

VIEW = "syncapp.view_calendarlink"
AT_ONCE = 50  # appointments on a page


@viewer("alike", "alike/", VIEW)
def alike(request: HttpRequest) -> HttpResponse:
    return _show(request, {})


@button("check_alike", "alike/check/", DECIDE_CONFLICT, VIEW)
def check(request: HttpRequest) -> HttpResponse:
    """What the choices would do, before anything is done; or the choices anew, with the likeliest ones chosen."""
    if "likeliest" in request.POST:
        shown = views(questions.waiting().filter(pk__in=list(numbered(request, "seen-"))))
        return _show(request, {view.row.pk: view.events[0].event for view in shown if view.events})
    chosen, stale = _chosen(request)
    if stale:
        messages.warning(request, _changed(stale))
    elif not chosen:
        messages.error(request, _("Please choose something for at least one appointment."))
    if stale or not chosen or "back" in request.POST:
        return _show(request, {view.row.pk: view.choice for view in chosen})
    context = {"views": chosen, "query": _query(request), "none": NONE}
    return page(request, "alike_check", _("This will be done"), **context)


@button("decide_alike", "alike/decide/", DECIDE_CONFLICT, VIEW)
def decide(request: HttpRequest) -> HttpResponse:
    chosen, stale = _chosen(request)
    done = 0
    for kuerzel, found in groupby(chosen, lambda view: view.row.employee_id):
        these = list(found)
        with recorded(request, "decide_alike", "CalendarEmployee", kuerzel, _in_short(these)) as row:
            answers = [
                questions.answer(each.row, each.answer, each.shown.seen(each.answer), _user(request)) for each in these
            ]
            row.count = sum(answers)
            if row.count:
                ask(request, kuerzel)
        done += row.count
    stale += len(chosen) - done
    if done:
        words = ngettext("%(count)d appointment was decided.", "%(count)d appointments were decided.", done)
        messages.success(request, " ".join((words % {"count": done}, _("The hub carries it out now."))))
    if stale:
        messages.warning(request, _changed(stale))
    elif not done:
        messages.info(request, _("Nothing was chosen, so nothing is done."))
    return HttpResponseRedirect(reverse("admin:hub_alike") + _query(request))


def _show(request: HttpRequest, choices: dict[int, str]) -> HttpResponse:
    employee = request.GET.get("employee", "")
    rows = questions.waiting()
    if employee:
        rows = rows.filter(employee=employee)
    part = CappedPaginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    return page(
        request,
        "alike",
        _("What belongs together?"),
        views=views(part.object_list, choices),
        part=part,
        employee=employee,
        employees=_employees(),
        query=_query(request),
        none=NONE,
    )


def _employees() -> QuerySet[CalendarEmployee]:
    return CalendarEmployee.objects.filter(pk__in=questions.waiting().order_by().values("employee")).order_by("pk")


def _chosen(request: HttpRequest) -> tuple[list[AlikeView], int]:
    """What was chosen and is as it was shown; and how many are not any more, or are decided by somebody else."""
    choices, seen = numbered(request, "choice-"), numbered(request, "seen-")
    rows: Iterable[CalendarQuestion] = questions.waiting().filter(pk__in=list(choices))
    holding = [view for view in views(rows, choices) if view.valid and seen.get(view.row.pk) == view.seen]
    return holding, len(choices) - len(holding)


def _in_short(chosen: Iterable[AlikeView]) -> str:
    """Numbers and ids only: what the appointments are about stays out of the record."""
    return ", ".join(f"{view.row.event_id or view.row.number}: {view.answer or 'none'}" for view in chosen)


def _changed(count: int) -> str:
    words = ngettext(
        "%(count)d appointment was changed or decided meanwhile, and nothing was done about it. Please look again.",
        "%(count)d appointments were changed or decided meanwhile, and nothing was done about them. Please look again.",
        count,
    )
    return words % {"count": count}


def _query(request: HttpRequest) -> str:
    """Which part of the list is looked at."""
    return f"?{text}" if (text := request.GET.urlencode()) else ""


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
