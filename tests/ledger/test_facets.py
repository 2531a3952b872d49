"""What an undo restores and keeps, on plain values."""

from opportune.ledger.facets import collapse, facet_of, plan_fields, touched_facets

FACETS = {"address": ("street", "city"), "money": ("currency", "value")}


def test_a_field_of_no_facet_is_one_by_itself() -> None:
    assert [facet_of(name, FACETS) for name in ("street", "value", "name")] == ["address", "money", "name"]
    assert touched_facets(["street", "city", "name"], FACETS) == {"address", "name"}


def test_several_steps_are_one() -> None:
    steps = [({"a": 1}, {"a": 2, "b": 1}), ({"a": 2, "c": 5}, {"a": 3, "c": 6}), ({"c": 6}, {"c": 5})]
    assert collapse(steps) == ({"a": 1, "b": None}, {"a": 3, "b": 1})


def test_fields_nobody_changed_since_go_back() -> None:
    plan = plan_fields({"name": "a", "city": "x"}, {"name": "b", "city": "y"}, (), FACETS)
    assert (plan.values, plan.restored, plan.kept) == ({"name": "a", "city": "x"}, ("address", "name"), ())


def test_a_facet_stays_whole_if_any_of_its_fields_changed_since() -> None:
    before, after = {"street": "1", "name": "a"}, {"street": "2", "name": "b"}
    plan = plan_fields(before, after, {"city"}, FACETS)
    assert (plan.values, plan.restored, plan.kept) == ({"name": "a"}, ("name",), ("address",))


def test_a_change_of_another_facet_is_no_matter() -> None:
    plan = plan_fields({"street": "1"}, {"street": "2"}, {"value", "name"}, FACETS)
    assert (plan.restored, plan.kept) == (("address",), ())
