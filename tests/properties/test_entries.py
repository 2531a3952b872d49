"""Whatever happens to a deal, its entries are a chain without gaps that the ledger can tell again."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportune.ledger.models import Change
from opportune.opportunities import entries
from opportune.opportunities.models import Entry, Opportunity
from tests.deals import Trade, entries_of
from tests.properties.life import EDITS, ON_ONE_DEAL, Command, Life
from tests.properties.profiles import few, forgotten

pytestmark = pytest.mark.django_db

COLUMNS = (*entries.VALUED_FIELDS, "move", "at", "on", "ended_at", "is_current", "change_set_id")
FIRST = st.fixed_dictionaries(
    {}, optional={name: EDITS[name] for name in EDITS if name not in ("customer", "probability")}
)


def written(rows: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries by their columns."""
    return [{name: getattr(row, name) for name in COLUMNS} for row in rows]


@few(3)
@given(first=FIRST, commands=st.lists(ON_ONE_DEAL, min_size=4, max_size=20))
def test_entries_are_a_chain_the_ledger_can_tell_again(
    trade: Trade, first: dict[str, Any], commands: list[Command]
) -> None:
    with forgotten():
        life = Life(trade)
        life.begin(**first)
        life.live(commands)
        deal = life.deal
        stored = entries_of(deal)
        assert [entry.is_current for entry in stored] == [False] * (len(stored) - 1) + [True]
        assert all(one.at < other.at for one, other in pairwise(stored))
        assert [one.ended_at for one in stored] == [*(other.at for other in stored[1:]), None]
        assert_the_current_entry_is_the_deal(stored[-1], deal)
        changes = Change.objects.filter(kind="opportunity", record_id=deal.pk).select_related("change_set")
        in_order = list(changes.order_by("version"))
        assert [change.version for change in in_order] == list(range(1, deal.version + 1))
        assert written(entries.rebuilt(deal.pk, in_order)) == written(stored)


def assert_the_current_entry_is_the_deal(entry: Entry, deal: Opportunity) -> None:
    """Every figure of the last entry is the deal's own."""
    columns = entries.VALUED_FIELDS
    assert {name: getattr(entry, name) for name in columns} == {name: getattr(deal, name) for name in columns}
