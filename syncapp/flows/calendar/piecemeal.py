"""One value that is refused holds up nothing: what is refused together is tried one by one, and what is refused alone
is noted on the item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syncapp.clients.errors import Rejected
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.fields import WHEN, Appointment
from syncapp.flows.calendar.state import Item
from syncapp.flows.lens.core import EMPTY, Unreadable, Value
from syncapp.flows.lens.declaration import Side

Write = Callable[[Appointment], None]


def change(item: Item, side: Side, values: Appointment, write: Write) -> None:
    """`write` puts values on that side."""
    values = _readable(values)
    try:
        write(values)
    except Rejected:
        if not values:
            raise  # nothing of a person's is wrong
        for name, value in values.items():
            if len(values) > 1:
                change(item, side, {name: value}, write)
            else:
                item.refused(side, name, value)


def make_smaller(item: Item, side: Side, values: Appointment, make: Write, write: Write) -> bool:
    """All values together were refused when it was to be made: it is made with its times alone, and the others are put
    on it one by one. False: not even those were taken."""
    times, others = values[WHEN], {name: value for name, value in values.items() if value is not EMPTY}
    del others[WHEN]
    try:
        make({WHEN: times})
    except Rejected:
        assert not isinstance(times, Unreadable)  # noqa: S101  nothing is made without its times
        item.refused(side, WHEN, times)
        item.decision = replace(item.decision, what=What.BY_HAND)
        return False
    for name, value in others.items():
        change(item, side, {name: value}, write)
    return True


def _readable(values: Appointment) -> Mapping[str, Value[Any]]:
    return {name: value for name, value in values.items() if not isinstance(value, Unreadable)}
