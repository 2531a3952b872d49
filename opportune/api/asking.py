"""What a request asks for besides its body: who asks, in which language, of which version, by which filter."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, Protocol, Self, TypeVar, get_type_hints

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja.operation import Operation
from ninja.params.models import Query
from ninja.utils import contribute_operation_callback

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.schemas.language import asked_language

_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')


class Request(HttpRequest):
    """A request whose token has been accepted: `auth` is whom it stands for."""

    auth: Actor


class Filter(Protocol):
    """A noun's declared filter set."""

    PARAMETERS: ClassVar[tuple[str, ...]]

    @classmethod
    def read(cls, parameters: Mapping[str, str], actor: Actor) -> Self:
        """The filter that parameters ask for. Raises Invalid."""


F = TypeVar("F", bound=Filter)
View = Callable[..., HttpResponse]


def language_of(request: HttpRequest) -> str:
    """The language to answer in: what the header accepts, else the person's, else the installation's."""
    actor: Actor | None = getattr(request, "auth", None)
    own = actor.language if actor is not None else ""
    return asked_language(request.headers.get("Accept-Language", "")) or own or settings.LANGUAGE_CODE


def version_seen(request: HttpRequest, in_body: int | None = None) -> int | None:
    """The version the caller looked at, from `If-Match: "7"` or from the body; none if they do not say.

    Raises Invalid for another kind of tag, or if both disagree.
    """
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return in_body
    tag = _TAG.fullmatch(header)
    if tag is None:
        raise Invalid({"If-Match": sentence('Write the version as the ETag has it, such as “"7"”.')})
    seen = int(tag[1])
    if in_body not in (None, seen):
        raise Invalid({"version": sentence("If-Match names another version.")})
    return seen


def filtered(kind: type[Filter]) -> Callable[[View], View]:
    """Mark a view, below its route, as one whose query parameters are those of a filter set as well."""

    def mark(view: View) -> View:
        view.filter_set = kind  # type: ignore[attr-defined]  # functions carry attributes
        contribute_operation_callback(view, lambda operation: _describe(operation, kind))
        return view

    return mark


def _describe(operation: Operation, kind: type[Filter]) -> None:
    operation.openapi_extra = {
        "parameters": [
            {"in": "query", "name": name, "schema": {"type": "string"}, "required": False}
            for name in kind.PARAMETERS
        ]
    }


def wanted(request: Request, kind: type[F], **fixed: object) -> F:
    """The filter that the query parameters ask for. Raises Invalid.

    `fixed` are parameters that the address itself gives, such as the account whose opportunities are listed.
    """
    asked = {name: value for name, value in single(request).items() if name in kind.PARAMETERS}
    twice = asked.keys() & fixed.keys()
    if twice:
        raise Invalid({name: sentence("The address says this already.") for name in twice})
    return kind.read({**asked, **{name: str(value) for name, value in fixed.items()}}, request.auth)


def single(request: HttpRequest) -> dict[str, str]:
    """The query parameters by name. Raises Invalid for one given twice, or that is no text."""
    wrong = {}
    for name, values in request.GET.lists():
        if len(values) > 1:
            wrong[name] = sentence("Give “{name}” only once.", name=name)
        elif "\0" in values[0]:
            wrong[name] = sentence("Enter text.")
    if wrong:
        raise Invalid(wrong)
    return request.GET.dict()


def only_declared(view: View) -> View:
    """Refuse query parameters that a view does not declare, instead of passing them over."""
    filter_set: type[Filter] | None = getattr(view, "filter_set", None)
    known = _query_names(view) | set(filter_set.PARAMETERS if filter_set else ())

    @wraps(view)
    def strict(request: Request, **arguments: Any) -> HttpResponse:
        unknown = single(request).keys() - known
        if unknown:
            raise Invalid(
                {name: sentence("There is no filter “{name}” here.", name=name) for name in unknown}
            )
        return view(request, **arguments)

    return strict


def _query_names(view: View) -> set[str]:
    names: set[str] = set()
    for name, hint in get_type_hints(view, include_extras=True).items():
        if any(isinstance(note, Query) for note in getattr(hint, "__metadata__", ())):
            shape = hint.__origin__
            fields = getattr(shape, "model_fields", None)
            names |= {name} if fields is None else set(fields)
    return names
