"""Every door agrees about which deals there are, whatever rights, shares and owners there are (domain.md §7)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from opportune.identity.actions import create_user
from opportune.identity.actor import Actor, actor_for
from opportune.identity.models import Grant, Role, User
from opportune.identity.permissions import Depth
from opportune.kernel import clock
from opportune.opportunities import actions
from tests.deals import SYSTEM, Trade, id_of
from tests.doors.callers import MARK, CommandLine
from tests.people import Company, again
from tests.properties.profiles import few, forgotten
from tests.visibility.doors import Deals, differing, person, seen, taken_out

pytestmark = pytest.mark.django_db

SELLERS = ("alice", "bob", "carol", "dan")
TEAMS = {"hunters": {"alice", "bob"}, "farmers": {"dan"}}
UNITS = {"sales": {"alice", "bob", "carol"}, "elsewhere": {"dan"}}
DEPTHS = st.sampled_from([Depth.TEAM, Depth.UNIT, Depth.OWN, Depth.ORGANISATION, Depth.NONE])


@dataclass(frozen=True, slots=True)
class Ware:
    """A deal: whose it is, how it stands, with whom it is shared."""

    owner: str
    stands: str
    shared: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom one looks as: how far reading and taking out reach, for deals and for customers; where they sit."""

    read: Depth
    export: Depth
    customers: Depth
    teams: frozenset[str]
    unit: str | None
    owns: frozenset[int]


WARES = st.builds(
    Ware,
    owner=st.sampled_from(SELLERS),
    stands=st.sampled_from(["not begun", "open", "won", "lost"]),
    shared=st.frozensets(st.sampled_from(["reader", "hunters", "farmers", "bob"]), max_size=2),
)
READERS = st.builds(
    Reader,
    read=DEPTHS,
    export=DEPTHS,
    customers=DEPTHS,
    teams=st.frozensets(st.sampled_from(sorted(TEAMS))),
    unit=st.none() | st.sampled_from(sorted(UNITS)),
    owns=st.frozensets(st.integers(0, 5), max_size=2),
)


def hired(company: Company, reader: Reader) -> Actor:
    """Somebody with just these rights."""
    role = Role.objects.create(key="drawn", name_en="Drawn", name_fr="Tirage")
    depths = {("opportunity", "read"): reader.read, ("opportunity", "export"): reader.export}
    depths |= {(kind, "read"): reader.customers for kind in ("account", "contact")}
    Grant.objects.bulk_create(
        [Grant(role=role, record_kind=kind, verb=verb, depth=depth) for (kind, verb), depth in depths.items()]
    )
    user = create_user(
        SYSTEM,
        email="reader@example.com",
        name="Reader",
        roles=["drawn"],
        unit_id=getattr(company, reader.unit).pk if reader.unit else None,
        team_ids=[getattr(company, team).pk for team in sorted(reader.teams)],
    )
    return actor_for(user, "web")


def made(trade: Trade, number: int, ware: Ware, owner_id: int) -> int:
    """A deal worth two to its number."""
    where: dict[str, Any] = {"stage_id": None} if ware.stands == "not begun" else {}
    fields = {
        "subject": f"{MARK} {number}",
        "owner_id": owner_id,
        "account_id": trade.account.pk,
        "estimated_value": Decimal(2) ** number,
    }
    deal = actions.create(SYSTEM, fields, **where)
    if ware.stands in ("won", "lost"):
        reason = "PRICE_W" if ware.stands == "won" else "PRICE_L"
        actions.close(SYSTEM, deal.pk, outcome=ware.stands, reason=reason, on=clock.today("Europe/Paris"))
    return deal.pk


def reaches(depth: Depth, reader: Reader, ware: Ware, *, is_own: bool) -> bool:
    """Whether a depth reaches a deal, as domain.md §7 has it."""
    if depth in (Depth.NONE, Depth.ORGANISATION):
        return depth == Depth.ORGANISATION
    if is_own or "reader" in ware.shared or ware.shared & reader.teams:
        return True
    if depth >= Depth.TEAM and any(ware.owner in TEAMS[team] for team in reader.teams):
        return True
    return depth >= Depth.UNIT and reader.unit is not None and ware.owner in UNITS[reader.unit]


@few(12)
@given(reader=READERS, wares=st.lists(WARES, min_size=3, max_size=6))
def test_every_door_agrees_for_any_rights_shares_and_owners(
    trade: Trade, command_line: CommandLine, reader: Reader, wares: list[Ware]
) -> None:
    with forgotten():
        company = trade.company
        actor = hired(company, reader)
        ids = []
        for number, ware in enumerate(wares):
            owner = actor if number in reader.owns else getattr(company, ware.owner)
            ids.append(made(trade, number, ware, id_of(owner)))
            for whom in sorted(ware.shared):
                if whom in TEAMS:
                    actions.share_deal(SYSTEM, ids[-1], team_id=getattr(company, whom).pk)
                else:
                    to = actor if whom == "reader" else company.bob
                    actions.share_deal(SYSTEM, ids[-1], user_id=id_of(to))
        reached: dict[Depth, set[int]] = {
            depth: {
                pk
                for number, (pk, ware) in enumerate(zip(ids, wares, strict=True))
                if reaches(depth, reader, ware, is_own=number in reader.owns)
            }
            for depth in Depth
        }
        visible = reached[reader.read]
        event(f"{reader.read.name}: {len(visible)} of {len(ids)}")
        viewer = person(again(actor), command_line)
        assert differing(seen(viewer, Deals(tuple(ids))), visible) == {}
        assert differing(taken_out(viewer), visible & reached[reader.export]) == {}


@few(12)
@given(reader=READERS, wares=st.lists(WARES, min_size=2, max_size=4), moved=st.sampled_from(SELLERS))
def test_every_door_follows_at_once_when_somebody_changes_sides(
    trade: Trade, command_line: CommandLine, reader: Reader, wares: list[Ware], moved: str
) -> None:
    """A seller leaves for the other unit and no team; the same reader looks again."""
    with forgotten():
        company = trade.company
        viewer = person(hired(company, reader), command_line)
        plain = [Ware(ware.owner, ware.stands, frozenset()) for ware in wares]
        owners = [id_of(getattr(company, ware.owner)) for ware in plain]
        ids = [made(trade, n, ware, owners[n]) for n, ware in enumerate(plain)]
        before = {
            pk
            for pk, ware in zip(ids, plain, strict=True)
            if reaches(reader.read, reader, ware, is_own=False)
        }
        assert differing(seen(viewer, Deals(tuple(ids))), before) == {}
        user = User.objects.get(pk=id_of(getattr(company, moved)))
        user.memberships.all().delete()
        other = "elsewhere" if moved in UNITS["sales"] else "sales"
        User.objects.filter(pk=user.pk).update(unit=getattr(company, other))
        stays = reader.read == Depth.ORGANISATION
        comes = reader.read >= Depth.UNIT and reader.unit == other
        after = {
            pk
            for pk, ware in zip(ids, plain, strict=True)
            if (stays or comes if ware.owner == moved else pk in before)
        }
        assert differing(seen(viewer, Deals(tuple(ids))), after) == {}
