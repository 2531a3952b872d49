"""Processes: what ships, what an administrator adds, and what is refused (domain.md §3.1, §3.6)."""

from decimal import Decimal
from typing import Any

import pytest

from opportune.kernel.errors import Invalid, NotFound, NotPermitted
from opportune.ledger.lasting import new_edition
from opportune.process.actions import StageInput, add_step, create_process, install_processes, require_step
from opportune.process.models import Process, Step
from opportune.process.queries import process_by_id, process_by_key, processes
from tests.deals import SYSTEM, Trade, process_with, stage

pytestmark = pytest.mark.django_db


def wrong(**given: Any) -> set[str]:
    """The fields that making a process finds fault with."""
    names = {"key": "short", "name_en": "Short", "name_fr": "Court"}
    with pytest.raises(Invalid) as invalid:
        create_process(SYSTEM, **{**names, **given})
    return set(invalid.value.fields)


def wrong_step(process_stage: int, **given: Any) -> set[str]:
    """The fields that making a step finds fault with."""
    names = {"what": "tick", "name_en": "Call", "name_fr": "Appeler"}
    with pytest.raises(Invalid) as invalid:
        add_step(SYSTEM, process_stage, **{**names, **given})
    return set(invalid.value.fields)


def test_processes_ship_with_their_stages_and_steps() -> None:
    install_processes(SYSTEM)
    sales, contact_manager, *_ = processes()
    assert [one.name("fr") for one in sales.stages] == [
        "Qualification",
        "Développement",
        "Proposition",
        "Conclusion",
    ]
    assert [one.chance for one in sales.stages] == [20, 45, 65, 85]
    assert [one.completed for one in sales.stages] == [10, 40, 70, 90]
    assert [len(one.steps) for one in sales.stages] == [6, 4, 4, 5]
    assert not any(step.is_required for one in sales.stages for step in one.steps)
    assert not any(one.allow_skip or one.quote_required for one in sales.stages)
    assert all(one.allow_skip for one in contact_manager.stages)
    assert {step.what for one in contact_manager.stages for step in one.steps} == {"task"}
    assert sales.default_stage == sales.stages[0]


@pytest.mark.parametrize(
    ("key", "method", "completed", "chances", "quotes", "skips"),
    [
        ("existing", "completed", [2, 50, 80, 95], [10, 40, 80, 100], "  qq", "ss  "),
        ("new", "stage", [2, 5, 40, 60, 95], [10, 20, 50, 75, 100], "  qqq", "  s  "),
        (
            "firstlarge",
            "multiply",
            [2, 5, 20, 40, 50, 80, 95],
            [10, 20, 30, 40, 60, 80, 100],
            "    qqq",
            "s   ss ",
        ),
    ],
)
def test_the_templates_of_business_central_ship(
    key: str, method: str, completed: list[int], chances: list[int], quotes: str, skips: str
) -> None:
    install_processes(SYSTEM)
    shipped = process_by_key(key)
    assert (shipped.method, shipped.estimates_required, shipped.default_stage) == (method, True, None)
    assert [one.completed for one in shipped.stages] == completed
    assert [one.chance for one in shipped.stages] == chances
    assert "".join("q" if one.quote_required else " " for one in shipped.stages) == quotes
    assert "".join("s" if one.allow_skip else " " for one in shipped.stages) == skips


def test_the_tasks_of_contact_manager_have_their_delays() -> None:
    install_processes(SYSTEM)
    delays = [[step.delay_days for step in one.steps] for one in process_by_key("contact_manager").stages]
    assert delays == [[2, 3], [2, 3], [5, 5], [7, 10], [3, 5, 10], [5, 10, 15]]


def test_installing_again_adds_nothing() -> None:
    install_processes(SYSTEM)
    install_processes(SYSTEM)
    assert (Process.objects.count(), Step.objects.count()) == (5, 33)


def test_stages_keep_their_order() -> None:
    made = process_with(stage("c"), stage("a"), stage("b"))
    assert [(one.key, one.order) for one in made.stages] == [("c", 0), ("a", 1), ("b", 2)]


def test_chances_have_two_decimals() -> None:
    made = process_with(stage("a", "16.555", "33.333"))
    assert (made.stages[0].chance, made.stages[0].completed) == (Decimal("16.56"), Decimal("33.33"))


def test_a_stage_may_have_no_chance() -> None:
    assert process_with(stage("a", None)).stages[0].chance is None


