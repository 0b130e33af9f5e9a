"""What a run of a document may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncapp.engine.runs.planning import Action
from syncapp.flows.documents.state import Membership
from syncapp.flows.parents import Parent
from syncapp.kit.marking import gettext_noop


@dataclass(frozen=True, slots=True)
class LookAtDocument(Action):
    kind = "document.look_at"
    words = gettext_noop("have the document %(document_id)s looked at")
    shown = ("document_id",)
    document_id: str


@dataclass(frozen=True, slots=True)
class AskForCollection(Action):
    kind = "document.ask_for_collection"
    words = gettext_noop("have the collection of %(entity_type)s %(entity_id)s made first")
    shown = ("entity_type", "entity_id")
    parent: Parent

    @property
    def entity_type(self) -> str:
        return self.parent.entity_type

    @property
    def entity_id(self) -> str:
        return self.parent.id


@dataclass(frozen=True, slots=True)
class Upload(Action):
    kind = "document.upload"
    words = gettext_noop("fetch the file from the CRM and upload it to xAI (unless the same content is there already)")
    attachment_id: str


@dataclass(frozen=True, slots=True)
class Attach(Action):
    kind = "document.attach"
    words = gettext_noop("put it into the collection %(collection_id)s")
    shown = ("collection_id",)
    collection_id: str


@dataclass(frozen=True, slots=True)
class AttachAgain(Attach):
    """Take it out first: its indexing failed before, or did not end."""

    kind = "document.attach_again"
    words = gettext_noop("put it into the collection %(collection_id)s again")


@dataclass(frozen=True, slots=True)
class Join(Attach):
    """Another document with the same bytes put the file there: from now on it is there for this one too."""

    kind = "document.join"
    outside = False
    words = gettext_noop("note that its file is in the collection %(collection_id)s already")


@dataclass(frozen=True, slots=True)
class Detach(Action):
    kind = "document.detach"
    words = gettext_noop("take the file %(file_id)s out of the collection %(collection_id)s")
    shown = ("file_id", "collection_id")
    membership: Membership

    @property
    def file_id(self) -> str:
        return self.membership.file_id

    @property
    def collection_id(self) -> str:
        return self.membership.collection_id


@dataclass(frozen=True, slots=True)
class TellMember(Action):
    """Write to the CRM how the document stands at one parent, into the entity that joins the two."""

    kind = "document.tell_member"
    words = gettext_noop("write to the CRM how it stands at %(entity_type)s %(entity_id)s: %(fields)s")
    shown = ("entity_type", "entity_id", "fields")
    parent: Parent
    values: Mapping[str, object] = field(repr=False)

    @property
    def entity_type(self) -> str:
        return self.parent.entity_type

    @property
    def entity_id(self) -> str:
        return self.parent.id

    @property
    def fields(self) -> list[str]:
        return sorted(self.values)


@dataclass(frozen=True, slots=True)
class Tell(Action):
    """Write to the CRM how the document stands."""

    kind = "document.tell"
    words = gettext_noop("write to the CRM: %(fields)s")
    shown = ("fields",)
    values: Mapping[str, object] = field(repr=False)

    @property
    def fields(self) -> list[str]:
        return sorted(self.values)
