"""What somebody typed into a form."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict


def edited(form: MultiDict[str, str], names: Iterable[str]) -> dict[str, str]:
    """Fields that stand otherwise than when the page was opened: an old page undoes nobody's change.

    A form tells how a field stood by a second one, `was:` and its name; without it every field counts.
    """
    return {name: form[name].strip() for name in names if name in form and form[name] != form.get(f"was:{name}")}
