"""Editing lists of choices and close reasons; a token needs the scope `right:customise`."""

from http import HTTPStatus

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, language_of
from opportune.kernel.errors import NotFound
from opportune.reference import actions, queries
from opportune.schemas.reference import (
    ChoiceChanges,
    ChoiceGiven,
    ReasonChanges,
    UsedChoiceList,
    UsedReasonList,
    UsedReasonShown,
    used_choice_shown,
    used_reason_shown,
)

router = Router(tags=["settings"])


@router.get("lists/{list_key}/items", response=UsedChoiceList)
def show_list(request: Request, list_key: str) -> HttpResponse:
    """A list with its retired choices, and how many records have each."""
    return _list(request, list_key)


@router.post("lists/{list_key}/items", response={201: UsedChoiceList})
def add_choice(request: Request, list_key: str, given: ChoiceGiven) -> HttpResponse:
    """Add a choice at the end of a list."""
    actions.add_choice(request.auth, list_key, **given.model_dump())
    return made(_list(request, list_key))


@router.patch("lists/{list_key}/items/{choice}", response=UsedChoiceList)
def change_choice(request: Request, list_key: str, choice: str, given: ChoiceChanges) -> HttpResponse:
    """Rename a choice, put it elsewhere, offer it or retire it; its code stays, and every record shows its new name."""
    actions.change_choice(request.auth, list_key, choice, **given.given())
    return _list(request, list_key)


@router.delete("lists/{list_key}/items/{choice}", response=UsedChoiceList)
def remove_choice(
    request: Request, list_key: str, choice: str, replacement: Query[str | None] = None
) -> HttpResponse:
    """Take a choice away. Where records have it, `replacement` is the code they get, or nothing for a blank."""
    actions.remove_choice(request.auth, list_key, choice, replacement=replacement)
    return _list(request, list_key)


@router.get("close-reasons/all", response=UsedReasonList)
def list_every_close_reason(request: Request) -> HttpResponse:
    """Every close reason, offered or not, with how many opportunities were closed for it (B-010)."""
    found = queries.used_reasons(request.auth)
    return answer(UsedReasonList(items=[used_reason_shown(used, language_of(request)) for used in found]))


@router.patch("close-reasons/{reason}", response=UsedReasonShown)
def change_close_reason(request: Request, reason: str, given: ReasonChanges) -> HttpResponse:
    """Rename a close reason, move it, offer it or withdraw it."""
    actions.change_close_reason(request.auth, reason, **given.given())
    found = next((used for used in queries.used_reasons(request.auth) if used.reason.code == reason), None)
    if found is None:
        raise NotFound("close_reason")
    return answer(used_reason_shown(found, language_of(request)))


@router.delete("close-reasons/{reason}", response={204: None})
def remove_close_reason(request: Request, reason: str) -> HttpResponse:
    """Take away a close reason for which nothing was closed."""
    actions.remove_close_reason(request.auth, reason)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _list(request: Request, list_key: str) -> HttpResponse:
    language = language_of(request)
    found = queries.used_choices(request.auth, list_key)
    wanted = queries.list_by_key(list_key)
    return answer(
        UsedChoiceList(
            key=list_key,
            name=wanted.name(language),
            is_fixed=wanted.is_fixed,
            items=[used_choice_shown(used, language) for used in found],
        )
    )
