"""Every door agrees, for everybody, about which deals there are (domain.md §7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.customers.actions import create_contact
from opportune.customers.models import Account, Contact
from opportune.identity.actions import create_user
from opportune.identity.actor import Actor, actor_for
from opportune.identity.models import Team
from opportune.kernel import clock
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.queries import process_by_key
from tests.deals import SYSTEM, Trade, id_of, last_change_set
from tests.doors.callers import MARK, CommandLine, caller, without_scopes
from tests.people import by_token
from tests.visibility.doors import Deals, Viewer, differing, person, seen, sold_to, taken_out

SELLERS = ("alice", "bob", "carol", "dan")
Look = Callable[["World", CommandLine], Viewer]


@dataclass(frozen=True)
class World:
    """Three deals of each seller, with customers of others too; some shared, one in the bin."""

    trade: Trade
    deals: Deals
    owned: dict[str, set[int]]
    shared: set[int]
    people: dict[str, Actor]

    def actor(self, name: str) -> Actor:
        """Somebody of the company, or of those who came later."""
        later = self.people.get(name)
        actor: Actor = getattr(self.trade.company, name) if later is None else later
        return actor


@pytest.fixture
def world(trade: Trade) -> World:
    """The deals, and three people more: Sam to whom is shared, Sue with nothing, Max who reads but his own."""
    company, wares = trade.company, Wares(trade)
    owned = {seller: {wares.deal(seller, number) for number in range(3)} for seller in SELLERS}
    undo(SYSTEM, last_change_set(wares.deal, "alice", 0))
    people = {
        "sam": someone("Sam", "salesperson", company.farmers),
        "sue": someone("Sue", "salesperson"),
        "max": someone("Max", "sales_team_member", company.hunters),
    }
    for_sam, for_farmers = min(owned["alice"]), max(owned["carol"])
    actions.share_deal(SYSTEM, for_sam, user_id=people["sam"].person_id)
    actions.share_deal(SYSTEM, for_farmers, team_id=company.farmers.pk, may_write=True)
    return World(trade, Deals(tuple(wares.ids)), owned, {for_sam, for_farmers}, people)


def someone(name: str, role: str, *teams: Team) -> Actor:
    """One person more, of no unit."""
    address, members = f"{name.lower()}@example.com", [team.pk for team in teams]
    return actor_for(create_user(SYSTEM, email=address, name=name, roles=[role], team_ids=members), "web")


class Wares:
    """Deals as they are made, the n-th worth two to the n-th: open or closed, begun or not, of four customers."""

    def __init__(self, trade: Trade) -> None:
        company, account = trade.company, trade.account.pk
        self.trade, self.ids = trade, list[int]()
        of_dan = {"last_name": "Durand", "account_id": account, "owner_id": id_of(company.dan)}
        self.customers: list[dict[str, int]] = [
            {"account_id": account},
            {"account_id": company.account("Southwind", owner=company.dan).pk},
            {"contact_id": create_contact(SYSTEM, of_dan).pk},
            {"contact_id": company.contact("Martin", owner=company.carol).pk},
        ]

    def deal(self, seller: str, number: int) -> int:
        """A seller's next deal: the first in progress, the second not begun or elsewhere, the third closed."""
        count = len(self.ids)
        fields: dict[str, Any] = {
            "subject": f"{MARK} {seller} {number}",
            "owner_id": id_of(getattr(self.trade.company, seller)),
            "estimated_value": Decimal(2) ** count,
            "estimated_close_on": (None, date(2027, 1, 31))[count % 2],
            **self.customers[(number + count) % 4],
        }
        elsewhere: tuple[dict[str, Any], ...] = (
            {"stage_id": None},
            {"process_id": process_by_key("contact_manager").id},
        )
        made = actions.create(SYSTEM, fields, **elsewhere[count % 2] if number == 1 else {})
        if number == 2:
            outcome, reason = (("won", "PRICE_W"), ("lost", "PRICE_L"))[count % 2]
            today = clock.today("Europe/Paris")
            actions.close(SYSTEM, made.pk, outcome=outcome, reason=reason, on=today)
        self.ids.append(made.pk)
        return made.pk


