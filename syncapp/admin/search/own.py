"""What the hub's own tables know of what was asked, and of each entity that was found. Ids, never a word of a name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.calendar.links import links_by
from syncapp.admin.calendar.words import days_words, google_page, link_words, short, subject, subjects
from syncapp.admin.kit.needs import of_entities
from syncapp.admin.kit.search import ENOUGH, entity_types, found_by
from syncapp.admin.search.cards import Card, Found, Open, Place, Way
from syncapp.admin.search.classify import Asked, says
from syncapp.events import registry
from syncapp.models import (
    NEEDS_A_PERSON,
    Attempt,
    CalendarEmployee,
    CalendarLink,
    InboxMessage,
    LinkState,
    Orphan,
    Record,
    Reference,
    ReferenceKind,
    Status,
    SystemName,
    Task,
    TaskState,
)
from syncapp.templatetags.hub import crm_link, tone
from syncapp.words.entity_words import kind_in_words
from syncapp.words.reason_words import reason_in_words
from syncapp.words.task_views import TaskView

NEWEST_APPOINTMENTS = 5000  # that are read for words: there is no index over what they are about
OF_A_KIND = 20


def look(request: HttpRequest, asked: Asked, found: Found) -> None:
    may = request.user.has_perm
    for word in asked.ids:
        for record in found_by(Record.objects.all(), word).order_by("pk")[:ENOUGH]:
            entity_card(found, record.entity_type, record.entity_id)
        for key in Reference.objects.filter(
            system__in=SystemName.values, kind__in=ReferenceKind.values, remote_id=word
        ).values_list("entity_type", "entity_id")[:OF_A_KIND]:
            entity_card(found, *key)
        if Attempt.objects.filter(trace_id=word).exists() or InboxMessage.objects.filter(trace_id=word).exists():
            found.card(("trace", word), _("Trace")).address = reverse("admin:hub_trace", args=[word])
        if may("syncapp.view_orphan"):
            for orphan in Orphan.objects.filter(remote_id=word):
                _orphan(found, orphan)
    if may("syncapp.view_calendaremployee"):
        _employees(request, found, asked)
    if may("syncapp.view_calendarlink"):
        _appointments(request, found, asked)


def entity_card(found: Found, entity_type: str, entity_id: str) -> Card:
    return found.card((entity_type, entity_id), kind_in_words(entity_type))


def fill(request: HttpRequest, found: Found) -> None:
    """Where each entity is, when it agreed last, and what is open."""
    keys = list(found.cards)
    if not keys:
        return
    for reference in Reference.objects.filter(of_entities(keys)).order_by("system", "kind", "pk"):
        if reference.kind != ReferenceKind.MEMBERSHIP:  # the collection has a card of its own
            card = found.cards[reference.entity_type, reference.entity_id]
            system = reference.get_system_display()
            if not any((place.system, place.ident) == (system, reference.remote_id) for place in card.places):
                card.at(Place(system, reference.get_kind_display(), reference.remote_id))
    records = list(Record.objects.filter(of_entities(keys)).order_by("pk"))
    for record in records:
        _record(request, found.cards[record.entity_type, record.entity_id], record)
    if request.user.has_perm("syncapp.view_task"):
        tasks = Task.objects.filter(record__in=records, state=TaskState.OPEN).select_related("record")
        for task in tasks.order_by("pk"):
            address = reverse("admin:syncapp_task_change", args=[task.pk])
            card = found.cards[task.record.entity_type, task.record.entity_id]
            why = TaskView(task).why
            card.open.append(Open("warn", task.get_kind_display(), why, address, _("Show the task")))
    of_the_crm = {kind for kind in entity_types() if kind not in registry.own_types()}
    for key, card in found.cards.items():
        if key[0] in of_the_crm:
            card.places.insert(0, Place(SystemName.ESPOCRM.label, address=crm_link(*key)))


def _record(request: HttpRequest, card: Card, record: Record) -> None:
    address = reverse("admin:syncapp_record_change", args=[record.pk])
    card.address = card.address or address
    if record.settled_at and (card.agreed_at is None or record.settled_at > card.agreed_at):
        card.agreed_at = record.settled_at
    if record.status in (Status.IN_SYNC, Status.SKIPPED):
        return
    button = _("Show")
    if record.status == Status.CONFLICT and request.user.has_perm("syncapp.view_conflict"):
        address, button = reverse("admin:hub_conflict", args=[record.pk]), _("Choose values")
    elif record.status in NEEDS_A_PERSON:
        button = _("Open and mend")
    why = reason_in_words(record.reason, record.system)
    card.open.append(Open(tone(record.status), record.get_status_display(), why, address, button))


def _orphan(found: Found, orphan: Orphan) -> None:
    card = found.card(("orphan", str(orphan.pk)), _("Orphan"))
    card.ident = orphan.remote_id
    card.address = reverse("admin:syncapp_orphan_change", args=[orphan.pk])
    card.at(Place(orphan.get_system_display(), orphan.get_kind_display(), orphan.remote_id))
    card.open.append(Open(tone(orphan.state), orphan.get_state_display(), "", card.address, _("Show")))


def _employees(request: HttpRequest, found: Found, asked: Asked) -> None:
    for employee in CalendarEmployee.objects.order_by("pk"):
        named = says(asked, employee.name) or employee.pk.casefold() in map(str.casefold, asked.texts)
        if named or (asked.mail and asked.mail.casefold() in (employee.email, employee.own_email)):
            card = found.card(("Mitarbeiter", employee.pk), _("Calendar"))
            card.name = employee.name
            card.address = reverse("admin:syncapp_calendaremployee_change", args=[employee.pk])
            card.at(Place(SystemName.ADVOWARE.label, _("employee"), employee.pk))
            if employee.calendar_id:
                there = google_page(employee.calendar_id)
                card.at(Place(SystemName.GOOGLE.label, employee.calendar_name, address=there))
            if request.user.has_perm("syncapp.view_calendarlink"):
                listed = f"{reverse('admin:syncapp_calendarlink_changelist')}?{urlencode({'employee': employee.pk})}"
                card.ways.append(Way(listed, words=_("Appointments")))


def _appointments(request: HttpRequest, found: Found, asked: Asked) -> None:
    rows = CalendarLink.objects.select_related("employee").order_by("-pk")
    links = [link for word in asked.ids for link in links_by(rows, word)[:OF_A_KIND]]
    if asked.number is not None and not links:
        links = list(links_by(rows, str(asked.number))[:OF_A_KIND])
    if asked.texts:
        links += islice(_about(rows, asked), OF_A_KIND + 1)
        found.more = found.more or len(links) > OF_A_KIND
    for link in links[:OF_A_KIND]:
        card = found.card(("appointment", str(link.pk)), _("Appointment"))
        card.name, card.ident = subject(link), days_words(link)
        card.address = reverse("admin:syncapp_calendarlink_change", args=[link.pk])
        if link.number is not None:
            card.at(Place(SystemName.ADVOWARE.label, _("appointment"), str(link.number)))
        if link.event_id:
            there = google_page(link.employee.calendar_id)
            card.at(Place(SystemName.GOOGLE.label, f"AW-{link.employee_id}", link.event_id, there))
        if request.user.has_perm("syncapp.view_calendaremployee"):
            whose = reverse("admin:syncapp_calendaremployee_change", args=[link.employee_id])
            card.ways.append(Way(whose, words=_("Calendar of %(who)s") % {"who": link.employee_id}))
        if link.state == LinkState.AGREED:
            card.agreed_at = link.changed_at
        else:
            why = link_words(link)
            card.open.append(Open(tone(link.state), short(link.state), why, card.address, _("Show")))


def _about(rows: QuerySet[CalendarLink], asked: Asked) -> Iterator[CalendarLink]:
    """Those whose subject says so. The database reads the texts out, so that not every appointment is made whole."""
    texts = rows.values_list("pk", *subjects())[:NEWEST_APPOINTMENTS]
    likely = [pk for pk, *said in texts if says(asked, *{str(text) for text in said if text})]
    for start in range(0, len(likely), OF_A_KIND):
        for link in rows.filter(pk__in=likely[start : start + OF_A_KIND]):
            if says(asked, subject(link)):
                yield link
