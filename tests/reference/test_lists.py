"""Editing lists of choices: adding, renaming, ordering, retiring, taking away, and taking that back."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.campaigns import list_reactions as of_campaigns
from opportune.customers import list_reactions as of_customers
from opportune.customers.models.connection import CATEGORIES
from opportune.customers.roles import list_of
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.lasting import new_edition
from opportune.ledger.models import Change
from opportune.ledger.undo import undo
from opportune.opportunities import actions as deals
from opportune.opportunities import list_reactions as of_deals
from opportune.opportunities.models import Opportunity
from opportune.reference import defaults
from opportune.reference.actions import (
    add_choice,
    install_reference,
    move_choice,
    offer_choice,
    remove_choice,
    rename_choice,
)
from opportune.reference.lists import LISTS
from opportune.reference.queries import choices, every_choice_of, used_choices
from tests.deals import SYSTEM, Trade, last_change_set

pytestmark = pytest.mark.django_db


def codes(key: str) -> list[str]:
    """The codes a list offers, in order."""
    return [choice.code for choice in choices(key)]


def sources(trade: Trade, *given: str) -> list[Opportunity]:
    """Deals with these sources."""
    return [trade.deal(source=source) for source in given]


def kept(made: list[Opportunity]) -> list[str]:
    """The sources of deals as stored."""
    by_id = dict(Opportunity.objects.filter(pk__in=[each.pk for each in made]).values_list("pk", "source"))
    return [by_id[each.pk] for each in made]


def _creation_of(deal: Opportunity) -> int:
    return Change.objects.get(kind="opportunity", record_id=deal.pk, version=1).change_set_id


def refusal(command: Any, *args: Any, **given: Any) -> str:
    """The code a command is refused with."""
    with pytest.raises(Refused) as refused:
        command(*args, **given)
    return refused.value.code


def test_every_list_that_ships_is_declared_and_drawn_on() -> None:
    assert set(LISTS) == set(defaults.LISTS)
    roles = {list_of(category) for category in CATEGORIES}
    assert set(LISTS) == set(of_customers.DRAWN) | set(of_deals.DRAWN) | set(of_campaigns.DRAWN) | roles
    for wanted in LISTS.values():
        assert wanted.default == "" or wanted.default in {item[0] for item in defaults.LISTS[wanted.key]}


def test_a_choice_is_added_at_the_end_with_a_code_of_its_name(trade: Trade) -> None:
    ada = trade.company.ada
    made = add_choice(ada, "source", name_en=" Bouche à oreille ", name_fr="")
    assert (made.code, made.name_en, made.name_fr) == (
        "bouche_a_oreille",
        "Bouche à oreille",
        "Bouche à oreille",
    )
    assert codes("source")[-1] == "bouche_a_oreille"
    assert trade.deal(source="bouche_a_oreille").source == "bouche_a_oreille"


def test_letters_without_code_get_one(trade: Trade) -> None:
    made = [add_choice(SYSTEM, "source", name_en=name).code for name in ("!!!", "???", "展示会")]
    assert made == ["choice", "choice2", "choice3"]


@pytest.mark.parametrize("name", ["other", "OTHER", "Ôthér", "autre", "  Other "])
def test_a_name_is_not_given_twice_in_either_language(trade: Trade, name: str) -> None:
    with pytest.raises(Invalid) as invalid:
        add_choice(SYSTEM, "source", name_en=name, name_fr="Divers")
    assert set(invalid.value.fields) == {"name_en"}
    with pytest.raises(Invalid) as invalid:
        rename_choice(SYSTEM, "source", "web", name_en="Miscellaneous", name_fr=name)
    assert set(invalid.value.fields) == {"name_fr"}
    assert add_choice(SYSTEM, "type", name_en=name).list_key == "type"


@pytest.mark.parametrize(
    ("name", "code"), [("", ""), ("  ", ""), ("x" * 101, ""), ("X", "web"), ("X", "y" * 41)]
)
def test_a_choice_has_a_name_and_a_code_of_its_own(trade: Trade, name: str, code: str) -> None:
    with pytest.raises(Invalid):
        add_choice(SYSTEM, "source", name_en=name, code=code)


def test_only_who_customises_edits_lists(trade: Trade) -> None:
    carol = trade.company.carol
    for command in (
        lambda: add_choice(carol, "source", name_en="Fair"),
        lambda: rename_choice(carol, "source", "web", name_en="Website"),
        lambda: move_choice(carol, "source", "web", position=0),
        lambda: offer_choice(carol, "source", "web", is_active=False),
        lambda: remove_choice(carol, "source", "web", replacement=""),
        lambda: used_choices(carol, "source"),
    ):
        with pytest.raises(NotPermitted):
            command()
    assert not Change.objects.filter(kind="list_item", operation="update").exists()


def test_there_is_no_other_list_and_no_other_choice(trade: Trade) -> None:
    with pytest.raises(NotFound):
        add_choice(SYSTEM, "nonsense", name_en="X")
    with pytest.raises(NotFound):
        rename_choice(SYSTEM, "source", "nonsense", name_en="X")


def test_a_choice_is_put_at_a_place(trade: Trade) -> None:
    assert codes("rating") == ["hot", "warm", "cold"]
    change_set = last_change_set(move_choice, SYSTEM, "rating", "cold", position=0)
    assert codes("rating") == ["cold", "hot", "warm"]
    undo(SYSTEM, change_set)
    assert codes("rating") == ["hot", "warm", "cold"]
    move_choice(SYSTEM, "rating", "hot", position=99)
    assert codes("rating") == ["warm", "cold", "hot"]
    move_choice(SYSTEM, "rating", "hot", position=-5)
    assert codes("rating")[0] == "hot"


def test_a_retired_choice_is_kept_by_its_records_and_given_to_no_other(trade: Trade) -> None:
    [deal] = sources(trade, "web")
    change_set = last_change_set(offer_choice, SYSTEM, "source", "web", is_active=False)
    assert kept([deal]) == ["web"]
    assert "web" not in codes("source")
    assert "web" in {choice.code for choice in every_choice_of(["source"])["source"]}
    with pytest.raises(Invalid):
        trade.deal(source="web")
    undo(SYSTEM, change_set)
    assert trade.deal(source="web").source == "web"


def test_an_unused_choice_simply_goes(trade: Trade) -> None:
    remove_choice(SYSTEM, "source", "web")
    assert "web" not in codes("source")
    install_reference(SYSTEM)
    assert "web" not in codes("source")


def test_a_used_choice_asks_what_its_records_get(trade: Trade) -> None:
    sources(trade, "web", "web", "other")
    with pytest.raises(Refused) as refused:
        remove_choice(SYSTEM, "source", "web")
    assert (refused.value.code, refused.value.data["uses"]) == ("choice_used", 2)
    assert "2 records" in str(refused.value.message)
    assert "web" in codes("source")


def test_its_records_get_the_replacement_closed_ones_too_in_one_change_set(trade: Trade) -> None:
    made = sources(trade, "web", "web", "other")
    trade.won(made[1])
    versions = dict(Opportunity.objects.values_list("pk", "version"))
    change_set = last_change_set(remove_choice, SYSTEM, "source", "web", replacement="partner")
    assert kept(made) == ["partner", "partner", "other"]
    changed = Change.objects.filter(change_set=change_set, kind="opportunity")
    assert {(change.record_id, change.version) for change in changed} == {
        (each.pk, versions[each.pk] + 1) for each in made[:2]
    }
    assert {(change.before["source"], change.after["source"]) for change in changed} == {("web", "partner")}
    assert Opportunity.objects.get(pk=made[0].pk).version == versions[made[0].pk] + 1


def test_its_records_are_left_blank_when_that_is_said(trade: Trade) -> None:
    made = sources(trade, "web", "other")
    remove_choice(SYSTEM, "source", "web", replacement="")
    assert kept(made) == ["", "other"]


@pytest.mark.parametrize("replacement", ["web", "nonsense", "seminar"])
def test_the_replacement_is_another_choice_on_offer(trade: Trade, replacement: str) -> None:
    offer_choice(SYSTEM, "source", "seminar", is_active=False)
    sources(trade, "web")
    with pytest.raises(Invalid) as invalid:
        remove_choice(SYSTEM, "source", "web", replacement=replacement)
    assert set(invalid.value.fields) == {"replacement"}


def test_taking_a_choice_away_is_undone_with_all_that_followed(trade: Trade) -> None:
    made = sources(trade, "web", "web", "other")
    trade.lost(made[1])
    change_set = last_change_set(remove_choice, SYSTEM, "source", "web", replacement="other")
    deals.edit(trade.alice, made[0].pk, {"source": "partner"})
    undone = undo(trade.company.ada, change_set)
    assert "web" in codes("source")
    assert kept(made) == ["partner", "web", "other"]
    assert [facet for _, facet in undone.kept] == ["source"]


def test_a_salesperson_does_not_undo_what_an_administrator_settled(trade: Trade) -> None:
    [deal] = sources(trade, "web")
    change_set = last_change_set(remove_choice, SYSTEM, "source", "web", replacement="other")
    with pytest.raises(NotPermitted):
        undo(trade.alice, change_set)
    assert kept([deal]) == ["other"]


def test_a_choice_does_not_come_back_under_a_name_that_was_given_anew(trade: Trade) -> None:
    change_set = last_change_set(remove_choice, SYSTEM, "source", "web")
    add_choice(SYSTEM, "source", name_en="WEB", code="internet")
    assert refusal(undo, SYSTEM, change_set) == "taken"


def test_an_addition_is_undone_unless_it_is_used(trade: Trade) -> None:
    unused = last_change_set(add_choice, SYSTEM, "source", name_en="Fair")
    undo(SYSTEM, unused)
    assert "fair" not in codes("source")
    used = last_change_set(add_choice, SYSTEM, "source", name_en="Fair")
    sources(trade, "fair")
    assert refusal(undo, SYSTEM, used) == "nothing_to_undo"


def test_names_are_undone_together(trade: Trade) -> None:
    change_set = last_change_set(rename_choice, SYSTEM, "source", "web", name_en="Website", name_fr="Toile")
    undo(SYSTEM, change_set)
    assert [(one.name_en, one.name_fr) for one in choices("source") if one.code == "web"] == [
        ("Web", "Site web")
    ]


def test_a_list_that_rules_read_is_renamed_and_ordered_only(trade: Trade) -> None:
    assert refusal(add_choice, SYSTEM, "forecast_category", name_en="Dream") == "fixed_list"
    assert refusal(remove_choice, SYSTEM, "forecast_category", "omitted", replacement="") == "fixed_list"
    assert refusal(offer_choice, SYSTEM, "forecast_category", "omitted", is_active=False) == "fixed_list"
    assert rename_choice(SYSTEM, "forecast_category", "omitted", name_en="Left out").name_en == "Left out"


def test_the_choice_that_new_records_begin_with_stays(trade: Trade) -> None:
    assert refusal(remove_choice, SYSTEM, "rating", "warm", replacement="hot") == "default_choice"
    assert refusal(offer_choice, SYSTEM, "priority", "normal", is_active=False) == "default_choice"


def test_a_list_may_be_emptied(trade: Trade) -> None:
    for code in codes("source"):
        remove_choice(SYSTEM, "source", code)
    assert codes("source") == []
    assert trade.deal().source == ""


def test_the_uses_of_each_choice_are_counted_without_the_bin(trade: Trade) -> None:
    made = sources(trade, "web", "web", "other")
    undo(trade.alice, _creation_of(made[0]))
    uses = {used.choice.code: used.uses for used in used_choices(SYSTEM, "source")}
    assert (uses["web"], uses["other"], uses["partner"]) == (1, 1, 0)


def test_taking_a_choice_away_makes_as_many_queries_for_many_records(trade: Trade) -> None:
    def queries(count: int, code: str) -> int:
        sources(trade, *[code] * count)
        with CaptureQueriesContext(connection) as captured:
            remove_choice(SYSTEM, "source", code, replacement="other")
        return len(captured)

    new_edition()
    assert queries(2, "web") == queries(20, "seminar")
