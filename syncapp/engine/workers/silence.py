"""How long a cluster has given no proof of work: pure counting, so that tests of it are tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

LONGEST_STEP = 2.0  # seconds that one look may add: a suspended machine or a slow database is not a silent cluster


@dataclass
class Silence:
    """Silence is summed up from look to look, and only from looks at which the cluster could have been heard.

    Clocks of other processes are not compared: any change of the heartbeat counts as heard, so a corrected system
    time restarts nobody.
    """

    limit: float  # seconds without proof after which the cluster is taken for frozen
    start_limit: float  # the same for a cluster that has not been heard yet: it has to load everything first
    seconds: float = 0.0
    heard: bool = False
    _beat: datetime | None = field(default=None, repr=False)

    def begin(self) -> None:
        """A new cluster was started; proof of the one before says nothing about it."""
        self.seconds, self.heard = 0.0, False

    def look(self, beat: datetime | None, elapsed: float) -> None:
        """The heartbeat as it stands now, `elapsed` seconds after the last look."""
        if beat is not None and beat != self._beat:
            self._beat, self.seconds, self.heard = beat, 0.0, True
        else:
            self.seconds += min(elapsed, LONGEST_STEP)

    @property
    def is_too_long(self) -> bool:
        return self.seconds > (self.limit if self.heard else self.start_limit)

    @property
    def is_worrying(self) -> bool:
        """Half of the patience is used up: time to ask more often."""
        return self.heard and self.seconds > self.limit / 2
