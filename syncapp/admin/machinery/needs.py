"""Stopped comparisons and messages that could not be sent, as they stand in the list of what needs a person."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.columns import badge
from syncapp.admin.kit.needs import Kind, Need, declare, link
from syncapp.admin.kit.views import CONFIRM_SCAN, PAUSE_SYSTEM
from syncapp.events import registry
from syncapp.models import NeedKind, Notice, ScanRun, ScanState
from syncapp.notify import mail
from syncapp.templatetags.hub import scan_words


def _comparison(scan: ScanRun, may: Callable[[str], bool]) -> Need:
    page = reverse("admin:syncapp_scanrun_change", args=[scan.pk])
    compared = registry.comparison(scan.scan)
    warning = compared.brake.warning if compared and compared.brake else ScanState.STOPPED.label
    words = _("Look and confirm") if may(CONFIRM_SCAN) else _("Show")
    return Need(
        scan.pk,
        format_html('<a class="hub-entity" href="{}"><b>{}</b></a>', page, scan_words(scan.scan)),
        str(warning),
        scan.started_at,
        link(page, words),
        badge("warn", NeedKind.COMPARISON.label),
    )


declare(
    Kind(
        NeedKind.COMPARISON,
        gettext_lazy("stopped comparisons"),
        "syncapp.view_scanrun",
        ScanRun.waiting,
        "started_at",
        _comparison,
        lambda rows, word: rows.filter(scan=word),
        gettext_lazy("A stopped comparison goes on when a person confirms it."),
        give_up_permission=CONFIRM_SCAN,
    )
)


def _message(notice: Notice, may: Callable[[str], bool]) -> Need:  # noqa: ARG001
    page, what = reverse("admin:hub_notices"), _("Messages of the hub do not arrive")
    to = _("to the chat program") if notice.user is None else _("to %(name)s") % {"name": notice.user}
    return Need(
        notice.pk,
        format_html('<a class="hub-entity" href="{}"><b>{}</b></a><div class="hub-dim">{}</div>', page, what, to),
        " ".join((mail.in_words(notice.fault), _("Until then nobody is told this way of what is wrong."))),
        notice.made_at,
        link(page, _("Show")),
        badge("bad", NeedKind.NOTICE.label),
    )


declare(
    Kind(
        NeedKind.NOTICE,
        gettext_lazy("messages not sent"),
        PAUSE_SYSTEM,
        lambda: Notice.stuck_once().select_related("user"),
        "made_at",
        _message,
        lambda rows, _word: rows.none(),
        gettext_lazy("The hub tries them again by itself for two days."),
        give_up_permission=PAUSE_SYSTEM,
    )
)
