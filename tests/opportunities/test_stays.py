"""Stays: what was undone is passed over, what was redone counts from when it was first done (domain.md §9)."""

from dataclasses import dataclass
from datetime import date

from opportune.opportunities.stays import days_in_stages, last_move_on, stage_since

A, B = 1, 2


@dataclass(frozen=True, slots=True)
class Line:
    """An entry on a day of March 2026, by a change set of the same number unless another is given."""

    stage_id: int | None
    day: int
    move: str = "next"
    change_set_id: int = 0
    undoes_id: int | None = None
    status: str = "in_progress"

    @property
    def on(self) -> date:
        """The business date."""
        return march(self.day)


def march(day: int) -> date:
    """A day of March 2026."""
    return date(2026, 3, day)


def history(*lines: Line) -> list[Line]:
    """Entries whose change sets are numbered from 1 in their order."""
    return [
        Line(line.stage_id, line.day, line.move, number, line.undoes_id, line.status)
        for number, line in enumerate(lines, 1)
    ]


def test_a_stay_begins_with_the_entry_into_the_stage() -> None:
    assert stage_since(history(Line(A, 1), Line(B, 3))) == march(3)


def test_consecutive_entries_in_one_stage_are_one_stay() -> None:
    lines = history(Line(A, 1), Line(A, 3, "edited"), Line(A, 5, "update"))
    assert stage_since(lines) == march(1)
    assert days_in_stages(lines, march(9)) == {A: 8}


def test_without_a_stage_there_is_no_stay() -> None:
    assert stage_since(history(Line(None, 1, "created", status="not_started"))) is None
    assert days_in_stages(history(Line(None, 1, status="not_started")), march(9)) == {}


def test_coming_back_to_a_stage_begins_another_stay() -> None:
    lines = history(Line(A, 1), Line(B, 3), Line(A, 5, "previous"))
    assert stage_since(lines) == march(5)
    assert days_in_stages(lines, march(9)) == {A: 6, B: 2}


def test_an_undone_move_is_passed_over() -> None:
    lines = history(Line(A, 1), Line(B, 3), Line(A, 5, "undo", undoes_id=2))
    assert stage_since(lines) == march(1)
    assert days_in_stages(lines, march(9)) == {A: 8}


def test_an_undone_move_is_passed_over_whatever_else_changed_in_between() -> None:
    lines = history(Line(A, 1), Line(B, 3), Line(B, 4, "edited"), Line(A, 5, "undo", undoes_id=2))
    assert stage_since(lines) == march(1)
    assert days_in_stages(lines, march(9)) == {A: 8}


def test_a_redone_move_counts_from_its_own_date() -> None:
    lines = history(Line(A, 1), Line(B, 3), Line(A, 5, "undo", undoes_id=2), Line(B, 6, "undo", undoes_id=3))
    assert stage_since(lines) == march(3)
    assert days_in_stages(lines, march(9)) == {A: 2, B: 6}


def test_a_redone_move_can_be_undone_again() -> None:
    lines = history(
        Line(A, 1),
        Line(B, 3),
        Line(A, 5, "undo", undoes_id=2),
        Line(B, 6, "undo", undoes_id=3),
        Line(A, 7, "undo", undoes_id=4),
    )
    assert stage_since(lines) == march(1)


def test_two_moves_undone_in_turn_leave_the_first_stay() -> None:
    lines = history(
        Line(A, 1),
        Line(B, 2),
        Line(3, 3),
        Line(B, 4, "undo", undoes_id=3),
        Line(A, 5, "undo", undoes_id=2),
    )
    assert stage_since(lines) == march(1)


def test_an_undone_start_leaves_no_stay() -> None:
    lines = history(
        Line(None, 1, "created", status="not_started"),
        Line(A, 2, "start"),
        Line(None, 4, "undo", undoes_id=2, status="not_started"),
    )
    assert stage_since(lines) is None
    assert days_in_stages(lines, march(9)) == {}


def test_the_clock_stops_while_a_deal_is_closed() -> None:
    lines = history(
        Line(A, 1), Line(A, 3, "won", status="won"), Line(A, 6, "reopened"), Line(A, 8, "lost", status="lost")
    )
    assert stage_since(lines) == march(1)
    assert days_in_stages(lines, march(20)) == {A: 4}


def test_the_clock_runs_on_through_a_closing_that_was_undone() -> None:
    lines = history(Line(A, 1), Line(A, 3, "won", status="won"), Line(A, 6, "undo", undoes_id=2))
    assert days_in_stages(lines, march(9)) == {A: 8}


def test_a_deal_closed_anew_with_its_old_date_spent_no_time_in_between() -> None:
    lines = history(
        Line(A, 1),
        Line(A, 3, "won", status="won"),
        Line(A, 8, "reopened"),
        Line(A, 3, "lost", status="lost"),
    )
    assert days_in_stages(lines, march(20)) == {A: 2}


def test_the_last_move_is_the_last_one_that_stands() -> None:
    lines = history(Line(A, 1, "created"), Line(B, 3), Line(B, 4, "edited"))
    assert last_move_on(lines) == march(3)
    assert last_move_on([*lines, Line(A, 5, "undo", 4, 2)]) == march(1)
    assert last_move_on([*lines, Line(A, 5, "undo", 4, 2), Line(B, 6, "undo", 5, 4)]) == march(3)


def test_a_reopening_counts_as_a_move_when_asked_for() -> None:
    lines = history(Line(A, 1, "created"), Line(A, 3, "won", status="won"), Line(A, 6, "reopened"))
    assert last_move_on(lines) == march(1)
    assert last_move_on(lines, with_reopening=True) == march(6)
