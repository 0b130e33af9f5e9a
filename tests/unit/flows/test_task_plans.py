"""What EspoCRM is told about tasks of the hub, as tables. No database, no HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.clients.errors import UnexpectedAnswer
from syncapp.clients.espocrm import EspoTask
from syncapp.engine.runs.planning import Settled, Skipped
from syncapp.flows.tasks.mapping import (
    LONGEST_NAME,
    Agreed,
    HubTask,
    Place,
    Show,
    Shown,
    Texts,
    notification_fields,
    task_fields,
)
from syncapp.flows.tasks.plan import ChangeTask, CompleteTask, CreateTask, MirrorState, Notify, Why, plan
from syncapp.words.reason_words import reasons

TEXTS = Texts("Konto ändern", "Das Konto wurde geändert.", "Das Konto wurde geändert.\n\n1. Öffnen")
TASK = HubTask(7, "d1", open=True, texts=TEXTS)
CLOSED = HubTask(7, "d1", open=False, texts=TEXTS)
PLACE = Place("CBeteiligte", "p1", "u1")
AS_TASK, AS_NOTIFICATION = Shown("t1", Show.TASK), Shown("n1", Show.NOTIFICATION)
TOLD = Agreed("d1", open=True)


def there(status: str = "Not Started", **changes: str) -> EspoTask:
    raw = {"id": "t1", "name": TASK.name, "description": TEXTS.whole, "status": status}
    return EspoTask.from_api(raw | changes)


def state(show: Show = Show.TASK, **changes: Any) -> MirrorState:
    usual: dict[str, Any] = {"task": TASK, "place": PLACE}
    return MirrorState(show, **(usual | changes))


CREATED = CreateTask(task_fields(TASK, PLACE, "Not Started"))
NEW_WORDS = {"description": TEXTS.whole}
CASES = {
    "new": (state(), (CREATED,)),
    "new, to notify": (state(Show.NOTIFICATION), (Notify(notification_fields(TASK, PLACE)),)),
    "shown as it is": (state(shown=AS_TASK, there=there(), agreed=TOLD), ()),
    "edited by a person": (state(shown=AS_TASK, there=there("Started", name="x"), agreed=TOLD), ()),
    "completed by a person": (state(shown=AS_TASK, there=there("Completed"), agreed=TOLD), ()),
    "deleted by a person": (state(shown=AS_TASK, agreed=TOLD), ()),
    "deleted by a person, new facts": (state(shown=AS_TASK, agreed=Agreed("d0", open=True)), ()),
    "found by its mark": (state(shown=AS_TASK, there=there()), ()),
    "new facts": (
        state(shown=AS_TASK, there=there(description="x"), agreed=Agreed("d0", open=True)),
        (ChangeTask("t1", NEW_WORDS),),
    ),
    "new facts, completed by a person": (
        state(shown=AS_TASK, there=there("Completed", description="x"), agreed=Agreed("d0", open=True)),
        (ChangeTask("t1", {**NEW_WORDS, "status": "Not Started"}),),
    ),
    "new facts, canceled by a person": (
        state(shown=AS_TASK, there=there("Canceled", description="x"), agreed=Agreed("d0", open=True)),
        (ChangeTask("t1", NEW_WORDS),),
    ),
    "notified": (state(Show.NOTIFICATION, shown=AS_NOTIFICATION, agreed=TOLD), ()),
    "notified, new facts": (state(Show.NOTIFICATION, shown=AS_NOTIFICATION, agreed=Agreed("d0", open=True)), ()),
    "notified, then the setting was changed": (state(shown=AS_NOTIFICATION, agreed=TOLD), ()),
    "closed": (state(task=CLOSED, shown=AS_TASK, there=there(), agreed=TOLD), (CompleteTask("t1"),)),
    "closed, started by a person": (state(task=CLOSED, shown=AS_TASK, there=there("Started")), (CompleteTask("t1"),)),
    "closed, the setting was changed": (
        state(Show.NOTIFICATION, task=CLOSED, shown=AS_TASK, there=there(), agreed=TOLD),
        (CompleteTask("t1"),),
    ),
    "closed and completed": (state(task=CLOSED, shown=AS_TASK, there=there("Completed")), ()),
    "closed and canceled": (state(task=CLOSED, shown=AS_TASK, there=there("Canceled")), ()),
    "closed and deleted": (state(task=CLOSED, shown=AS_TASK), ()),
    "closed, notified": (state(Show.NOTIFICATION, task=CLOSED, shown=AS_NOTIFICATION), ()),
    "closed before it was shown": (state(task=CLOSED), ()),
}


@pytest.mark.parametrize(("before", "actions"), CASES.values(), ids=CASES.keys())
def test_what_the_crm_is_told(before: MirrorState, actions: tuple[Any, ...]) -> None:
    found = plan(before)
    assert found.actions == actions
    assert before.task is not None
    assert found.ending == Settled({"digest": "d1", "open": before.task.open})


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (MirrorState(Show.NOWHERE), Why.TASKS_NOT_SHOWN),
        (state(Show.NOWHERE), Why.TASKS_NOT_SHOWN),
        (state(task=None), Why.ENTITY_GONE),
        (state(Show.NOTIFICATION, place=Place("CBeteiligte", "p1")), Why.NOBODY_ASSIGNED),
        (state(Show.NOTIFICATION, place=Place()), Why.NOBODY_ASSIGNED),
    ],
)
def test_nothing_to_tell(before: MirrorState, why: Why) -> None:
    found = plan(before)
    assert (found.ending, found.actions) == (Skipped(why), ())


def test_reasons_are_those_of_the_tables() -> None:
    assert {str(why) for why in Why} <= set(reasons())


def test_a_new_task() -> None:
    assert task_fields(TASK, PLACE, "Not Started") == {
        "name": "Konto ändern [Hub 7]",
        "status": "Not Started",
        "description": TEXTS.whole,
        "parentType": "CBeteiligte",
        "parentId": "p1",
        "assignedUserId": "u1",
    }
    assert set(task_fields(TASK, Place(), "Not Started")) == {"name", "status", "description"}


def test_a_notification() -> None:
    assert notification_fields(TASK, PLACE) == {
        "type": "Post",
        "post": "Konto ändern [Hub 7]: Das Konto wurde geändert.",
        "targetType": "users",
        "usersIds": ["u1"],
    }


def test_the_mark_stays_whole_in_a_long_title() -> None:
    name = HubTask(123456, "d", open=True, texts=Texts("x" * 400, "", "")).name
    assert len(name) == LONGEST_NAME
    assert name.endswith("x [Hub 123456]")


def test_what_was_agreed_comes_back_from_the_table() -> None:
    assert Agreed.from_json({}) == Agreed()
    assert Agreed.from_json(TOLD.to_json()) == TOLD


def test_a_task_of_the_crm_without_an_id_is_not_understood() -> None:
    with pytest.raises(UnexpectedAnswer):
        EspoTask.from_api({"name": "x"})
    assert there("Completed").ended
    assert not there("Deferred").ended


def test_no_text_of_a_task_is_in_what_is_logged() -> None:
    shown = repr((plan(state()), plan(state(Show.NOTIFICATION)), there(), CREATED))
    assert "Öffnen" not in shown
    assert "geändert" not in shown
