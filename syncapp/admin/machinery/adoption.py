"""Taking over an existing installation: the last report, and the two steps that a worker does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit import export
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import RUN_ADOPTION, VIEW_ADOPTION, back, button, page, part, viewer, wants_part
from syncapp.flows.adopting import adopting, report
from syncapp.models import Adoption, Verdict

TITLE = gettext_lazy("Take over an existing installation")
PAGE = "admin:hub_adoption"
TONES = {Verdict.AS_IS: "good", Verdict.CHANGES: "busy", Verdict.UNPLACED: "bad", Verdict.KNOWN: "quiet"}


@viewer("adoption", "adoption/", VIEW_ADOPTION)
def show(request: HttpRequest) -> HttpResponse:
    context = _context()
    return part(request, "adoption", **context) if wants_part(request) else page(request, "adoption", TITLE, **context)


def _context() -> dict[str, Any]:
    now = Adoption.objects.order_by("-pk").first()
    kinds: dict[str, list[dict[str, Any]]] = {}
    for line in report.lines(now) if now is not None else ():
        kinds.setdefault(line.kind, []).append({"line": line, "tone": TONES[line.verdict]})
    context = {"adoption": now, "kinds": kinds, "under_way": adopting.under_way(), "at_work_on": _title(now)}
    return context | {"next": what_comes_next(applied=now.applied, found=_verdicts(kinds)) if now is not None else ()}


def _verdicts(kinds: dict[str, list[dict[str, Any]]]) -> set[Verdict]:
    return {each["line"].verdict for lines in kinds.values() for each in lines}


def what_comes_next(*, applied: bool, found: set[Verdict]) -> Iterator[str]:
    """What a person does with the report, and what happens by itself."""
    if Verdict.UNPLACED in found:
        yield _("What the report says a person must look at comes first; the file (CSV) names all of it.")
    if not applied:
        if not found:
            yield _("Nothing was found that another hub has left. There is nothing to take over.")
        elif found <= {Verdict.KNOWN, Verdict.UNPLACED}:
            yield _("What agrees is remembered already. Nothing else is to be taken over.")
        else:
            yield _("Read the report below. If it is right, press Take over; nothing is changed before that.")
        return
    if Verdict.CHANGES in found:
        yield _("The next comparisons bring about what the report calls changes; see Comparisons for what they did.")
    else:
        yield _("Nothing is to be changed; the hub works from now on.")
    yield _("What then needs a person appears in the list of what we need from you.")


def _title(adoption: Adoption | None) -> str:
    return report.titles().get(adoption.kind, adoption.kind) if adoption is not None else ""


@button("look_at_adoption", "adoption/look/", RUN_ADOPTION, apply=False)
@button("apply_adoption", "adoption/apply/", RUN_ADOPTION, apply=True)
def ask(request: HttpRequest, *, apply: bool) -> HttpResponse:
    if adopting.under_way():
        messages.info(request, _("One is under way already. Wait until it has ended."))
        return back(request, PAGE)
    with recorded(request, "adopt" if apply else "look_at_adoption", "Adoption") as row:
        adopting.have_it_done(apply=apply, user_id=request.user.pk)
        row.count = 1
    messages.success(request, _("A worker does it. This page shows how far it is."))
    return back(request, PAGE)


@viewer("adoption_report", "adoption/<int:pk>/report.csv", VIEW_ADOPTION)
def as_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    adoption = Adoption.objects.filter(pk=pk).first()
    if adoption is None:
        raise Http404
    heads = (_("kind"), _("entity type"), _("id"), _("id there"), _("result"), _("what"))
    return export.as_file(request, "adoption", heads, report.rows_in_words(adoption))