def somebody(name: str) -> Look:
    """One of the people, at every door."""

    def look(world: World, command_line: CommandLine) -> Viewer:
        return person(world.actor(name), command_line)

    return look


def token_of(name: str, *scopes: str) -> Look:
    """A token narrower than its person."""

    def look(world: World, command_line: CommandLine) -> Viewer:
        actor = world.actor(name)
        api = caller(actor, *scopes) if scopes else without_scopes(actor)
        return Viewer(by_token(actor, *scopes), api=api)

    return look


def system(world: World, command_line: CommandLine) -> Viewer:
    """The one who installs, on the command line."""
    return Viewer(SYSTEM, command_line=command_line)


# who looks, how, of which sellers they see the deals, and whether also those that were shared
VIEWERS: dict[str, tuple[Look, tuple[str, ...], bool]] = {
    "owner": (somebody("alice"), ("alice", "bob"), False),
    "team mate": (somebody("bob"), ("alice", "bob"), False),
    "manager": (somebody("carol"), ("alice", "bob", "carol"), False),
    "sharee": (somebody("sam"), ("dan",), True),
    "stranger": (somebody("sue"), (), False),
    "reader of their own": (somebody("max"), (), False),
    "administrator": (somebody("ada"), SELLERS, False),
    "read-only": (somebody("rita"), ("alice", "bob", "carol"), False),
    "token that reads deals": (token_of("alice", "opportunity:read"), ("alice", "bob"), False),
    "token that writes deals": (token_of("carol", "opportunity:write"), ("alice", "bob", "carol"), False),
    "token for accounts": (token_of("alice", "account:read"), (), False),
    "token for all but accounts": (token_of("ada", "opportunity:read", "contact:read"), SELLERS, False),
    "token for nothing": (token_of("ada"), (), False),
    "system": (system, SELLERS, False),
}
# those of whom each differs from the others in its own way; the rest are their like
OF_EACH_KIND = {"owner", "team mate", "manager", "sharee", "stranger", "token for all but accounts"}
EVERYBODY = [name if name in OF_EACH_KIND else pytest.param(name, marks=pytest.mark.long) for name in VIEWERS]
CANNOT_TAKE_OUT = {"read-only", "reader of their own"}


def visible(world: World, name: str) -> set[int]:
    """The deals somebody sees, by the contract."""
    _, sellers, with_shared = VIEWERS[name]
    return set().union(*(world.owned[seller] for seller in sellers)) | (
        world.shared if with_shared else set()
    )


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_door_shows_the_same_deals(world: World, command_line: CommandLine, name: str) -> None:
    viewer = VIEWERS[name][0](world, command_line)
    expected = visible(world, name)
    assert differing(seen(viewer, world.deals), expected) == {}
    assert differing(taken_out(viewer), set() if name in CANNOT_TAKE_OUT else expected) == {}


@pytest.mark.parametrize("name", EVERYBODY)
def test_the_lists_of_customers_show_what_is_seen_of_them(
    world: World, command_line: CommandLine, name: str
) -> None:
    viewer, expected = VIEWERS[name][0](world, command_line), visible(world, name)
    deals = Opportunity.objects.filter(pk__in=expected)
    accounts, contacts = Account.objects.visible_to(viewer.actor), Contact.objects.visible_to(viewer.actor)
    for contact in Contact.objects.all():
        is_seen = contact in contacts
        bought = {deal.pk for deal in deals if deal.contact_id == contact.pk}
        assert differing(sold_to(viewer, "contact", contact.pk, is_visible=is_seen), bought) == {}
    for account in Account.objects.all():
        is_seen = account in accounts
        staff = {
            each.pk
            for each in (Contact.objects.all() if is_seen else contacts)
            if each.account_id == account.pk
        }
        bought = {deal.pk for deal in deals if deal.account_id == account.pk or deal.contact_id in staff}
        assert differing(sold_to(viewer, "account", account.pk, is_visible=is_seen), bought) == {}
