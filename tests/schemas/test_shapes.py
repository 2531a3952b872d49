"""What shapes are made of."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from opportune.customers import values as customer_values
from opportune.opportunities import values as opportunity_values
from opportune.opportunities.queries import OpportunityRow
from opportune.schemas.account import AccountFields
from opportune.schemas.contact import ContactFields
from opportune.schemas.opportunity import OpportunityListed
from opportune.schemas.opportunity_commands import OpportunityFields
from opportune.schemas.shapes import Day, Exact, Given, Id, Name, Number, Shown, Text, Whole


class Out(Shown):
    amount: Exact | None


class In(Given):
    amount: Number | None = None
    day: Day | None = None
    record: Id | None = None
    name: Name | None = None
    text: Text | None = None
    whole: Whole | None = None


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("0"), "0.0000"),
        (Decimal("1E+3"), "1000.0000"),
        (Decimal("-12.3456"), "-12.3456"),
        (Decimal("999999999999.9999"), "999999999999.9999"),
    ],
)
def test_amounts_go_out_as_text_with_four_decimals(amount: Decimal, text: str) -> None:
    assert Out(amount=amount).model_dump_json() == f'{{"amount":"{text}"}}'


def test_nothing_goes_out_as_nothing() -> None:
    assert Out(amount=None).model_dump_json() == '{"amount":null}'


def test_what_comes_in_is_read_exactly() -> None:
    given = In.model_validate(
        {"amount": "0.1", "day": "2026-12-31", "record": 7, "name": "sales", "text": "Zoé", "whole": "3"}
    )
    assert given.given() == {
        "amount": Decimal("0.1"),
        "day": date(2026, 12, 31),
        "record": 7,
        "name": "sales",
        "text": "Zoé",
        "whole": 3,
    }
    assert In.model_validate({"name": "12"}).name == 12
    assert In.model_validate({"day": None}).given() == {"day": None}
    assert In.model_validate({"day": "2026-12-31", "record": 1}).given("record") == {
        "day": date(2026, 12, 31)
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", True),
        ("amount", "NaN"),
        ("amount", "Infinity"),
        ("day", "20261231"),
        ("day", "2026-02-30"),
        ("day", 1),
        ("day", datetime(2026, 12, 31, tzinfo=UTC)),
        ("record", 0),
        ("record", -1),
        ("record", 2**63),
        ("record", True),
        ("record", 1.5),
        ("name", True),
        ("text", 7),
        ("text", "a\0b"),
        ("text", "\udc00"),
        ("whole", False),
        ("unknown", 1),
    ],
)
def test_what_does_not_fit_does_not_come_in(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        In.model_validate({field: value})
    assert {fault["loc"][0] for fault in refusal.value.errors()} == {field}


def test_every_field_that_may_be_typed_has_its_shape() -> None:
    assert {*OpportunityFields.model_fields, "subject"} == set(opportunity_values.CHECKS)
    assert {*AccountFields.model_fields, "name"} == set(customer_values.ACCOUNT)
    assert {*ContactFields.model_fields, "last_name"} == set(customer_values.CONTACT)


def test_every_column_of_the_list_is_shown() -> None:
    assert set(OpportunityRow.__dataclass_fields__) <= set(OpportunityListed.model_fields)
