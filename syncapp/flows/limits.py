"""What Advoware's API can't do, and what a person is asked to do instead. Pure; facts from Advoware's help pages.

The flows ask this table, so that what can't be done becomes a task and never an endless retry.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Resource(StrEnum):
    """As in Advoware's paths; also the target type of tasks and journal entries."""

    PARTY = "Beteiligte"
    CONTACT = "Kommunikation"
    BANK_ACCOUNT = "Bankverbindung"


class Operation(StrEnum):
    DELETE = "delete"
    CHANGE = "change"
    CHANGE_TYPE = "change type"


# Kinds of tasks (`models.TaskKind`, as text because decisions know no tables). A contact entry that can't be deleted
# needs no task: it is emptied and used again.
INSTEAD: Mapping[tuple[Resource, Operation], str] = {
    (Resource.PARTY, Operation.DELETE): "party_deleted",  # no DELETE known
    (Resource.CONTACT, Operation.CHANGE_TYPE): "contact_type",  # kommKz is fixed once the entry is made
    (Resource.BANK_ACCOUNT, Operation.CHANGE): "bank_changed",  # no PUT
    (Resource.BANK_ACCOUNT, Operation.DELETE): "bank_deleted",  # no DELETE
}
