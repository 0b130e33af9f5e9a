"""The outside systems: how they are, since when, and staff's switches."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.paging import counted
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import PAUSE_SYSTEM, back, button, page, viewer
from syncapp.admin.machinery.asked import asked
from syncapp.api import state
from syncapp.engine.outside import connections, outages
from syncapp.models import Record, Status, System, SystemName, SystemState

LIST = "admin:hub_systems"
WAITING_UP_TO = 1000

# Why our login is refused, by the hub's own codes of `ClientError`.
REFUSALS: dict[str, str | Promise] = {
    "credentials": gettext_lazy(
        "The name or the password of the hub's user there is wrong. An administrator must correct it in the settings, "
        "which is tried at once. The present one is tried again only after pauses that grow: wrong passwords in a row "
        "lock an account."
    ),
    "not_enabled": gettext_lazy(
        "Over there the login is not enabled: the hub's user, the firm or the program is not registered or not "
        "released for it. An administrator must arrange it with the maker; then it goes on by itself."
    ),
    "login_refused": gettext_lazy(
        "The login was refused without a known reason. An administrator must compare the settings of the login with "
        "what the maker gave the firm."
    ),
    "secret_is_not_base64": gettext_lazy(
        "The API key in the settings is not whole. An administrator must enter it again."
    ),
    "kanzlei_unknown": gettext_lazy(
        "The maker knows no address for the firm's identifier. An administrator must check it in the settings."
    ),
}
REFUSED = gettext_lazy("An administrator must check the key in the settings. What needs this system waits meanwhile.")


@dataclass(frozen=True, slots=True)
class SystemView:
    """One system as staff see it."""

    row: System
    configured: bool
    waiting: int
    tone: str
    words: str
    advice: str

    @property
    def label(self) -> str:
        return self.row.get_name_display()


def _standing(row: System, configured: bool) -> tuple[str, str, str]:
    """Tone, words and advice."""
    if not configured:
        return "quiet", _("not configured"), _("An administrator can enter its address and key in the settings.")
    if row.paused:
        advice = _("Nothing is lost: what happens meanwhile waits, and goes on when the pause is ended.")
        return "warn", _("paused by staff"), advice
    words = row.get_state_display()
    if row.state == SystemState.REFUSED:
        return "bad", words, str(REFUSALS.get(row.code, REFUSED))
    if row.state == SystemState.DOWN:
        return "bad", words, _("It is tried again by itself; what needs it waits meanwhile. Nothing to do.")
    if not asked(row):
        return "quiet", _("not asked yet"), _("The hub asks it as soon as something needs it.")
    return "good", words, ""


def overview() -> list[SystemView]:
    """All systems that are configured or that the hub has met, in their usual order."""
    rows = {row.name: row for row in System.objects.all()}
    found = []
    for name in SystemName.values:
        ready = connections.configured(name)
        if ready or name in rows:
            row = rows.get(name) or System(name=name)
            waiting = 0
            if row.paused or row.state != SystemState.UP:
                waiting = counted(Record.objects.filter(status=Status.WAITING, system=name), WAITING_UP_TO)
            found.append(SystemView(row, ready, waiting, *_standing(row, ready)))
    return found


def redis_away() -> bool:
    return state.redis_takes_writes() is False


@viewer("systems", "systems/", "syncapp.view_system")
def system_list(request: HttpRequest) -> HttpResponse:
    context = {"systems": overview(), "redis_away": redis_away(), "waiting_up_to": WAITING_UP_TO}
    return page(request, "systems", _("Systems"), **context)


@button("pause_system", "systems/<slug:name>/pause/", PAUSE_SYSTEM, paused=True)
@button("resume_system", "systems/<slug:name>/resume/", PAUSE_SYSTEM, paused=False)
def set_paused(request: HttpRequest, name: str, paused: bool) -> HttpResponse:
    label = _known(name)
    with recorded(request, "pause_system" if paused else "resume_system", "System", name) as row:
        row.count = int(outages.set_paused(name, paused))
    if paused:
        messages.success(request, _("%(system)s is paused. Nothing is lost meanwhile.") % {"system": label})
    else:
        words = _("The pause of %(system)s is over; what waited for it runs now.")
        messages.success(request, words % {"system": label})
    return back(request, LIST)


@button("try_system", "systems/<slug:name>/try/", PAUSE_SYSTEM)
def try_now(request: HttpRequest, name: str) -> HttpResponse:
    label = _known(name)
    if not connections.configured(name):
        messages.warning(request, _("%(system)s is not configured.") % {"system": label})
        return back(request, LIST)
    with recorded(request, "try_system", "System", name) as row:
        row.count = int(outages.try_now(name))
    if row.count:
        messages.success(request, _("%(system)s answers.") % {"system": label})
    else:
        messages.warning(request, _("%(system)s doesn't answer as it should yet.") % {"system": label})
    return back(request, LIST)


def _known(name: str) -> str:
    if name not in SystemName.values:
        raise Http404
    return str(SystemName(name).label)
