"""The bin: what was deleted, by whom, and when it goes for good."""

from datetime import date, datetime

from opportune.deleted.queries import BinRow
from opportune.kernel.paging import Page
from opportune.schemas.shapes import Given, Shown


class InBin(Shown):
    """A record in the bin until `purged_on`, when it goes for good. `may_restore` is the reader’s right to help it."""

    kind: str
    id: int
    name: str
    deleted_at: datetime
    deleted_by: str
    purged_on: date
    may_restore: bool


class BinPage(Shown):
    """A page of the bin, the latest first."""

    items: list[InBin]
    next: str | None


class RestorationGiven(Given):
    """Bringing a record back; `with_customer` brings a customer back first that is in the bin, too."""

    with_customer: bool = False


def bin_page_shown(found: Page[BinRow]) -> BinPage:
    """A page of the bin."""
    return BinPage(items=[InBin.model_validate(row) for row in found.rows], next=found.next)
