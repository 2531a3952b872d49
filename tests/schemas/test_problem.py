"""Problems and languages."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf import LazySettings
from pydantic import ValidationError

from opportune.kernel.errors import Conflict, Invalid, NotFound, Refused
from opportune.kernel.sentences import Named, counted, sentence
from opportune.schemas.language import asked_language, spoken
from opportune.schemas.opportunity_commands import MoveGiven, OpportunityGiven
from opportune.schemas.problem import invalid_of, problem_of, shape_refusal


def test_a_problem_has_the_code_the_sentence_and_the_data() -> None:
    refusal = Refused("quote_missing", sentence("{stage} asks.", stage=Named("Propose", "Offre")), stage=3)
    assert problem_of(refusal, "fr").model_dump() == {
        "code": "quote_missing",
        "cause": "wrong_state",
        "detail": "Offre asks.",
        "errors": None,
        "data": {"stage": 3},
    }
    assert problem_of(Conflict(code="closed"), "en").code == "closed"
    assert problem_of(NotFound("task"), "en").data == {"kind": "task"}


def test_a_problem_names_every_field() -> None:
    problem = problem_of(Invalid({"a": sentence("Wrong."), "b": sentence("Also.")}), "en")
    assert (problem.detail, problem.errors) == ("Wrong.", {"a": "Wrong.", "b": "Also."})


def test_what_a_shape_refuses_reads_like_what_an_action_refuses() -> None:
    with pytest.raises(ValidationError) as refusal:
        OpportunityGiven.model_validate(
            {"estimated_value": "much", "estimated_close_on": "soon", "colour": 1, "stage": 1.5, "on_hold": 7}
        )
    invalid = shape_refusal(refusal.value)
    assert {name: str(message) for name, message in invalid.fields.items()} == {
        "subject": "This field is required.",
        "estimated_value": "This is not a number.",
        "estimated_close_on": "This is not a date. Write it as 2026-12-31.",
        "colour": "There is no field “colour” to write here.",
        "stage": "Enter a whole number.",
        "on_hold": "Enter true or false.",
    }


def test_a_shape_that_is_no_object_is_refused_as_a_whole() -> None:
    with pytest.raises(ValidationError) as refusal:
        MoveGiven.model_validate([])
    assert list(shape_refusal(refusal.value).fields) == ["body"]


def test_a_fault_of_an_unknown_kind_is_still_told() -> None:
    [message] = invalid_of([{"loc": ("x",), "type": "something_new"}]).fields.values()
    assert str(message) == "This value cannot be used here."


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,en;q=0.5", "fr"),
        ("en;q=0.2, fr;q=0.8", "fr"),
        ("de, en-GB;q=0.7", "en"),
        ("de", None),
        ("*", None),
        ("", None),
        ("fr;q=nonsense", None),
    ],
)
def test_the_language_is_the_best_of_those_accepted(accepted: str, language: str | None) -> None:
    assert asked_language(accepted) == language


def test_sentences_are_spoken_by_the_catalogue(tmp_path: Path, settings: LazySettings) -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add("{name} left.", "{name} est parti.")
    catalogue.add(("{count} deal", "{count} deals"), ("{count} affaire", "{count} affaires"))
    compiled = tmp_path / "fr" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as out:
        write_mo(out, catalogue)
    settings.LOCALE_PATHS = [str(tmp_path)]
    assert spoken(sentence("{name} left.", name="Zoé"), "fr") == "Zoé est parti."
    assert spoken(counted("{count} deal", "{count} deals", 0), "fr") == "0 affaire"
    assert spoken(counted("{count} deal", "{count} deals", 2), "fr") == "2 affaires"
    assert spoken(counted("{count} deal", "{count} deals", 0), "en") == "0 deals"