@pytest.mark.parametrize("value", [-1, "100.01"])
def test_chances_are_percentages(value: Any) -> None:
    assert wrong(stages=[stage("a", value)]) == {"chance"}
    assert wrong(stages=[stage("a", 1, value)]) == {"completed"}


def test_a_process_has_at_most_one_default_stage() -> None:
    assert wrong(stages=[stage("a", is_default=True), stage("b", is_default=True)]) == {"stages"}
    assert process_with(stage("a"), stage("b", is_default=True)).default_stage is not None


def test_a_process_without_a_default_stage_has_none() -> None:
    assert process_with(stage("a"), stage("b")).default_stage is None


def test_two_stages_have_two_keys() -> None:
    assert wrong(stages=[stage("a"), stage("a")]) == {"stages"}


def test_a_process_has_a_key_of_its_own() -> None:
    process_with(stage("a"), key="short")
    assert wrong(key="short") == {"key"}


@pytest.mark.parametrize("field", ["name_en", "name_fr"])
def test_a_process_has_names(field: str) -> None:
    assert wrong(**{field: " "}) == {field}


def test_a_key_is_made_from_the_name_when_none_is_given() -> None:
    names = [
        create_process(SYSTEM, name_en=name, name_fr="Nouveau").key for name in ("Été & co.", "Été, co", "42")
    ]
    assert names == ["ete_co", "ete_co_2", "process_42"]


@pytest.mark.parametrize("key", ["a/b", "42", "x" * 31])
def test_a_key_can_stand_in_an_address(key: str) -> None:
    assert wrong(key=key) == {"key"}


def test_stages_have_names_of_their_own() -> None:
    assert wrong(stages=[stage("a"), StageInput("b", "Á", "Autre")]) == {"name_en"}


def test_a_key_and_names_fit_their_columns() -> None:
    assert wrong(key="x" * 31, name_en="x" * 101, name_fr="x" * 101) == {"key", "name_en", "name_fr"}
    made = process_with(stage("a"), key="x" * 30)
    assert made.key == "x" * 30
    assert wrong(stages=[stage("x" * 31)]) == {"key"}


def test_blanks_around_a_key_or_a_name_do_not_count() -> None:
    made = create_process(SYSTEM, key=" short ", name_en=" Short ", name_fr=" Court ", stages=[stage(" a ")])
    assert (made.key, made.name_en, made.name_fr) == ("short", "Short", "Court")
    assert process_by_id(made.pk).stages[0].key == "a"
    assert wrong(key="short ") == {"key"}
    assert wrong(key="other", stages=[stage("a"), stage("a ")]) == {"stages"}


@pytest.mark.parametrize("days", [-1, 3651, 10**6])
def test_a_stage_is_expected_to_take_a_number_of_days_that_can_be_kept(days: int) -> None:
    assert wrong(stages=[stage("a", expected_days=days)]) == {"expected_days"}
    assert process_with(stage("a", expected_days=3650)).stages[0].expected_days == 3650


def test_a_process_has_a_method_that_exists() -> None:
    assert wrong(method="guess") == {"method"}


def test_only_who_customises_makes_processes(trade: Trade) -> None:
    for actor in (trade.alice, trade.company.carol):
        with pytest.raises(NotPermitted):
            create_process(actor, key="mine", name_en="Mine", name_fr="Le mien")
    assert create_process(trade.company.ada, key="ours", name_en="Ours", name_fr="Le nôtre").key == "ours"


def test_a_step_is_added_at_the_end_of_its_stage(trade: Trade) -> None:
    before = trade.sales.stages[0].steps
    made = add_step(SYSTEM, trade.sales.stages[0].id, what="tick", name_en="Call", name_fr="Appeler")
    after = process_by_key("sales").stages[0].steps
    assert [step.id for step in after] == [*(step.id for step in before), made.pk]


def test_a_step_is_of_one_of_three_kinds(trade: Trade) -> None:
    assert wrong_step(trade.sales.stages[0].id, what="wish") == {"what"}


def test_a_field_step_names_its_field(trade: Trade) -> None:
    assert wrong_step(trade.sales.stages[0].id, what="field") == {"field"}
    made = add_step(SYSTEM, trade.sales.stages[0].id, what="field", name_en="B", name_fr="B", field="budget")
    assert made.field == "budget"


@pytest.mark.parametrize("field", ["name_en", "name_fr"])
def test_a_step_has_names(trade: Trade, field: str) -> None:
    assert wrong_step(trade.sales.stages[0].id, **{field: ""}) == {field}


