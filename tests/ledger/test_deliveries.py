"""Consumers hear of change sets after the commit, again if they failed, and not for ever."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from opportune.kernel import clock
from opportune.kernel.registries import consumers
from opportune.ledger.deliveries import deliver_due
from opportune.ledger.models import Delivery
from tests.people import Company

pytestmark = pytest.mark.django_db


class Listener:
    """A consumer that fails as often as it is told to."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.failures = 0

    def __call__(self, change_set_id: int) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        self.heard.append(change_set_id)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    consumers["listener"] = listener
    yield listener
    del consumers["listener"]


def test_a_consumer_hears_of_each_change_set_once(company: Company, listener: Listener) -> None:
    company.account()
    company.account("Southwind")
    assert deliver_due() == 2
    assert listener.heard == sorted(Delivery.objects.values_list("change_set_id", flat=True))
    assert deliver_due() == 0


def test_a_failed_delivery_comes_again_later(company: Company, listener: Listener) -> None:
    company.account()
    listener.failures = 1
    assert deliver_due() == 0
    assert Delivery.objects.get().error == "RuntimeError: not now"
    assert deliver_due() == 0
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        assert deliver_due() == 1
    assert len(listener.heard) == 1


def test_after_the_clock_was_set_back_nothing_waits_until_it_has_caught_up(
    company: Company, listener: Listener
) -> None:
    company.account()
    with clock.stopped_at(clock.now() - timedelta(hours=5)):
        listener.failures = 1
        assert deliver_due() == 0
    with clock.stopped_at(clock.now() - timedelta(days=5)):
        assert deliver_due() == 1
    assert len(listener.heard) == 1


def test_what_fails_for_ever_is_given_up(company: Company, listener: Listener) -> None:
    company.account()
    listener.failures = 100
    for days in range(1, 15):
        with clock.stopped_at(clock.now() + timedelta(days=days)):
            deliver_due()
    assert Delivery.objects.get().attempts == 8
    assert listener.heard == []


def test_a_change_set_without_consumers_leaves_nothing_to_deliver(company: Company) -> None:
    company.account()
    assert not Delivery.objects.exists()
