"""The Jinja2 environment of all pages: what every template may call."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, ngettext
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from opportune.kernel.sentences import Named, Sentence
from opportune.opportunities.phases import phase_name
from opportune.reference.queries import CategoryRow, Choice
from opportune.web import assets, formats
from opportune.web.ended import ended_session
from opportune.web.urls_of import address, with_parameters
from opportune.web.viewer import viewer


def environment(**options: Any) -> Environment:
    """Made once by Django; undefined names are errors, and everything is escaped."""
    chosen = {
        name: value for name, value in options.items() if name not in ("autoescape", "debug", "undefined")
    }
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        **chosen,
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        actor=None,  # a visitor's, on the pages allauth makes
        url=address,
        static=static_address,
        icon_of=icon_of,
        languages=settings.LANGUAGES,
        may_customise=lambda: viewer().may_customise,
        language=get_language,
        with_parameters=with_parameters,
        get_messages=get_messages,
        ended_session=ended_session,
        provider_name=lambda: settings.SINGLE_SIGN_ON["name"] if settings.SINGLE_SIGN_ON else "",
        initials=formats.initials,
        hue=formats.hue,
        days_since=formats.days_since,
        script=assets.script,
        sprite=assets.sprite,
        stylesheets=assets.stylesheets,
        theme_of=theme_of,
        viewer_base=lambda: viewer().base_currency,
        viewer_today=lambda: viewer().today,
    )
    made.filters.update(
        filled=lambda pattern, **values: pattern.format(**values),
        money=formats.money,
        typed=formats.typed_amount,
        percent=formats.percent,
        number=formats.number,
        day=formats.day,
        moment=formats.moment,
        clock_time=formats.clock_time,
        days=formats.days,
        browser=formats.browser,
        said=said,
        named=named,
        phase=lambda stage: phase_name(stage, get_language() or "en"),
        called=called,
        offered=offered,
        named_pairs=lambda choices: [(choice.code, named(choice)) for choice in choices],
        pair_of=lambda thing, first, second: (getattr(thing, first), getattr(thing, second)),
        pairs=lambda values: [(value, value) for value in values],
        remove_empty=lambda parameters: {name: value for name, value in parameters.items() if value},
    )
    return made


def whose(request: HttpRequest) -> dict[str, Any]:
    """Whose page it is, for templates that a library renders."""
    return {"actor": getattr(request, "actor", None), "viewer": viewer()}


@lru_cache(maxsize=512)
def static_address(name: str) -> str:
    """Where a static file is served, under the name that carries a hash of its content."""
    return str(staticfiles_storage.url(name))


@lru_cache(maxsize=256)
def icon_of(name: str, size: str = "") -> Markup:
    """One icon of the sprite, made once."""
    pattern = Markup('<svg class="ic {}" aria-hidden="true"><use href="{}#i-{}"/></svg>')
    return pattern.format(size, static_address(assets.sprite()), name)


def theme_of(actor: Any) -> str:
    """The theme somebody chose, nothing for the system's or for a visitor."""
    theme = getattr(actor, "theme", "system")
    return "" if theme == "system" else str(theme)


def said(sentence: Sentence | str) -> str:
    """A domain's sentence in the reader's language."""
    if isinstance(sentence, str):
        return sentence
    return sentence.in_language(_translate, get_language() or "en")


def named(thing: Any) -> str:
    """The name of what has one in both languages: a stage, a step, a choice."""
    if isinstance(thing, Named):
        return thing.in_language(get_language() or "en")
    return str(thing.name(get_language() or "en"))


def called(category: CategoryRow) -> str:
    """A category's name in the reader's language, or its colour's."""
    return said(category.called(get_language() or "en"))


def offered(choices: Iterable[Choice], chosen: str) -> list[Choice]:
    """The choices a select offers: those in use, and a retired one where the record has it."""
    return [choice for choice in choices if choice.is_active or choice.code == chosen]


def _translate(pattern: str, plural: str | None, count: int) -> str:
    return gettext(pattern) if plural is None else ngettext(pattern, plural, count)
