"""The one filter of all lists: read from parameters, written back, and what it finds (domain.md §8)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportune.identity.actor import Actor, system_actor
from opportune.kernel.clock import FIRST_DAY, LAST_DAY
from opportune.kernel.errors import Invalid
from opportune.opportunities.filters import SORTS, STATUSES, OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import opportunities
from tests.deals import Trade, id_of

ANYBODY = Actor("person", 7, "Anybody", "web", person_id=7)

IDS = st.integers(min_value=0, max_value=10**17)
LETTERS = st.characters(codec="utf-8", exclude_characters="\x00")
WORDS = st.text(LETTERS, max_size=250).map(str.strip)
FILTERS = st.builds(
    OpportunityFilter,
    text=st.text(LETTERS, max_size=200).map(str.strip),
    status=st.sampled_from(["", *STATUSES]),
    owner_ids=st.lists(IDS, max_size=5).map(tuple),
    team_id=st.none() | IDS,
    process_id=st.none() | IDS,
    stage_id=st.none() | IDS,
    account_id=st.none() | IDS,
    contact_id=st.none() | IDS,
    campaign_id=st.none() | IDS,
    segment_id=st.none() | IDS,
    competitor_id=st.none() | IDS,
    member_ids=st.lists(IDS, max_size=5).map(tuple),
    on_hold=st.none() | st.booleans(),
    stale=st.none() | st.booleans(),
    source=WORDS,
    type=WORDS,
    rating=WORDS,
    priority=WORDS,
    payment_terms=WORDS,
    forecast_category=WORDS,
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
)
BEARABLE = st.dates(FIRST_DAY, LAST_DAY)
SPANS = st.lists(BEARABLE, min_size=2, max_size=2).map(sorted) | st.sampled_from([[None, None]])
HALVES = st.sampled_from([(True, True), (True, False), (False, True)])


@given(FILTERS, SPANS, HALVES)
def test_a_filter_is_its_parameters(
    wanted: OpportunityFilter, span: list[date | None], halves: tuple[bool, bool]
) -> None:
    first, last = (day if asked else None for day, asked in zip(span, halves, strict=True))
    wanted = replace(wanted, close_from=first, close_to=last)
    assert OpportunityFilter.read(wanted.parameters(), ANYBODY) == wanted


@pytest.mark.parametrize("name", ["close_from", "close_to"])
def test_a_filter_asks_for_a_year_of_two_digits_in_full(name: str) -> None:
    with pytest.raises(Invalid) as invalid:
        OpportunityFilter.read({name: "0024-03-01"}, ANYBODY)
    assert str(invalid.value.fields[name]) == (
        "This date is too far away. Write the year in full, such as 2024."
    )
    assert OpportunityFilter.read({name: "2024-03-01"}, ANYBODY).parameters()[name] == "2024-03-01"


@given(st.dictionaries(st.sampled_from(OpportunityFilter.PARAMETERS), st.text()))
def test_whatever_is_given_is_read_or_refused_by_name(given: dict[str, str]) -> None:
    wrong: set[str] = set()
    try:
        wanted = OpportunityFilter.read(given, ANYBODY)
    except Invalid as invalid:
        wrong = set(invalid.fields)
        wanted = OpportunityFilter.read({n: v for n, v in given.items() if n not in wrong}, ANYBODY)
    assert wrong <= set(given)
    assert OpportunityFilter.read(wanted.parameters(), ANYBODY) == wanted


def test_a_long_text_is_cut_to_what_is_read_back() -> None:
    wanted = OpportunityFilter.read({"text": "x" * 199 + " yz"}, ANYBODY)
    assert wanted.text == "x" * 199
    assert OpportunityFilter.read(wanted.parameters(), ANYBODY) == wanted


def test_nothing_asked_for_is_no_parameter() -> None:
    assert OpportunityFilter().parameters() == {}
    assert OpportunityFilter.read({"text": " ", "status": ""}, ANYBODY) == OpportunityFilter()


def test_me_is_who_asks() -> None:
    assert OpportunityFilter.read({"owner": "me, 3"}, ANYBODY).owner_ids == (7, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("colour", "red"),
        ("sort", "price"),
        ("sort", "--value"),
        ("status", "maybe"),
        ("owner", "Alice"),
        ("owner", ",".join(["1"] * 201)),
        ("stage", "-1"),
        ("stage", "1" * 19),
        ("process", "١"),
        ("close_from", "31/12/2026"),
        ("close_to", "2026-02-30"),
        ("close_to", "20260101"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Invalid) as invalid:
        OpportunityFilter.read({name: value}, ANYBODY)
    assert set(invalid.value.fields) == {name}


def test_days_in_the_wrong_order_are_refused_and_both_are_named() -> None:
    with pytest.raises(Invalid) as invalid:
        OpportunityFilter.read({"close_from": "2026-02-01", "close_to": "2026-01-31"}, ANYBODY)
    assert str(invalid.value.fields["close_to"]) == (
        "“Closes until” (31 January 2026) lies before “Closes from” (1 February 2026)."
        " Swap the two days, or leave one out."
    )


def test_a_program_without_a_person_is_not_me() -> None:
    with pytest.raises(Invalid):
        OpportunityFilter.read({"owner": "me"}, system_actor("tests"))


def found(trade: Trade, **parameters: Any) -> set[str]:
    """The subjects of the deals Ada finds, who sees everything."""
    given = {name: str(value) for name, value in parameters.items()}
    wanted = OpportunityFilter.read(given, trade.company.ada)
    return {row.subject for row in opportunities(trade.company.ada, wanted).rows}


@pytest.fixture
def market(trade: Trade) -> dict[str, Opportunity]:
    """Deals that differ, by their subject."""
    company = trade.company
    elsewhere = company.account("Éole", owner=company.dan)
    employee = company.contact("Durand", first_name="Zoé", account_id=trade.account.pk)
    made = {
        "Pumps": trade.deal("Pumps", source="web", estimated_close_on="2026-03-01"),
        "Valves": trade.deal("Valves", type="new", contact_id=employee.pk, estimated_close_on="2026-04-01"),
        "Mills": trade.deal("Mills", owner=company.dan, account_id=elsewhere.pk, stage_id=None),
        "Tanks": trade.deal("Tanks", forecast_category="committed"),
        "Pipes": trade.deal("Pipes", estimated_value=1),
    }
    trade.won(made["Tanks"])
    trade.lost(made["Pipes"])
    return made


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
def test_by_status(trade: Trade) -> None:
    assert found(trade, status="open") == {"Pumps", "Valves", "Mills"}
    assert found(trade, status="closed") == {"Tanks", "Pipes"}
    assert found(trade, status="not_started") == {"Mills"}
    assert found(trade, status="won") == {"Tanks"}


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
def test_by_owner_and_team(trade: Trade) -> None:
    dan = id_of(trade.company.dan)
    assert found(trade, owner=dan) == found(trade, team=trade.company.farmers.pk) == {"Mills"}
    assert len(found(trade, owner=f"{dan},{id_of(trade.alice)}")) == 5
    assert found(trade, owner="me") == set()


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
def test_by_process_and_stage(trade: Trade) -> None:
    assert len(found(trade, process=trade.sales.id)) == 5
    assert found(trade, process=trade.sales.id, stage=trade.sales.stages[1].id) == set()
    assert "Mills" not in found(trade, stage=trade.sales.stages[0].id)


@pytest.mark.django_db
def test_an_accounts_deals_are_its_own_and_its_contacts(trade: Trade, market: dict[str, Opportunity]) -> None:
    """B-006."""
    assert found(trade, account=trade.account.pk) == {"Pumps", "Valves", "Tanks", "Pipes"}
    assert found(trade, contact=market["Valves"].contact_id) == {"Valves"}


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
def test_by_source_type_and_category(trade: Trade) -> None:
    assert found(trade, source="web") == {"Pumps"}
    assert found(trade, type="new") == {"Valves"}
    trade.deal("Taps", forecast_category="committed")
    assert found(trade, forecast_category="committed") == {"Taps"}
    assert found(trade, forecast_category="won") == {"Tanks"}, "a closed one counts by how it ended"


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
def test_by_estimated_close(trade: Trade) -> None:
    assert found(trade, close_from="2026-03-01", close_to="2026-03-31") == {"Pumps"}
    assert found(trade, close_from=date(2026, 3, 2)) == {"Valves"}
    assert found(trade, close_to=date(2026, 4, 1)) == {"Pumps", "Valves"}


@pytest.mark.django_db
def test_by_words_of_subject_number_and_customer(trade: Trade, market: dict[str, Opportunity]) -> None:
    assert found(trade, text="PUMPS") == {"Pumps"}
    assert found(trade, text="eole") == {"Mills"}
    assert found(trade, text="zoe dur") == {"Valves"}
    assert found(trade, text=market["Mills"].number.lower()) == {"Mills"}
    assert found(trade, text="northwind pipe") == {"Pipes"}
    assert found(trade, text="pumps mills") == set()


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "%s"])
def test_signs_of_a_query_are_letters_like_others(trade: Trade, text: str) -> None:
    assert found(trade, text=text) == set()
    trade.deal(f"Odd {text} one")
    assert len(found(trade, text=f"odd {text}")) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
def test_what_no_database_can_hold_is_not_looked_for(trade: Trade) -> None:
    assert found(trade, text="pu\x00mps") == {"Pumps"}
    assert found(trade, source="we\x00b") == {"Pumps"}


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
def test_filters_narrow_one_another(trade: Trade) -> None:
    assert found(trade, status="open", source="web", owner=id_of(trade.alice)) == {"Pumps"}
    assert found(trade, status="won", source="web") == set()
