"""Cases and their Akten, told from the sandbox alone: the hub's own tables are not asked. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from syncapp.management.demo.firm import Row


@dataclass(frozen=True)
class Matters:
    """Both systems at one moment, as the sandbox's `state` tells them."""

    crm: Row
    advoware: Row

    @cached_property
    def _cases(self) -> list[Row]:
        return [row for row in self.crm["records"]["Raeumungsklage"] if not row["deleted"]]

    @cached_property
    def named_once(self) -> dict[str, str]:
        """The cases whose Aktenzeichen one Akte bears, with its number; and no others."""
        found = {row["id"]: [str(a["id"]) for a in self.advoware["matters"] if _same(a, row)] for row in self._cases}
        return {pk: akten[0] for pk, akten in found.items() if len(akten) == 1}

    @cached_property
    def numbers(self) -> dict[str, str]:
        """What stands in the cases."""
        return {row["id"]: row["advowareAkteId"] for row in self._cases if row["advowareAkteId"]}


def _same(akte: Row, case: Row) -> bool:
    """By number and the last two digits of the year, however people write them."""
    ours, theirs = (re.findall("[0-9]+", text or "") for text in (case["aktenzeichen"], akte["az"]))
    return len(ours) == 2 and [int(ours[0]), ours[1][-2:]] == [int(theirs[0]), theirs[1][-2:]]
