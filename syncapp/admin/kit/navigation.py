"""The sidebar: what a user may see, with the numbers of what waits for a person."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from syncapp.admin.kit.needs import totals
from syncapp.admin.kit.numbers import Attention, attention
from syncapp.models import InboxState, NeedKind, OrphanState, Status, TaskState

BADGE_UP_TO = 999


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links for the theme; groups and links without permission are left out.

    A number beside a link is that of the banner: what of the list behind it needs a person today.
    """
    may = request.user.has_perm
    open_ = attention(request) if may("syncapp.view_record") else Attention()
    counts = totals(request)
    seen = Counter(counts)
    all_ = seen.total()
    record, inbox, orphan, scan = "view_record", "view_inboxmessage", "view_orphan", "view_scanrun"
    tasks = f"{_list('task')}?state={TaskState.OPEN}"
    failures = f"{_list('record')}?status={Status.FAILED}"
    quarantine = f"{_list('inboxmessage')}?state={InboxState.QUARANTINED}"
    orphans = f"{_list('orphan')}?state={OrphanState.OPEN}"
    appointments = f"{_list('calendarlink')}?state=open"
    groups = [
        (
            "",
            [
                ("", _("Start"), "home", reverse("admin:index"), 0),
                *(
                    [("", _("What we need from you"), "inbox_customize", reverse("admin:hub_needs"), all_)]
                    if counts
                    else []
                ),
                (record, _("Failures"), "error", failures, seen[NeedKind.FAILURE]),
                ("view_task", _("Tasks"), "task_alt", tasks, seen[NeedKind.TASK]),
                (
                    "view_conflict",
                    _("Conflicts"),
                    "alt_route",
                    reverse("admin:hub_conflicts"),
                    seen[NeedKind.CONFLICT],
                ),
                (record, _("Failures by cause"), "account_tree", reverse("admin:hub_causes"), 0),
                (inbox, _("Quarantine"), "gpp_maybe", quarantine, seen[NeedKind.QUARANTINE]),
                (orphan, _("Orphans"), "link_off", orphans, seen[NeedKind.ORPHAN]),
                (scan, _("Comparisons"), "difference", _list("scanrun"), seen[NeedKind.COMPARISON]),
            ],
        ),
        (
            _("Look up"),
            [
                (record, _("Over time"), "monitoring", reverse("admin:hub_over_time"), 0),
                (record, _("All records"), "database", _list("record"), 0),
                ("view_journalentry", _("Journal"), "receipt_long", _list("journalentry"), 0),
                (inbox, _("Received webhooks"), "inbox", _list("inboxmessage"), 0),
                ("retry_record", _("Look at an entity now"), "visibility", reverse("admin:hub_look"), 0),
                ("disclose_person", _("Data of a person"), "privacy_tip", reverse("admin:hub_person"), 0),
                ("view_staffaction", _("What staff did"), "history", _list("staffaction"), 0),
            ],
        ),
        (
            _("Calendars"),
            [
                ("view_calendaremployee", _("Employees"), "calendar_month", _list("calendaremployee"), open_.calendars),
                ("view_calendarlink", _("Appointments"), "event", appointments, open_.appointments),
                ("view_calendarlink", _("What belongs together?"), "join", reverse("admin:hub_alike"), 0),
            ],
        ),
        (
            _("Machinery"),
            [
                ("view_system", _("Systems"), "lan", reverse("admin:hub_systems"), 0),
                ("view_stepswitch", _("Steps and flows"), "schema", reverse("admin:hub_steps"), 0),
                ("view_stepswitch", _("Schedules"), "schedule", reverse("admin:hub_schedules"), 0),
                (
                    record,
                    _("Notifications"),
                    "notifications",
                    reverse("admin:hub_notices"),
                    seen[NeedKind.NOTICE],
                ),
                ("view_worker", _("Workers"), "engineering", reverse("admin:hub_workers"), 0),
                ("view_lock", _("Locks"), "lock", reverse("admin:hub_locks"), 0),
                ("end_session", _("Sessions"), "devices", reverse("admin:hub_sessions"), 0),
                ("view_adoption", _("Take over"), "move_to_inbox", reverse("admin:hub_adoption"), 0),
            ],
        ),
        (
            _("Other programs"),
            [
                ("view_proxykey", _("Keys"), "key", _list("proxykey"), 0),
                ("view_proxycall", _("Calls"), "swap_horiz", _list("proxycall"), 0),
            ],
        ),
    ]
    if request.user.is_superuser:
        users = (reverse("admin:auth_user_changelist"), reverse("admin:auth_group_changelist"))
        groups.append(
            (_("Accounts"), [("", _("Users"), "person", users[0], 0), ("", _("Groups"), "group", users[1], 0)])
        )
    return [
        {"title": title, "separator": bool(title), "items": items}
        for title, links in groups
        if (items := [_item(request, *link[1:]) for link in links if not link[0] or may(f"syncapp.{link[0]}")])
    ]


def _list(model: str) -> str:
    return reverse(f"admin:syncapp_{model}_changelist")


def _item(request: HttpRequest, title: str | Promise, icon: str, link: str, count: int) -> dict[str, Any]:
    item: dict[str, Any] = {"title": title, "icon": icon, "link": link, "active": _is_here(request, link)}
    if count:
        item["badge"] = str(count) if count <= BADGE_UP_TO else f"{BADGE_UP_TO}+"
    return item


def _is_here(request: HttpRequest, link: str) -> bool:
    path, _mark, query = link.partition("?")
    if request.path != path:
        return False
    name, _equals, value = query.partition("=")
    return request.GET.get(name) == value if query else not (request.GET.get("status") or request.GET.get("state"))
