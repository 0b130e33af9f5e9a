"""Planned actions in the reader's language. The flows name them in English, with ids and names of fields only."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from syncapp.words.field_words import fields_in_words

_CONTACT = {
    "mail address": gettext_noop("mail address"),
    "phone number": gettext_noop("phone number"),
    "private phone number": gettext_noop("private phone number"),
    "mobile number": gettext_noop("mobile number"),
    "fax number": gettext_noop("fax number"),
    "number": gettext_noop("number"),
}
_CONTACTS = "|".join(_CONTACT)

# Of an appointment.
_PARTS = {
    "datum": gettext_noop("its date"),
    "uhrzeit": gettext_noop("its time"),
    "date": gettext_noop("its date"),
    "dateTime": gettext_noop("its time"),
}

# What a flow calls an action, and how staff read it. A test holds that every action of every flow is here.
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"ask for the collection of (\S+) (\S*)", gettext_noop("have the collection of %(0)s %(1)s made first")),
    (
        r"download, then upload \(or use the file of the same bytes\)",
        gettext_noop("fetch the file from the CRM and upload it to xAI (unless the same content is there already)"),
    ),
    (r"attach to (\S+)", gettext_noop("put it into the collection %(0)s")),
    (r"attach again to (\S+)", gettext_noop("put it into the collection %(0)s again")),
    (r"detach (\S+) from (\S+)", gettext_noop("take the file %(0)s out of the collection %(1)s")),
    (r"write (?P<fields>.+) to the CRM", gettext_noop("write to the CRM: %(fields)s")),
    (r"create the collection", gettext_noop("create the collection at xAI")),
    (r"rename (\S+)", gettext_noop("rename the collection %(0)s")),
    (r"ask every linked document to sync", gettext_noop("have every linked document looked at")),
    (r"delete (\S+)", gettext_noop("delete the collection %(0)s")),
    (
        r"propose to staff that (\S+) be deleted",
        gettext_noop("ask the team whether the collection %(0)s may be deleted"),
    ),
    (r"create the party in Advoware", gettext_noop("create the party in Advoware as a new one")),
    (r"write (?P<fields>.+) to Advoware", gettext_noop("write to Advoware: %(fields)s")),
    (rf"add an? (?P<contact>{_CONTACTS}) in Advoware", gettext_noop("add in Advoware: %(contact)s")),
    (
        rf"reuse entry (?P<id>\S+) in Advoware for an? (?P<contact>{_CONTACTS})",
        gettext_noop("use the emptied entry %(id)s in Advoware again, for: %(contact)s"),
    ),
    (r"empty entry (?P<id>\S+) in Advoware", gettext_noop("empty the contact entry %(id)s in Advoware")),
    (r"create the bank account in Advoware", gettext_noop("create the bank account in Advoware as a new one")),
    (r"create the bank account in the CRM", gettext_noop("create the bank account in the CRM as a new one")),
    (
        r"unset the default at bank account (\S+) in the CRM",
        gettext_noop("make the bank account %(0)s in the CRM no longer the standard one"),
    ),
    (
        r"(?P<fields>\S+): a value that is not in the table is kept as it is",
        gettext_noop("%(fields)s: this value is not in the table of known values, so it stays as it is on both sides."),
    ),
    (r"create the task in the CRM", gettext_noop("show the task in the CRM, as a task of the assigned user")),
    (r"bring the task (\S+) in the CRM up to date", gettext_noop("bring the task %(0)s in the CRM up to date there")),
    (r"complete the task (\S+) in the CRM", gettext_noop("mark the task %(0)s in the CRM as completed")),
    (r"notify the assigned user in the CRM", gettext_noop("tell the assigned user by a notification in the CRM")),
    (r"insert into Google: (\S+)", gettext_noop("create the appointment %(0)s in Google")),
    (r"change in Google: (\S+)", gettext_noop("change the appointment %(0)s in Google")),
    (r"delete in Google: (\S+)", gettext_noop("delete the appointment %(0)s in Google")),
    (r"create in Advoware: (\S+)", gettext_noop("create the event %(0)s of Google in Advoware as an appointment")),
    (r"change in Advoware: (\S+)", gettext_noop("change the appointment %(0)s in Advoware")),
    (r"delete in Advoware: (\S+)", gettext_noop("delete the appointment %(0)s in Advoware")),
    (r"gone on both sides: (\S+)", gettext_noop("forget the appointment %(0)s: it is gone on both sides")),
    (r"create the calendar (.+)", gettext_noop("create the calendar %(0)s in Google")),
    (r"share the calendar with the employee", gettext_noop("share the calendar in Google with the employee")),
    (r"open a push channel", gettext_noop("have Google tell the hub of changes to the calendar")),
    (r"stop the push channel (\S+)", gettext_noop("stop the channel %(0)s through which Google told of changes")),
    (
        r"(\S+): can't be read \((?P<part>.+)\)",
        gettext_noop("The appointment %(0)s is left out: %(part)s can't be read."),
    ),
    (r"(\d+) employees", gettext_noop("%(0)s employees in Advoware")),
    (r"undo: (?P<action>.+)", gettext_noop("take back: %(action)s")),
    (r"held back: (?P<action>.+)", gettext_noop("not written, because writing is switched off: %(action)s")),
)
_COMPILED = tuple((re.compile(pattern), phrase) for pattern, phrase in _PHRASES)


def in_words(action: str) -> str:
    """The action as staff read it; one that is not in the table is shown as the flow calls it."""
    for pattern, phrase in _COMPILED:
        if found := pattern.fullmatch(action):
            numbered = {str(number): part for number, part in enumerate(found.groups())}
            return _(phrase) % (numbered | {name: _part(name, part) for name, part in found.groupdict().items()})
    return action


def _part(name: str, part: str) -> str:
    match name:
        case "fields":
            return fields_in_words(part)
        case "contact":
            return _(_CONTACT[part])
        case "action":
            return in_words(part)
        case "part":
            return _(_PARTS.get(part, part))
        case _:
            return part
