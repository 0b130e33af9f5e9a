"""Cases of the CRM and their Akten in Advoware, which are only read: what belongs to this flow."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syncapp.events.spec import Adoption, Brake, Comparison, Flow, StepSpec, topic
from syncapp.events.topics import ACTIONS, TASK_CHANGED, topic_of
from syncapp.flows.akten.mapping import Names, Why
from syncapp.flows.akten.plan import AKTE
from syncapp.flows.differences import ONLY_A_LOOK, How
from syncapp.kit.marking import gettext_noop, ngettext_lazy
from syncapp.kit.phrases import Phrase

MATTER_SYNC, MATTERS = "matter_sync", "matters"
# One call for each Akte that Advoware's list does not show: ten thousand take about half an hour.
LONGEST_SECONDS = 3 * 3600
REASONS = {
    str(Why.NO_FIELD): _(
        "EspoCRM has no such field for the hub here, or does not let it write there. An administrator adds the field "
        "(Administration → Entity Manager → Fields) or allows it to the API user (Administration → Roles → Field "
        "Level). The comparison of the next night then goes on by itself; Sync now does so at once."
    ),
    str(Why.NO_REFERENCE): _(
        "Neither a number of an Akte nor an Aktenzeichen stands here. Enter the Aktenzeichen in EspoCRM; then it goes "
        "on by itself."
    ),
    str(Why.RESTING): _("By its status it is not active, so its Akte is not looked for."),
}


@dataclass(frozen=True, slots=True)
class WouldDiffer(Phrase):
    kind = "scan.matters_would_differ"
    words = ngettext_lazy("%(count)d case is not as it was left", "%(count)d cases are not as they were left")
    shown = ("count",)
    count: int


BRAKE = Brake(
    frozenset(How) - ONLY_A_LOOK,
    "MASS_CHANGE_LIMIT",
    "MASS_CHANGE_PERCENT",
    WouldDiffer,
    _(
        "Unusually many cases don't stand as they were left. That is right when the hub meets them for the first time; "
        "else Advoware may show too few Akten. Nothing was written yet."
    ),
    _(
        "Look at some of them: open a case by its id and press Preview. If it is right, confirm; if not, leave it: the "
        "next comparison looks again."
    ),
    _("All these cases are looked at, and numbers of Akten are entered in EspoCRM. Have you looked at some previews?"),
    (MATTER_SYNC,),
)


def labels() -> dict[str, str]:
    found = {AKTE: gettext_noop("Matter")}
    for configured in settings.CONFIG.MATTER_ENTITIES.values():
        names = Names(**configured)
        found |= {names.id: gettext_noop("Number of the matter"), names.reference: gettext_noop("File number")}
    return found


def flow() -> Flow:
    kinds = tuple(settings.CONFIG.MATTER_ENTITIES)
    comparison = Comparison(
        MATTERS,
        "syncapp.flows.akten.scan.everything",
        _("Cases and their Akten"),
        "cases and their Akten in Advoware",
        _("Compares all cases with their Akten in Advoware"),
        ("espocrm", "advoware"),
        "50 3 * * *",
        (MATTER_SYNC,),
        LONGEST_SECONDS,
        BRAKE,
    )
    return Flow(
        "akten",
        _("Cases of the CRM and their Akten in Advoware, which are only read"),
        receives=kinds,
        steps=(
            StepSpec(
                MATTER_SYNC,
                _("Finds the Akte of a case in Advoware and enters its number in the CRM"),
                tuple(topic(topic_of(kind, action)) for kind in kinds for action in ACTIONS),
                emits=(TASK_CHANGED,) if kinds else (),
                runs="syncapp.flows.akten.sync.MatterSync",
                systems=("espocrm", "advoware"),
                entity_types=kinds,
                only_if="MATTER_ENTITIES",
                title=_("Matters in Advoware"),
            ),
        ),
        comparisons=(comparison,) if kinds else (),
        adoptions=(
            Adoption(
                "matters",
                "syncapp.flows.akten.adopting.MattersTakenOver",
                _("Matters in Advoware"),
                ("espocrm", "advoware"),
            ),
        ),
        fields=labels,
        reasons=REASONS,
    )
