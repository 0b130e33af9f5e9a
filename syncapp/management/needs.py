"""What may be needed of an entity type of EspoCRM: fields, links, rights."""

from __future__ import annotations

from dataclasses import dataclass

BASE, PERSON = "Base", "Person"  # templates of the Entity Manager
READ, EDIT, CREATE = "read", "edit", "create"


@dataclass(frozen=True, slots=True)
class Need:
    """A field. `kinds`: EspoCRM's types that can hold it, the usual one first; empty: any. `lost`: what does not work
    without it. For one that is made: `made`, its type where `kinds` is empty (empty too: it is not made). `length`:
    of the longest text that is written. `empty`: it may not be required, since some records have none."""

    name: str
    kinds: tuple[str, ...]
    lost: str
    required: bool = False
    written: bool = True
    options: tuple[str, ...] = ()
    made: str = ""
    length: int = 0
    empty: bool = False


@dataclass(frozen=True, slots=True)
class LinkNeed:
    """To another entity type: to many of it and back, or (`name`) to one of it."""

    entity_type: str
    name: str = ""
    foreign: str = ""


@dataclass(frozen=True, slots=True)
class Needs:
    """Of one entity type. What is not required is left out of a write where the CRM lacks it. `template`: of what it is
    made where it is not there; empty: EspoCRM has it."""

    entity_type: str
    fields: tuple[Need, ...]
    actions: tuple[str, ...] = (READ, EDIT)
    template: str = ""
    links: tuple[LinkNeed, ...] = ()
