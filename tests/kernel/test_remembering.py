"""What is read once, and when it is read again."""

from collections.abc import Callable

import pytest

from opportune.kernel.remembering import changing, remembered, remembering

OF = frozenset({"stage"})


@pytest.fixture
def read() -> Callable[[], int]:
    """Reads another number each time."""
    times = iter(range(100))
    return lambda: remembered("numbers", lambda: next(times), of=OF)


def test_nothing_is_remembered_outside_of_a_block(read: Callable[[], int]) -> None:
    assert [read(), read()] == [0, 1]


def test_within_a_block_it_is_read_once(read: Callable[[], int]) -> None:
    with remembering():
        assert [read(), read()] == [0, 0]
    assert read() == 1


def test_what_is_being_changed_is_read_every_time(read: Callable[[], int]) -> None:
    with remembering():
        read()
        changing("stage")
        assert [read(), read()] == [1, 2]


def test_a_change_of_another_kind_changes_nothing(read: Callable[[], int]) -> None:
    with remembering():
        read()
        changing("account")
        assert read() == 0


def test_a_command_reads_for_itself_and_leaves_what_it_read(read: Callable[[], int]) -> None:
    with remembering():
        assert read() == 0
        with remembering():
            assert read() == 1
        assert read() == 1


def test_what_a_failed_command_read_is_forgotten(read: Callable[[], int]) -> None:
    with remembering():
        with pytest.raises(ValueError, match="invalid literal"), remembering():
            int(f"not a number, but {read()}")
        assert read() == 1


def test_what_a_command_changed_is_read_again_after_it(read: Callable[[], int]) -> None:
    with remembering():
        read()
        with remembering():
            read()
            changing("stage")
        assert read() == 2
