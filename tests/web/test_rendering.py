"""Templates escape, call and import as Jinja's own would."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from jinja2 import DictLoader, Environment, StrictUndefined, nodes, pass_context
from jinja2.exceptions import UndefinedError
from markupsafe import Markup

from opportune.web import templating
from opportune.web.rendering import HouseEnvironment
from opportune.web.templating import filled, given_to_every_page, translated

HOSTILE = '<b title="it\'s">&amp;</b>'
PARTS = (
    "{% macro bold(text) %}<b>{{ text }}</b>{% endmacro %}",
    "{% macro twice(text) %}{{ bold(text) }}{{ bold(text) }}{% endmacro %}",
)
WHOLE = (
    '{% extends "page.html" %}{% from "parts.html" import bold, twice %}{% block main %}',
    '{{ value }}{{ value|e }}{{ value ~ "<" }}{{ bold(value) }}{{ twice(value) }}',
    "{% set kept %}<i>{{ value }}</i>{% endset %}{{ kept }}",
    '{% for one in [value, 1, 1.5, none, true, [value], {"a": value}] %}',
    '{% set here = one %}{{ here }}{{ loop.index }}{{ seen("here") }}{% endfor %}',
    "{{ named(value, more=value) }}{{ cached(value) }}{{ Kind(value) }}{{ value|safe }}{% endblock %}",
)
TEMPLATES = {
    "parts.html": "".join(PARTS),
    "page.html": "{% block main %}{% endblock %}",
    "whole.html": "".join(WHOLE),
}


class Kind:
    def __init__(self, value: object) -> None:
        self.value = value

    def __html__(self) -> str:
        return "<kind>"


@pass_context
def seen(context: Any, name: str) -> str:
    return str(context[name])


def named(value: Any, *, more: Any = "") -> str:
    return f"{value}{more}"


def drawn(kind: type[Environment], value: object) -> str:
    made = kind(autoescape=True, undefined=StrictUndefined, loader=DictLoader(TEMPLATES))
    made.globals.update(named=named, cached=lru_cache(named), Kind=Kind, seen=seen)
    return made.get_template("whole.html").render(value=value)


@pytest.mark.parametrize(
    "value",
    [HOSTILE, Markup("<i>"), mark_safe("<u>"), lazystr(HOSTILE), 7, 1.5, True, None, Kind(1)],
)
def test_a_page_is_what_jinja_would_have_made_of_it(value: object) -> None:
    assert drawn(HouseEnvironment, value) == drawn(Environment, value)


def test_what_people_typed_is_never_markup() -> None:
    made = HouseEnvironment(autoescape=True)
    assert "<b" not in made.from_string("{{ value }}").render(value=HOSTILE)
    assert "<b" not in made.from_string("{% set x = value %}{{ x }}{{ '%s'|format(x) }}").render(
        value=HOSTILE
    )


def test_what_is_not_there_is_an_error() -> None:
    made = HouseEnvironment(autoescape=True, undefined=StrictUndefined)
    for text in ("{{ nothing }}", "{{ nothing() }}", "{{ nothing.at_all }}"):
        with pytest.raises(UndefinedError):
            made.from_string(text).render()


@pytest.mark.parametrize(("language", "said"), [("en", "Sign in"), ("fr", "Se connecter")])
def test_a_page_speaks_the_language_that_is_active(rf: RequestFactory, language: str, said: str) -> None:
    with translation.override(language):
        given_to_every_page(rf.get("/"))
        assert translated("Sign in") == said


def test_a_sentence_is_kept_under_the_language_it_is_in(rf: RequestFactory) -> None:
    message = "Probability"
    templating._in_language.cache_clear()
    with translation.override("en"):
        given_to_every_page(rf.get("/"))
    with translation.override("fr"):
        translated(message)
    with translation.override("en"):
        given_to_every_page(rf.get("/"))
        assert translated(message) == message


def test_what_is_filled_in_is_told_apart_by_its_type() -> None:
    pattern = Markup("{one}")
    assert [filled(pattern, one=one) for one in (1, True, 1.0, Decimal("1.0"))] == ["1", "True", "1.0", "1.0"]


def test_what_is_imported_without_context_is_the_same_for_all_readers() -> None:
    """It is made once: beside its macros it looks nothing up, and imports nothing of one reader's."""
    env = cast(Any, engines["jinja2"]).env
    trees = {name: env.parse(env.loader.get_source(env, name)[0]) for name in env.list_templates()}
    imports = [each for tree in trees.values() for each in tree.find_all((nodes.Import, nodes.FromImport))]
    shared = {each.template.value for each in imports if not each.with_context}
    assert shared
    for name in shared:
        for each in trees[name].body:
            if isinstance(each, nodes.Import | nodes.FromImport):
                assert not each.with_context, name
            elif not isinstance(each, nodes.Macro):
                assert not list(each.find_all((nodes.Call, nodes.Filter, nodes.Name))), name


def test_values_in_a_sentence_are_escaped_and_percent_signs_stay(rf: RequestFactory) -> None:
    given_to_every_page(rf.get("/"))
    assert translated("By %(name)s", name="<b>") == "By &lt;b&gt;"
    assert translated("100%%") == "100%"


def test_all_forms_of_a_page_bear_one_token_that_holds(rf: RequestFactory) -> None:
    given = given_to_every_page(rf.get("/"))
    assert str(given["csrf_token"]) in given["csrf_input"].__html__()
    assert given["csrf_input"].__html__() == given["csrf_input"].__html__()


def house(*texts: str) -> HouseEnvironment:
    """Templates `0`, `1` … whose `said` answers in the language that is active."""
    made = HouseEnvironment(
        autoescape=True, loader=DictLoader({str(at): text for at, text in enumerate(texts)})
    )
    made.globals["said"] = lambda word, more="": f"asked {word} {more}"
    made.certain = {"said": lambda word: Markup("<i>{} {}</i>").format(translation.get_language(), word)}
    return made


def test_what_is_certain_is_written_into_the_template_of_each_language() -> None:
    made = house("{% include '1' %}{{ said('a') }}", "{{ said('<') }}")
    for language in ("en", "fr", "en"):
        with translation.override(language):
            drawn = made.get_template("0").render()
        assert drawn == f"<i>{language} &lt;</i><i>{language} a</i>"


def test_what_depends_on_a_value_is_asked_each_time() -> None:
    made = house("{{ said(value) }}{{ said('a', more=value) }}")
    assert made.get_template("0").render(value="<") == "asked &lt; asked a &lt;"


def test_a_name_the_template_gives_a_meaning_of_its_own_is_not_taken_for_certain() -> None:
    own = "{% macro said(word) %}own {{ word }}{% endmacro %}{{ said('a') }}"
    assert house(own).get_template("0").render() == "own a"
