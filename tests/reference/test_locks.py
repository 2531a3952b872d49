"""Two administrators put things in order at the same moment: the one waits for the other, and neither for ever."""

import pytest

from opportune.identity.actor import Actor
from opportune.ledger.models import LIVE
from opportune.reference.actions import (
    change_close_reason,
    install_reference,
    move_choice,
    move_close_reason,
)
from opportune.reference.models import CloseReason, ListItem
from tests.deals import SYSTEM
from tests.meanwhile import meanwhile
from tests.people import found_company

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> Actor:
    """The administrator, committed, so that other connections see her and what she settles."""
    company = found_company()
    install_reference(SYSTEM)
    return company.ada


def test_who_waits_for_one_reason_holds_none_that_comes_later(ada: Actor) -> None:
    first, *_, last = CloseReason.objects.filter(LIVE, outcome="lost").order_by("pk")
    reasons = CloseReason.objects.select_for_update(skip_locked=True)
    for doing in (
        lambda: move_close_reason(ada, last.code, position=0),
        lambda: change_close_reason(ada, last.code, name_en="Other", position=1),
    ):
        with meanwhile(doing, look=lambda: reasons.get(pk=last.pk)) as ended:
            CloseReason.objects.select_for_update().get(pk=first.pk)
        assert ended == ["done"]


def test_a_list_is_locked_in_one_order_whatever_order_it_is_in(ada: Actor) -> None:
    first, *_, last = ListItem.objects.filter(LIVE, list_key="source").order_by("pk")
    move_choice(ada, "source", last.code, position=0)
    items = ListItem.objects.select_for_update(skip_locked=True)
    with meanwhile(
        lambda: move_choice(ada, "source", last.code, position=1), look=lambda: items.get(pk=last.pk)
    ) as ended:
        ListItem.objects.select_for_update().get(pk=first.pk)
    assert ended == ["done"]
