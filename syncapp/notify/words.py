"""What a message says. No client's data: counts, what things of the hub are called, and where to look.

Everybody reads the language of the installation (`DJANGO_LANGUAGE`); a person's own is only known to a browser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.events import registry
from syncapp.models import InboxState, JobState, KnownTrouble, System, SystemState, TroubleKind
from syncapp.schedules import schedules
from syncapp.words.fault_words import system_in_words
from syncapp.words.reason_words import reason_in_words


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    text: str
    causes: tuple[dict[str, Any], ...] = ()  # for programs


def kind_in_words(kind: str) -> str:
    """What somebody may choose to be told, and when that is; its short name stands before the colon."""
    if kind != TroubleKind.SYSTEMS:
        return str(TroubleKind(kind).label)
    if not (minutes := settings.CONFIG.ALERT_AWAY_MINUTES):
        return _("Systems: one is away, or refuses our login")
    words = ngettext(
        "Systems: one is away for longer than %(count)d minute, or refuses our login",
        "Systems: one is away for longer than %(count)d minutes, or refuses our login",
        minutes,
    )
    return words % {"count": minutes}


def title(trouble: KnownTrouble) -> str:
    """In a line."""
    facts = trouble.facts
    match trouble.kind:
        case TroubleKind.FAILURES:
            step = next((each for each in registry.steps() if each.name == facts["step"]), None)
            name = str(step.title or step.description) if step else str(facts["step"])
            name += f" ({system_in_words(facts['system'])})" if facts["system"] else ""
            count = int(facts["count"])
            words = ngettext("%(what)s: %(count)d needs a person", "%(what)s: %(count)d need a person", count)
            return words % {"what": name, "count": count}
        case TroubleKind.SYSTEMS:
            words = _("%(system)s refuses our login") if facts["refused"] else _("%(system)s does not answer")
            return words % {"system": system_in_words(facts["system"])}
        case TroubleKind.COMPARISONS:
            scan = registry.comparison(facts["scan"])
            stopped = facts["what"] == "stopped"
            words = _("Comparison “%(name)s” stopped and asks") if stopped else _("Comparison “%(name)s” fails")
            return str(words % {"name": scan.title if scan else facts["scan"]})
        case TroubleKind.QUARANTINE:
            count = int(facts["count"])
            words = ngettext("%(count)d webhook in quarantine", "%(count)d webhooks in quarantine", count)
            return words % {"count": count}
        case TroubleKind.WORKERS if facts["what"] == "steps":
            return _("Records wait for a step that the hub does not have")
        case TroubleKind.WORKERS:
            return _("No worker works") if facts["what"] == "none" else _("Workers froze and were started anew")
    late = facts["state"] == JobState.LATE
    named = {each.name: str(each.description) for each in schedules()}
    words = _("Scheduled job did not run: %(job)s") if late else _("Scheduled job failed: %(job)s")
    return words % {"job": named.get(facts["schedule"], facts["schedule"])}


def ended(trouble: KnownTrouble) -> str:
    """That it is over. "Over: xAI does not answer" can be read as its contrary; but what was paused or taken out of the
    settings does not answer again."""
    system = trouble.facts.get("system", "")
    is_up = System.objects.filter(name=system, state=SystemState.UP, paused=False)
    if trouble.kind == TroubleKind.SYSTEMS and is_up.exists():
        return _("%(system)s answers again") % {"system": system_in_words(system)}
    return _("Over: %(title)s") % {"title": title(trouble)}


def advice(trouble: KnownTrouble) -> str:
    """What to do about it."""
    facts = trouble.facts
    match trouble.kind:
        case TroubleKind.FAILURES:
            return reason_in_words(facts["reason"], facts["system"])
        case TroubleKind.SYSTEMS if facts["refused"]:
            return _("An administrator must check the key in the settings. Its records wait and go on by themselves.")
        case TroubleKind.SYSTEMS:
            return _("Nothing is lost: its records wait, and go on by themselves when it answers.")
        case TroubleKind.COMPARISONS if facts["what"] == "stopped":
            return _("It would change unusually much at once. Look at it, then confirm it or leave it.")
        case TroubleKind.COMPARISONS:
            return _("What no event told stays unfound meanwhile. Its page says why.")
        case TroubleKind.QUARANTINE:
            return _("What could not be read is kept. Look at it, have the cause mended, then process it again.")
        case TroubleKind.WORKERS if facts["what"] == "none":
            return _("Nothing is synchronised until a worker runs. An administrator must look at the machine.")
        case TroubleKind.WORKERS if facts["what"] == "steps":
            return _("Nothing is lost. An administrator looks whether all processes run the same version.")
        case TroubleKind.WORKERS:
            return _("They are at work again and nothing is lost. If it happens often, tell an administrator.")
    return _("It is tried again at its next time. Its page says what happened.")


def address(trouble: KnownTrouble) -> str:
    """The page about it, behind the login."""
    return at(path(trouble))


def path(trouble: KnownTrouble) -> str:
    facts = trouble.facts
    match trouble.kind:
        case TroubleKind.FAILURES:
            wanted = {"step": facts["step"], "reason": facts["reason"], "status": "open"}
            wanted["system"] = facts["system"] or "none"
            return f"{reverse('admin:syncapp_record_changelist')}?{urlencode(wanted)}"
        case TroubleKind.SYSTEMS:
            return reverse("admin:hub_systems")
        case TroubleKind.COMPARISONS:
            return reverse("admin:syncapp_scanrun_change", args=[facts["run"]])
        case TroubleKind.QUARANTINE:
            return f"{reverse('admin:syncapp_inboxmessage_changelist')}?state={InboxState.QUARANTINED}"
        case TroubleKind.WORKERS if facts["what"] == "steps":
            return f"{reverse('admin:hub_needs')}#held-back"
        case TroubleKind.WORKERS:
            return reverse("admin:hub_workers")
    return reverse("admin:hub_schedule", args=[facts["row"]])


def at(path: str) -> str:
    return f"{settings.CONFIG.HUB_URL}{path}"


def message(told: Sequence[tuple[KnownTrouble, bool]], *, again: bool) -> Message:
    """About one cause or a list of them; True: it is over. `again`: the message before it was perhaps sent."""
    if len(told) == 1:
        (trouble, over), *_rest = told
        subject = ended(trouble) if over else _("New: %(title)s") % {"title": title(trouble)}
    else:
        over_count = sum(over for _trouble, over in told)
        subject = _("%(new)d new causes, %(over)d over") % {"new": len(told) - over_count, "over": over_count}
    text = "\n\n".join(_block(trouble, over) for trouble, over in told)
    causes = tuple(_for_programs(trouble, over) for trouble, over in told)
    return whole(subject, text, causes, again=again)


def trial() -> Message:
    """`manage.py notify --test`."""
    text = _("This is a test. Whoever reads it is told when something goes wrong in the hub.")
    return whole(_("Test"), f"{text}\n{at(reverse('admin:index'))}")


def _block(trouble: KnownTrouble, over: bool) -> str:
    if over:
        return ended(trouble)
    return f"{title(trouble)}\n{advice(trouble)}\n{address(trouble)}"


def whole(subject: str, text: str, causes: tuple[dict[str, Any], ...] = (), *, again: bool = False) -> Message:
    """With what every message has."""
    foot = _("What you are told, and when, you choose here: %(url)s") % {"url": at(reverse("admin:hub_notices"))}
    doubt = _("This message has perhaps reached you before: the hub was stopped while it was sent.")
    body = "\n\n".join(filter(None, (text, doubt if again else "", foot)))
    return Message(f"[BitByLaw Hub] {' '.join(subject.split())}", f"{body}\n", causes)


def _for_programs(trouble: KnownTrouble, over: bool) -> dict[str, Any]:
    facts: Mapping[str, Any] = trouble.facts
    return {
        "event": "gone" if over else "appeared",
        "kind": str(trouble.kind),
        "key": trouble.key,
        "title": title(trouble),
        "since": trouble.first_seen.isoformat(),
        "count": facts.get("count", 1),
        "url": address(trouble),
    }
