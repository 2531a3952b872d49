"""Tasks: what a person is to do about a record."""

from datetime import date

from opportune.schemas.shapes import Day, Given, Id, Name, Shown, Text


class TaskShown(Shown):
    """A task; `about_kind` and `about_id` are the record it is about, `step_id` the step that made it."""

    id: int
    version: int
    subject: str
    owner_id: int
    owner_name: str
    about_kind: str
    about_id: int
    due_on: date | None
    state: str
    step_id: int | None


class TaskList(Shown):
    """A record's tasks, open ones first."""

    items: list[TaskShown]


class TaskPage(TaskList):
    """A page of tasks, the most urgent first."""

    next: str | None


class TaskReminderShown(Shown):
    """A task about an opportunity, the day it is due, and the day its owner is reminded of it."""

    task_id: int
    subject: str
    opportunity_id: int
    due_on: date
    remind_on: date


class TaskReminderList(Shown):
    """Reminders, the first one first."""

    items: list[TaskReminderShown]


class TaskGiven(Given):
    """A task to plan; its owner is who plans it unless said otherwise."""

    subject: Text
    due_on: Day | None = None
    owner_id: Id | None = None


class StageTasksGiven(Given):
    """The stage whose tasks to plan, by its id or key; the one the opportunity is in unless said otherwise."""

    stage: Name | None = None


class TaskOwnerGiven(Given):
    """Who shall do a task."""

    owner_id: Id
