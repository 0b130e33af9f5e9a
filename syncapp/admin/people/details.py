"""The details of what staff did, in words. They are stored as the program names things: steps, reasons, filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.contrib.auth.models import Group, User
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin.kit.filter_words import filters_in_words
from syncapp.events import registry
from syncapp.models import ReferenceKind, StaffAction, TaskKind
from syncapp.templatetags.hub import lock_words, scan_words, step_name, task_headline
from syncapp.words.fault_words import fault_in_words, system_in_words
from syncapp.words.reason_words import reason_in_words, reasons
from syncapp.words.webhook_words import quarantine_in_words

COMMAND = "command"
FAULT = re.compile(r"[A-Z]\w*[a-z]\w*")  # an error's kind, which stands before the detail of what it broke off


def detail_in_words(row: StaffAction) -> str:
    """What is not understood (what somebody typed, an older release's) is shown as it was stored."""
    who, detail = "", row.detail
    if row.via == COMMAND:  # the name of the computer's user stands before it
        who, _colon, detail = detail.partition(": ")
    return ": ".join(part for part in (who, _words(row, detail)) if part)


def _words(row: StaffAction, detail: str) -> str:
    read = READ.get(row.action)
    if read is None or not detail:
        return detail
    if (words := read(row, detail)) is not None:
        return words
    fault, _space, rest = detail.partition(" ")
    words = read(row, rest) if rest and FAULT.fullmatch(fault) and not row.count else None
    broken_off = _("broken off")
    return detail if words is None else f"{words} ({broken_off}: {fault})"


def _step(_row: StaffAction, detail: str) -> str | None:
    return step_name(detail) if _is_step(detail) else None


def _record(_row: StaffAction, detail: str) -> str | None:
    step, *entity = detail.split(" ")
    return lock_words(f"{step}:{':'.join(entity)}") if len(entity) == 2 and _is_step(step) else None


def _cause(_row: StaffAction, detail: str) -> str | None:
    step, *rest = detail.split(" ")
    if len(rest) != 2 or not _is_step(step):
        return None
    system, reason = rest
    return " · ".join(filter(None, (step_name(step), system_in_words(system), reason_in_words(reason, system))))


def _matching(row: StaffAction, detail: str) -> str | None:
    """Of the list, the filters of its address; by command, what its options named."""
    if row.via != COMMAND:
        return filters_in_words("record", detail)
    known = reasons()
    return " · ".join(step_name(each) if _is_step(each) else known.get(each, each) for each in detail.split(" "))


def _list(row: StaffAction, detail: str) -> str | None:
    return filters_in_words(row.target_type, detail)


def _tasks(_row: StaffAction, detail: str) -> str | None:
    kinds = detail.split(", ")
    return ", ".join(map(task_headline, kinds)) if set(kinds) <= set(TaskKind.values) else None


def _orphan(_row: StaffAction, detail: str) -> str | None:
    system, kind, *remote_id = detail.split(" ", 2)
    if len(remote_id) != 1 or kind not in ReferenceKind.values:
        return fault_in_words(detail)
    return f"{system_in_words(system)}: {ReferenceKind(kind).label} {remote_id[0]}"


def _scan(_row: StaffAction, detail: str) -> str | None:
    return scan_words(detail) if registry.comparison(detail) else None


def _calendar(_row: StaffAction, detail: str) -> str | None:
    """Whether it was switched on is in the action already; which contents are shown is not."""
    setting, _is, value = detail.partition("=")
    contents = {"True": _("all contents are shown"), "False": _("only “blocked” is shown")}
    return {"enabled": "", "full_content": contents.get(value)}.get(setting)


def _alike(_row: StaffAction, detail: str) -> str | None:
    none = _("none of them")
    return ", ".join(re.sub(r": none$", f": {none}", each) for each in detail.split(", "))


def _account(row: StaffAction, detail: str) -> str | None:
    """The name of a login or a group, and which boxes of its page were changed."""
    name, _colon, changed = detail.rpartition(": ")
    model = {"User": User, "Group": Group}.get(row.target_type)
    if not name or model is None:
        return None
    fields = (*model._meta.fields, *model._meta.many_to_many)
    words = {field.name: capfirst(str(field.verbose_name)) for field in fields}
    return f"{name}: {', '.join(words.get(each, each) for each in changed.split(', '))}"


def _resync(_row: StaffAction, detail: str) -> str | None:
    what, full, _rest = detail.partition(" --full")
    anew = _("everything anew")
    return f"{what} ({anew})" if full else None


def _counted(_row: StaffAction, detail: str) -> str | None:
    """What the commands for webhooks and for tidying up found."""
    number, _space, what = detail.partition(" ")
    if not number.isdecimal():
        return None
    count = int(number)
    words = {
        "missing": ngettext("%(count)d was missing", "%(count)d were missing", count),
        "of another hub": ngettext("%(count)d of another hub", "%(count)d of another hub", count),
        "found": ngettext("%(count)d found", "%(count)d found", count),
    }
    return words[what] % {"count": count} if what in words else None


READ: Mapping[str, Callable[[StaffAction, str], str | None]] = {
    **dict.fromkeys(("retry", "sync_now", "preview", "decide_conflict", "request_undo"), _record),
    **dict.fromkeys(("delete_orphan", "keep_orphan"), _orphan),
    **dict.fromkeys(("calendar_on", "calendar_off", "calendar_contents"), _calendar),
    **dict.fromkeys(("remove_event", "register_webhooks", "switch_webhooks_off"), _counted),
    "account_changed": _account,
    "retry_cause": _cause,
    "retry_matching": _matching,
    "export_list": _list,
    "look": _step,
    "close_task": _tasks,
    "confirm_scan": _scan,
    "decide_alike": _alike,
    "sync_calendar": _resync,
    "reprocess": lambda _row, detail: quarantine_in_words(detail),
}


def _is_step(name: str) -> bool:
    return name in registry.names()
