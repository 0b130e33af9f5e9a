"""Looks at the sandbox, and has the hub compare when Advoware looks otherwise than before."""

from __future__ import annotations

from syncapp.management.demo import installation, news
from syncapp.management.demo.calendars import Calendars
from syncapp.management.demo.comparisons import Comparisons
from syncapp.management.demo.firm import Firm
from syncapp.management.demo.parties import Parties
from syncapp.management.demo.sandbox import Sandbox


class Looking:
    """Each look is a new one."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._comparisons = (
            Comparisons(installation.ask_for_comparison_of_parties),
            Comparisons(installation.ask_for_calendars, of="appointments"),
        )

    def firm(self) -> Firm:
        return Firm(self._sandbox.state("espocrm"), self._sandbox.state("xai"))

    def parties(self) -> Parties:
        parties = Parties(self._sandbox.state("espocrm"), self._sandbox.state("advoware"))
        for comparison in self._comparisons:
            comparison.saw(parties.advoware)
        return parties

    def calendars(self) -> Calendars:
        return Calendars(self._sandbox.state("advoware"), self._sandbox.state("google"))

    def news(self) -> news.Look:
        return news.look(self.firm(), self.parties(), self.calendars())
