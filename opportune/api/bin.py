"""The bin: what was deleted, bringing it back, deleting it for good."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer
from opportune.api.asking import Request
from opportune.deleted import actions
from opportune.deleted.queries import in_bin
from opportune.kernel.errors import NotFound
from opportune.kernel.records import RecordRef
from opportune.schemas.bin import BinPage, RestorationGiven, bin_page_shown
from opportune.schemas.page import Paging

router = Router(tags=["bin"])


@router.get("bin", response=BinPage)
def list_bin(request: Request, paging: Query[Paging], kind: Query[str] = "") -> HttpResponse:
    """What you may see of the bin, the latest first; `kind` is `opportunity`, `account` or `contact`."""
    found = in_bin(request.auth, kind=kind, after=paging.after, limit=paging.limit)
    return answer(bin_page_shown(found))


@router.post("bin/{record}/restoration", response={204: None})
def restore_from_bin(request: Request, record: str, given: RestorationGiven | None = None) -> HttpResponse:
    """Take a record, written as `opportunity:7`, out of the bin with what fell with it.

    Refused with `not_in_bin`, `external_id_taken`, or `customer_gone`, which names the customer that is in the bin,
    too; `with_customer` brings that back first.
    """
    with_customer = given is not None and given.with_customer
    actions.restore_from_bin(request.auth, _ref(record), with_customer=with_customer)
    return HttpResponse(status=204)


@router.delete("bin/{record}", response={204: None})
def delete_for_good(request: Request, record: str) -> HttpResponse:
    """Delete a record for good, which nothing undoes; a token needs the scope `right:administer`.

    Refused with `not_in_bin`, or `still_named` while other records name it.
    """
    actions.delete_for_good(request.auth, _ref(record))
    return HttpResponse(status=204)


def _ref(written: str) -> RecordRef:
    try:
        return RecordRef.parse(written)
    except ValueError:
        raise NotFound("record") from None
