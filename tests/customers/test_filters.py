"""Filters of accounts and contacts, as they are written in a URL."""

import pytest

from opportune.customers.filters import AccountFilter, ContactFilter
from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid

ALICE = Actor(kind="person", id=7, label="Alice", door="web", person_id=7)


def test_nothing_asked_is_everything_by_name() -> None:
    assert AccountFilter.read({}, ALICE) == AccountFilter()
    assert AccountFilter.read({"text": " ", "owner": "", "sort": ""}, ALICE) == AccountFilter()


def test_every_parameter_is_read() -> None:
    asked = {"text": " nord ", "owner": "3, me,5", "account": "12", "sort": "-created"}
    assert ContactFilter.read(asked, ALICE) == ContactFilter(
        text="nord", owner_ids=(3, 7, 5), account_id=12, sort="created", descending=True
    )


def test_a_filter_is_its_parameters() -> None:
    wanted = ContactFilter(text="a b", owner_ids=(3, 5), account_id=12, sort="city", descending=True)
    assert ContactFilter.read(wanted.parameters(), ALICE) == wanted
    assert AccountFilter().parameters() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sort", "phone"),
        ("sort", "--name"),
        ("owner", "alice"),
        ("owner", "1,-2"),
        ("owner", "9" * 30),
        ("account", "x"),
        ("account", "²"),
        ("colour", "red"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused(name: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        AccountFilter.read({name: value}, ALICE)
    assert set(refusal.value.fields) == {name}


def test_me_means_nobody_without_a_person() -> None:
    with pytest.raises(Invalid):
        AccountFilter.read({"owner": "me"}, Actor(kind="system", id=None, label="cron", door="system"))