def test_names_and_a_field_fit_their_columns(trade: Trade) -> None:
    stage_id = trade.sales.stages[0].id
    assert wrong_step(stage_id, name_en="x" * 101, name_fr="x" * 101) == {"name_en", "name_fr"}
    assert wrong_step(stage_id, what="field", field="x" * 41) == {"field"}
    made = add_step(SYSTEM, stage_id, what="tick", name_en=" Call ", name_fr="x" * 100)
    assert (made.name_en, made.name_fr) == ("Call", "x" * 100)


def test_a_task_is_not_due_before_its_stage_is_entered_nor_after_a_year(trade: Trade) -> None:
    stage_id = trade.sales.stages[0].id
    for days in (-1, 366, 10**6):
        assert wrong_step(stage_id, what="task", delay_days=days) == {"delay_days"}
    made = add_step(SYSTEM, stage_id, what="task", name_en="Call", name_fr="Appeler", delay_days=365)
    assert made.delay_days == 365


def test_a_step_belongs_to_a_stage(trade: Trade) -> None:
    with pytest.raises(NotFound):
        add_step(SYSTEM, 10**6, what="tick", name_en="Call", name_fr="Appeler")


def test_a_step_is_made_required_and_free_again(trade: Trade) -> None:
    step = trade.sales.stages[0].steps[0]
    assert require_step(SYSTEM, step.id, is_required=True).is_required
    assert not require_step(SYSTEM, step.id, is_required=False).is_required
    with pytest.raises(NotFound):
        require_step(SYSTEM, 10**6, is_required=True)


def test_only_who_customises_changes_steps(trade: Trade) -> None:
    step = trade.sales.stages[0].steps[0]
    with pytest.raises(NotPermitted):
        require_step(trade.company.carol, step.id, is_required=True)
    with pytest.raises(NotPermitted):
        add_step(trade.alice, trade.sales.stages[0].id, what="tick", name_en="Call", name_fr="Appeler")


@pytest.mark.parametrize(
    ("expected", "own", "stale"), [(14, None, 21), (21, None, 32), (None, None, None), (14, 3, 3)]
)
def test_a_deal_is_stale_after_half_as_long_again_as_expected(
    expected: int | None, own: int | None, stale: int | None
) -> None:
    made = process_with(stage("a", expected_days=expected))
    Process.objects.get(pk=made.id).stages.update(stale_days=own)
    new_edition()
    assert process_by_id(made.id).stages[0].stale_after == stale


def test_a_process_is_found_by_id_and_by_key(trade: Trade) -> None:
    assert process_by_id(trade.sales.id) == process_by_key("sales")
    with pytest.raises(NotFound):
        process_by_id(10**6)
    with pytest.raises(NotFound):
        process_by_key("nonsense")


def test_a_stage_is_found_by_id_and_by_key_within_its_process(trade: Trade) -> None:
    first, other = trade.sales.stages[0], process_by_key("contact_manager").stages[0]
    assert trade.sales.stage(first.id) == trade.sales.stage_named(first.id) == first
    assert trade.sales.stage_named(first.key) == first
    for missing in (other.id, None):
        assert trade.sales.stage(missing) is None
    assert trade.sales.stage_named("nonsense") is None


@pytest.mark.parametrize(("language", "at"), [("en", 0), ("fr", 1), ("fr-ca", 1), ("de", 0)])
def test_processes_stages_and_steps_have_names_in_both_languages(
    trade: Trade, language: str, at: int
) -> None:
    first = trade.sales.stages[0]
    for one in (trade.sales, first, first.steps[0]):
        assert one.name(language) == (one.name_en, one.name_fr)[at]
    assert trade.sales.name("fr") != trade.sales.name("en")


def test_installing_is_for_who_customises(trade: Trade) -> None:
    Process.objects.filter(key="contact_manager").delete()
    new_edition()
    with pytest.raises(NotPermitted):
        install_processes(trade.company.carol)
    assert not Process.objects.filter(key="contact_manager").exists()
    install_processes(trade.company.ada)
    assert Process.objects.filter(key="contact_manager").exists()


def test_retired_processes_are_left_out_where_one_chooses(trade: Trade) -> None:
    Process.objects.filter(key="sales").update(is_retired=True)
    new_edition()
    assert [one.key for one in processes(with_retired=False)] == [
        "contact_manager",
        "existing",
        "new",
        "firstlarge",
    ]
    assert len(processes()) == 5
