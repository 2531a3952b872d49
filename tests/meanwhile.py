"""Two connections on PostgreSQL: what one does while the other has not committed yet."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep

from django.db import connection, transaction

from opportune.kernel.errors import OpportuneError
from opportune.process.actions import install_processes
from opportune.process.queries import process_by_key
from opportune.reference.actions import install_reference
from tests.deals import SYSTEM, Trade
from tests.people import found_company

WAIT = 10
Doing = Callable[[], object]


def committed_trade() -> Trade:
    """The company at work, committed, so that other connections see it. For tests marked `postgres`."""
    company = found_company()
    install_reference(SYSTEM)
    install_processes(SYSTEM)
    return Trade(company, company.account(), process_by_key("sales"))


@contextmanager
def meanwhile(doing: Doing, *, waiting: bool = True, look: Doing | None = None) -> Iterator[list[str]]:
    """Before the transaction of this block is committed, another connection does something, and waits for it or not.

    `look` is done while it waits. How it ended, `done` or a code, is in the list after the block.
    """
    ended: list[str] = []

    def run() -> None:
        try:
            doing()
            ended.append("done")
        except OpportuneError as error:
            ended.append(error.code)
        finally:
            connection.close()

    other = Thread(target=run)
    with transaction.atomic():
        yield ended
        other.start()
        until = monotonic() + WAIT
        while not ended and not is_waited_for() and monotonic() < until:
            sleep(0.01)
        assert is_waited_for() is waiting
        if look is not None:
            look()
    other.join(WAIT)
    assert ended


def is_waited_for() -> bool:
    """Whether another connection waits for this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone() is not None
