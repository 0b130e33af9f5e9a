"""A list of the CRM in place of a call for each record; what that is for: `engine/runs/glancing`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Never, TypeVar

from syncapp.clients.errors import NotTold
from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.fields import ID
from syncapp.clients.http.calls import Call
from syncapp.clients.http.observe import Observer
from syncapp.engine.outside import connections
from syncapp.engine.runs.run import Run

Flow = TypeVar("Flow")


class GlancedCrm(EspoClient):
    """Answers for the records that a list told of, and asks nothing: whatever else it is asked raises `NotTold`."""

    told: Mapping[tuple[str, str], Mapping[str, Any]]

    def record(self, entity_type: str, record_id: str) -> Mapping[str, Any]:
        try:
            return self.told[entity_type, record_id]
        except KeyError:
            raise NotTold from None

    def opened(self, call: Call) -> Never:  # noqa: ARG002  no call is made at all
        raise NotTold


class _Nobody:
    """In the place of the other system's client."""

    def __getattr__(self, name: str) -> Never:
        raise NotTold


NOBODY: Any = _Nobody()


def in_lists(
    flow: Callable[[Run, EspoClient], Flow],
    runs: Sequence[Run],
    watch: Observer,
    select: Sequence[str] = (),
) -> Iterator[tuple[Run, Flow]]:
    """A flow for each run whose entity the CRM lists; what is deleted or may not be seen is not in the lists.

    `select`: the attributes that the flow reads of it; all, if none is named. A list never tells the numbers and
    addresses behind `phoneNumber` and `emailAddress` (Resources/metadata/app/fieldProcessing.json).
    """
    asking = connections.espocrm(watch)
    crm, told = connections.espocrm_by(GlancedCrm, watch), dict[tuple[str, str], Mapping[str, Any]]()
    crm.told = told
    for kind in sorted({run.entity_type for run in runs}):
        asking.metadata(kind)  # remembered for minutes; the flows ask for it before they decide
        some = [run for run in runs if run.entity_type == kind]
        for row in asking.by_ids(kind, [run.entity_id for run in some], select):
            told[kind, str(row[ID])] = row
        yield from ((run, flow(run, crm)) for run in some if (kind, run.entity_id) in told)
