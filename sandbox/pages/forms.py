"""What somebody typed into a form."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from werkzeug.datastructures import MultiDict


def edited(form: MultiDict[str, str], names: Iterable[str]) -> dict[str, str]:
    """Fields that stand otherwise than when the page was opened: an old page undoes nobody's change.

    A form tells how a field stood by a second one, `was:` and its name; without it every field counts.
    """
    changed = [name for name in names if name in form and form[name] != form.get(f"was:{name}")]
    return {name: form[name].strip().replace("\r\n", "\n") for name in changed}


def ticked(form: MultiDict[str, str], names: Collection[str]) -> dict[str, bool]:
    """Boxes that stand otherwise than when the page was opened.

    A box that is not ticked is not sent, so the form says by `flags` which ones it has.
    """
    there = {name: name in form for name in form.getlist("flags") if name in names}
    return {name: on for name, on in there.items() if form.get(f"was:{name}") != str(on)}


def carried(form: MultiDict[str, str], first: str, last: str) -> str:
    """The last day: it goes along when only the first one was moved. ValueError for what is no day."""
    was_first, was_last, now = form.get(f"was:{first}"), form.get(f"was:{last}"), form.get(last, "")
    if not was_first or not was_last or now != was_last or form[first] == was_first:
        return now
    moved = date.fromisoformat(form[first]) - date.fromisoformat(was_first)
    return (date.fromisoformat(now) + moved).isoformat()
