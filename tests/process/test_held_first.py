"""A command that takes hold of processes too late says so at once, on either engine (decision 33)."""

import pytest

from opportune.ledger.recording import command
from opportune.opportunities.binning import put_away
from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import Writing, obtain_deal, write_many
from opportune.process.holding import hold_processes, take_processes
from opportune.process.obtaining import obtain_process
from tests.deals import SYSTEM, Trade


def test_a_deal_is_written_only_where_the_processes_are_held(trade: Trade) -> None:
    deal = Opportunity.objects.get(pk=trade.deal().pk)
    with command(SYSTEM, "tests"), pytest.raises(RuntimeError, match="decision 33"):
        write_many([Writing(deal, {"subject": "Other"})])
    with command(SYSTEM, "tests"), pytest.raises(RuntimeError, match="decision 33"):
        put_away(SYSTEM, [deal])
    with command(SYSTEM, "tests"):
        hold_processes()
        assert write_many([Writing(deal, {"subject": "Other"})]) == [deal]


def test_processes_are_not_taken_by_who_holds_them(trade: Trade) -> None:
    deal = trade.deal()
    with command(SYSTEM, "tests"):
        obtain_deal(SYSTEM, deal.pk)
        with pytest.raises(RuntimeError, match="decision 33"):
            obtain_process(SYSTEM, trade.sales.id)
    with command(SYSTEM, "tests"):
        take_processes()
        assert obtain_deal(SYSTEM, deal.pk) == deal
