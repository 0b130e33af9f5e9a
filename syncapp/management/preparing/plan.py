"""What is to be made in an EspoCRM, and what a person has to mend there. Pure.

Nothing is taken away: no field, option, link or right, and no type of a field is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from syncapp.flows.parents import Life
from syncapp.management.needs import LinkNeed, Need, Needs
from syncapp.management.preparing.landscape import Landscape, Type

VARCHAR, ENUM, LINK = "varchar", "enum", "link"
LENGTH = 255  # of a new text, where no more is needed; EspoCRM's own choice is 100
MANY = "hasMany"


@dataclass(frozen=True, slots=True)
class Step:
    """One change: a method of the administration and what it is given. Without a method: for a person to do."""

    words: str
    method: str = ""
    arguments: tuple[Any, ...] = ()


def steps(needed: Sequence[Needs], there: Landscape) -> Iterator[Step]:
    """In the order in which they can be made: types, fields, links."""
    for needs in needed:
        yield from _type(needs, there.types[needs.entity_type], there)
    for needs in needed:
        found = there.types[needs.entity_type]
        for need in needs.fields:
            yield from _field(need, found, there)
    for needs in needed:
        for link in needs.links:
            yield from _link(link, there.types[needs.entity_type], there)
    for needs in needed:
        yield from _shown(needs, there.types[needs.entity_type], there)


def _shown(needs: Needs, found: Type, there: Landscape) -> Iterator[Step]:
    """Layouts are the firm's: only where none of what the hub brings stands on the page, all of it is put there."""
    names = []
    for need in needs.fields:
        name, kind = there.field_name(found, need.name), need.made or next(iter(need.kinds), "")
        present = found.fields.get(name)
        if kind != LINK and (present.get("isCustom") if present is not None else kind):
            names.append(name)
    if names and found.shown.isdisjoint(names):
        yield Step(
            f"{found.name}: show the hub's fields on its page, in a panel of their own", "show", (found.name, names)
        )


def _type(needs: Needs, found: Type, there: Landscape) -> Iterator[Step]:
    if not found.there and not needs.template:
        yield Step(f"{found.name}: EspoCRM has no such entity type, and it is not one to be made")
    elif not found.there:
        asked = there.asked(Type("", "", False, False, False), found.name)
        yield Step(f"{found.name}: make the entity type ({needs.template})", "create_type", (asked, needs.template))
    if found.own and needs.template and not found.versions:
        yield Step(f"{found.name}: switch optimistic locking on", "watch_versions", (found.name,))


def _field(need: Need, found: Type, there: Landscape) -> Iterator[Step]:
    name = there.field_name(found, need.name)
    what, kind = f"{found.name}.{name}", need.made or next(iter(need.kinds), "")
    present = found.fields.get(name)
    if present is not None:
        yield from _changed(need, found, name, present, there.words(found, need))
    elif kind == LINK:
        return  # comes with its link
    elif kind:
        definition = _definition(need, kind, there.words(found, need))
        args = (found.name, there.asked(found, name), definition)
        yield Step(f"{what}: add the field ({kind})", "create_field", args)
    elif need.required:
        yield Step(f"{what}: is missing and can't be added; {found.name} should be of the template Person")


def _definition(need: Need, kind: str, words: Sequence[str]) -> dict[str, Any]:
    if kind == VARCHAR:
        return {"type": kind, "maxLength": max(need.length, LENGTH)}
    if kind == ENUM:
        return {"type": kind, "options": ["", *(words or tuple(life.value for life in Life))]}
    return {"type": kind}


def _changed(need: Need, found: Type, name: str, present: Any, words: Sequence[str]) -> Iterator[Step]:
    kind, options, length = present.get("type", ""), present.get("options"), present.get("maxLength")
    if need.kinds and kind not in need.kinds:
        yield Step(f"{found.name}.{name}: is of the type {kind}, and must be {' or '.join(need.kinds)}")
        return
    changes: dict[str, Any] = {}
    said = []
    if kind == ENUM and isinstance(options, list) and (new := [word for word in words if word not in options]):
        changes["options"] = [*options, *new]
        said.append(f"add the options {', '.join(new)}")
    if kind == VARCHAR and isinstance(length, int) and length < need.length:
        changes["maxLength"] = need.length
        said.append(f"let it hold {need.length} signs")
    if need.empty and present.get("required"):
        changes["required"] = False
        said.append("don't require it: companies have none")
    if changes:
        whole = {**present, **changes}
        yield Step(f"{found.name}.{name}: {', '.join(said)}", "change_field", (found.name, name, whole))


def _link(need: LinkNeed, found: Type, there: Landscape) -> Iterator[Step]:
    other = there.types.get(need.entity_type)
    if other is None:
        return
    kind = "manyToOne" if need.name else "manyToMany"
    name = there.field_name(found, need.name) if need.name else f"{other.name[0].lower()}{other.name[1:]}s"
    linked = (link for link in found.links.values() if link.get("entity") == other.name and link.get("type") == MANY)
    if name in found.links or (not need.name and any(linked)):
        return
    foreign = need.foreign or f"{found.name[0].lower()}{found.name[1:]}s"
    body = {
        "linkType": kind,
        "entity": found.name,
        "link": there.asked(found, name),
        "entityForeign": other.name,
        "linkForeign": there.asked(other, foreign),
        "label": name,
        "labelForeign": foreign,
        "relationName": None,  # EspoCRM makes one up
    }
    yield Step(f"{found.name}.{name}: link it to {other.name} ({kind})", "create_link", (body,))
