"""The Jinja2 environment of all pages: what every template may call."""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import get_language, gettext, ngettext, override, pgettext
from jinja2 import StrictUndefined, pass_context
from markupsafe import Markup

from opportune.kernel.sentences import Named, Sentence
from opportune.opportunities.phases import phase_name
from opportune.reference.queries import CategoryRow, Choice
from opportune.web import assets, formats
from opportune.web.drawings import Drawings
from opportune.web.ended import ended_session
from opportune.web.rendering import HouseEnvironment
from opportune.web.urls_of import address, with_parameters
from opportune.web.viewer import viewer

_language: ContextVar[str] = ContextVar("language of the page", default="en")


def read(format_of: Callable[..., str]) -> Callable[..., str]:
    """A filter that is asked each time: of a constant, Jinja2 would keep what the first reader's language gave."""

    @pass_context
    def asked(context: object, *args: Any, **named: Any) -> str:
        return format_of(*args, **named)

    return asked


def environment(**options: Any) -> HouseEnvironment:
    """Made once by Django; undefined names are errors, and everything is escaped."""
    chosen = {
        name: value for name, value in options.items() if name not in ("autoescape", "debug", "undefined")
    }
    made = HouseEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        **chosen,
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)  # type: ignore[attr-defined]
    made.globals.update(
        _=translated,
        gettext=translated,
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
        drawings_of=Drawings,
        script=assets.script,
        stylesheet_links=stylesheet_links,
        theme_of=theme_of,
        viewer_base=lambda: viewer().base_currency,
        viewer_today=lambda: viewer().today,
    )
    made.certain = {
        "_": lambda message: _without_values(get_language() or "en", message),
        "url": address,
        "static": static_address,
        "icon": icon_of,
        "icon_of": icon_of,
    }
    made.filters.update(
        filled=filled,
        face=formats.face,
        money=read(formats.money),
        total=read(formats.total),
        typed=formats.typed_amount,
        percent=read(formats.percent),
        number=read(formats.number),
        day=read(formats.day),
        day_typed=read(formats.day_typed),
        moment=read(formats.moment),
        clock_time=read(formats.clock_time),
        days=read(formats.days),
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
    """Whose page it is, for templates that a library renders, and what every page is given."""
    return {"actor": getattr(request, "actor", None), "viewer": viewer(), **given_to_every_page(request)}


def given_to_every_page(request: HttpRequest) -> dict[str, Any]:
    """The token of all forms of a page, made when one is drawn. The page is in the language that is active now."""
    _language.set(get_language() or "en")
    token = _Once(lambda: Markup(get_token(request)))  # noqa: S704 - letters and digits
    pattern = Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">')
    return {"csrf_token": token, "csrf_input": _Once(lambda: pattern.format(token))}


class _Once:
    """Markup that is made when it is first written."""

    def __init__(self, make: Callable[[], Markup]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Markup:
        return self._make()

    def __html__(self) -> str:
        return self._made

    __str__ = __html__


def translated(message: str, **values: Any) -> Markup:
    """A sentence of a template in the page's language, its values escaped: `_("By %(name)s", name=…)`."""
    language = _language.get()
    return _in_language(language, message) % values if values else _without_values(language, message)


@lru_cache(maxsize=8192)
def _in_language(language: str, message: str) -> Markup:
    with override(language):  # a page may be drawn while another language is active than when it began
        return Markup(gettext(message))  # noqa: S704 - the catalogue is ours


@lru_cache(maxsize=8192)
def _without_values(language: str, message: str) -> Markup:
    return _in_language(language, message) % {}


@lru_cache(maxsize=4096, typed=True)  # 1 and 1.0 are equal, and written otherwise
def filled(pattern: Markup, **values: Any) -> Markup:
    """A sentence whose values come later: what is said of many is looked up once, and filled in for each."""
    return pattern.format(**values)


@lru_cache(maxsize=512)
def static_address(name: str) -> str:
    """Where a static file is served, under the name that carries a hash of its content."""
    return str(staticfiles_storage.url(name))


def is_collected() -> bool:
    """Whether static files are served as they were collected, with what is made of them then."""
    return getattr(staticfiles_storage, "is_collected", False)


@lru_cache(maxsize=256, typed=True)
def icon_of(name: str, size: str = "") -> Markup:
    """One icon of the sprite, made once."""
    pattern = Markup('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>')
    sprite = assets.ICONS if is_collected() else assets.sprite()
    return pattern.format(f"ic {size}".rstrip(), static_address(sprite), name)


@lru_cache(maxsize=1)
def stylesheet_links() -> Markup:
    """The links to our stylesheets, the reset first."""
    pattern = Markup('<link rel="stylesheet" href="{}">')
    sheets = [assets.STYLES] if is_collected() else assets.stylesheets()
    return Markup("\n").join(pattern.format(static_address(sheet)) for sheet in sheets)


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
