"""Writes that were based on an older version."""

import pytest

from opportune.customers.actions import edit_account
from opportune.customers.models import Account
from opportune.kernel.errors import Conflict
from opportune.ledger.merging import check_version
from tests.people import Company


@pytest.fixture
def account(company: Company) -> Account:
    """An account at version 3, whose phone Carol changed, then its street."""
    made = company.account()
    edit_account(company.carol, made.pk, {"phone": "1"})
    edit_account(company.carol, made.pk, {"street": "1 rue Neuve"})
    return Account.objects.get(pk=made.pk)


def test_a_write_on_the_present_version_passes(account: Account) -> None:
    check_version(account, 3, ["phone", "city"])


def test_a_write_that_looked_at_no_version_passes(account: Account) -> None:
    check_version(account, None, ["phone", "city"])


def test_a_write_of_other_facets_passes(account: Account) -> None:
    check_version(account, 1, ["name", "email"])


def test_a_write_of_the_same_field_is_a_conflict_that_shows_theirs(account: Account) -> None:
    with pytest.raises(Conflict) as conflict:
        check_version(account, 1, ["name", "phone"])
    assert conflict.value.data == {
        "version": 3,
        "by": "Carol",
        "changes": {"phone": "1", "street": "1 rue Neuve"},
    }


def test_a_write_of_the_same_facet_is_a_conflict(account: Account) -> None:
    with pytest.raises(Conflict):
        check_version(account, 2, ["city"])


def test_what_was_changed_before_the_version_seen_does_not_count(account: Account) -> None:
    check_version(account, 2, ["phone"])


def test_a_version_that_never_was_is_a_conflict(account: Account) -> None:
    with pytest.raises(Conflict):
        check_version(account, 4, ["name"])
