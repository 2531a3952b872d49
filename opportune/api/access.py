"""What somebody may do with a record, and why."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer
from opportune.api.asking import Request, language_of
from opportune.identity import access
from opportune.schemas.access import AccessPage, AccessShown, access_shown, record_asked_about
from opportune.schemas.page import Paging
from opportune.schemas.shapes import Id

router = Router(tags=["access"])


@router.get("{str:kind}/{int:record_id}/access", response=AccessShown)
def show_access(request: Request, kind: str, record_id: int, person: Query[Id | None] = None) -> HttpResponse:
    """What you, or this `person`, may do with a record that you see, and why.

    `kind` is opportunities, accounts, contacts or tasks. About others, administrators may ask and who may share it.
    """
    found = access.access(request.auth, record_asked_about(kind, record_id), person)
    return answer(access_shown(found, language_of(request)))


@router.get("{str:kind}/{int:record_id}/access/people", response=AccessPage)
def list_access(request: Request, kind: str, record_id: int, paging: Query[Paging]) -> HttpResponse:
    """Who may see and change a record, and why: every active person by name, by pages.

    Administrators may ask, and who may share it.
    """
    ref = record_asked_about(kind, record_id)
    found = access.access_of_people(request.auth, ref, after=paging.after, limit=paging.limit)
    language = language_of(request)
    return answer(AccessPage(items=[access_shown(each, language) for each in found.rows], next=found.next))
