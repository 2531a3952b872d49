"""Moves, switching and commands on many deals on the command line."""

from opportune.kernel import clock
from opportune.opportunities.models import Opportunity
from opportune.process.queries import process_by_key
from tests.doors.callers import CommandLine, Market

TODAY = str(clock.today("Europe/Paris"))
ALICE = ("--actor", "alice@example.com")


def now(market: Market) -> Opportunity:
    """Alice's deal as it is stored."""
    return Opportunity.objects.get(pk=market.deal.pk)


def test_the_moves_of_a_deal_are_listed(market: Market, command_line: CommandLine) -> None:
    shown = command_line("opportunities", "moves", market.deal.pk, *ALICE, "--json").json
    assert [one["move"] for one in shown["items"]] == ["next", "update"]
    assert shown["outcomes"] == ["won", "lost"]
    assert "Develop" in command_line("opportunities", "moves", market.deal.pk, *ALICE).out


def test_a_deal_is_switched_and_moves_in_the_other_process(market: Market, command_line: CommandLine) -> None:
    switched = command_line(
        "opportunities", "switch", market.deal.pk, "--process", "contact_manager", *ALICE, "--json"
    ).json
    assert (switched["process"], switched["stage"], switched["pipeline_phase"]) == (
        "contact_manager",
        None,
        "1-Qualify",
    )
    words = ("--process", "sales", "--stage", "develop", "--on", TODAY)
    moved = command_line("opportunities", "move", market.deal.pk, *words, *ALICE, "--json").json
    assert (moved["process"], moved["pipeline_phase"]) == ("sales", "2-Develop")
    refused = command_line("opportunities", "switch", market.deal.pk, "--process", "none", *ALICE)
    assert refused.code == 5


def test_a_deal_is_lost_to_a_competitor(market: Market, command_line: CommandLine) -> None:
    words = ("--outcome", "lost", "--reason", "COMPETITOR_L", "--on", TODAY)
    assert command_line("opportunities", "close", market.deal.pk, *words, *ALICE).code == 5
    ran = command_line("opportunities", "close", market.deal.pk, *words, "--lost-to", "Globex", *ALICE)
    assert ran.code == 0
    assert "Globex" in ran.out


def test_many_are_closed_moved_and_assigned(market: Market, command_line: CommandLine) -> None:
    other = market.another("Quince")
    ids = (market.deal.pk, other.pk)
    moved = command_line("opportunities", "move-many", *ids, "--stage", "develop", *ALICE, "--json").json
    assert (moved["done"], moved["skipped"]) == (list(ids), [])
    assert now(market).stage_id == process_by_key("sales").stages[1].id
    carol = ("--actor", "carol@example.com")
    given = command_line(
        "opportunities", "assign-many", "--text", "quince", "--to", "bob@example.com", *carol
    )
    assert "1 assigned." in given.out
    closing = ("--outcome", "lost", "--reason", "PRICE_L", "--on", TODAY)
    closed = command_line("opportunities", "close-many", *ids, *closing, *ALICE)
    assert "1 closed, 1 skipped (no right)." in closed.out
    assert "You do not have the right to do this." in closed.out
    assert now(market).status == "lost"


def test_many_are_never_all_by_leaving_out(market: Market, command_line: CommandLine) -> None:
    words = ("--outcome", "lost", "--reason", "PRICE_L", "--on", TODAY)
    assert command_line("opportunities", "close-many", *words, *ALICE).code == 5
    assert now(market).is_open
