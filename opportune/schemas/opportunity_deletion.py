"""Deleting opportunities: which, what it would do, and what became of them."""

from datetime import date

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import counted, sentence
from opportune.opportunities.actions import Outcomes
from opportune.opportunities.queries import DealDeletion, MatchingDeletion, OpportunityRow
from opportune.schemas.language import spoken
from opportune.schemas.opportunity_many import OutcomesShown, outcomes_shown
from opportune.schemas.shapes import Given, Id, Shown, Text


class DeletionGiven(Given):
    """Which opportunities to delete: those of the `ids`, or the closed ones that match `filter`.

    `filter` has `number`, `closed_until`, `owner`, `campaign`, `customer`, `process`; an empty one means all closed
    ones. `preview` only says what a filter would delete.
    """

    ids: list[Id] | None = None
    filter: dict[Text, Text] | None = None
    preview: bool = False

    def demand_one(self) -> None:
        """Raise Invalid for neither or both, or for a preview of ids."""
        if (self.ids is None) == (self.filter is None):
            raise Invalid({"ids": sentence("Give the ids of opportunities, or a filter for closed ones.")})
        if self.preview and self.ids is not None:
            raise Invalid({"preview": sentence("Only what a filter would delete can be previewed.")})


class DeletedNamed(Shown):
    """An opportunity that would be deleted."""

    id: int
    number: str
    subject: str
    status: str
    customer_name: str
    owner_name: str
    closed_on: date | None


class MatchingShown(Shown):
    """What a filter would delete: how many won and lost ones; `open` ones that match stay, as do those `out_of_reach`.

    `items` are the first of them.
    """

    count: int
    won: int
    lost: int
    open: int
    out_of_reach: int
    open_tasks: int
    items: list[DeletedNamed]


class DeletionOutcome(OutcomesShown):
    """What became of each, or the job that deletes more than a thousand; or the `preview`."""

    preview: MatchingShown | None


class DealDeletionShown(Shown):
    """What deleting an opportunity would do; `code` and `refusal` say why it is refused now, nothing if it is not."""

    number: str
    subject: str
    open_tasks: int
    entries: int
    code: str
    refusal: str


def outcome_shown(outcomes: Outcomes, language: str) -> DeletionOutcome:
    """What a deletion came to."""
    shown = outcomes_shown(outcomes, language)
    return DeletionOutcome(**dict(shown), preview=None)


def preview_shown(found: MatchingDeletion, language: str) -> DeletionOutcome:
    """What a deletion would come to."""
    message = counted(
        "{count} opportunity would be deleted.", "{count} opportunities would be deleted.", found.count
    )
    shown = MatchingShown(
        count=found.count,
        won=found.won,
        lost=found.lost,
        open=found.open,
        out_of_reach=found.out_of_reach,
        open_tasks=found.open_tasks,
        items=[_named(row) for row in found.shown],
    )
    return DeletionOutcome(message=spoken(message, language), done=[], skipped=[], preview=shown)


def deal_deletion_shown(found: DealDeletion, language: str) -> DealDeletionShown:
    """What deleting one opportunity would do."""
    return DealDeletionShown(
        number=found.row.number,
        subject=found.row.subject,
        open_tasks=found.open_tasks,
        entries=found.entries,
        code=found.refusal.code if found.refusal else "",
        refusal=spoken(found.refusal.message, language) if found.refusal else "",
    )


def _named(row: OpportunityRow) -> DeletedNamed:
    return DeletedNamed.model_validate(row)
