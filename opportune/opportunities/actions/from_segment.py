"""Opening deals for the customers on a segment (business-central.md §7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from opportune.campaigns.queries import SegmentRecord, customers_on, segment_record
from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.kernel.errors import Invalid, OpportuneError, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, counted, sentence
from opportune.ledger.recording import action
from opportune.opportunities.actions.creating import create_many
from opportune.opportunities.actions.many import MOST
from opportune.opportunities.drafts import DEFAULT_STAGE, Draft
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries.origins import deals_of_segment


@dataclass(frozen=True, slots=True)
class Opened:
    """The deals that were opened, and how many customers had one from this segment already."""

    made: tuple[int, ...]
    covered: int

    @property
    def message(self) -> Sentence:
        """All of it in one sentence."""
        made = counted("{count} opportunity created", "{count} opportunities created", len(self.made))
        if not self.covered:
            return sentence("{done}.", done=made)
        covered = counted(
            "{count} customer has one already", "{count} customers have one already", self.covered
        )
        return sentence("{done}, {skipped}.", done=made, skipped=covered)


@action("create_from_segment")
def create_from_segment(
    actor: Actor,
    segment_id: int,
    *,
    line_ids: Sequence[int] | None = None,
    subject: str = "",
    owner_id: int | None = None,
    process_id: int | None = None,
    is_started: bool = False,
    again: bool = False,
) -> Opened:
    """Open a deal for each customer on the segment, or on some of its lines; blank lines open none.

    Each has the segment, its campaign and its name for a subject, unless another is given; it is not started, or
    stands on the default stage, and belongs to the owner of the segment if the actor may assign, else to the actor.
    Who has a deal from this segment gets another one only `again`. Raises NotFound, NotPermitted, Invalid (E-15), or
    Refused `segment_empty` without a customer (E-02), `segment_covered` if all have one.
    """
    actor.demand(Opportunity.kind, "create")
    segment = segment_record(actor, segment_id)
    asked = customers_on(actor, segment_id, line_ids)
    if not asked:
        raise Refused(
            "segment_empty",
            sentence("{name} has no line with a customer. Add an account or a contact.", name=segment.name),
        )
    covered = set() if again else deals_of_segment(actor, segment_id, asked).keys()
    wanted = [ref for ref in asked if ref not in covered]
    if not wanted:
        raise Refused(
            "segment_covered",
            sentence("Everybody on {name} has an opportunity from it already.", name=segment.name),
        )
    if len(wanted) > MOST:
        raise Invalid({"lines": sentence("At most {most} opportunities at once. Choose fewer.", most=MOST)})
    owner = _owner(actor, segment) if owner_id is None else owner_id
    stage_id = DEFAULT_STAGE if is_started else None
    drafts = [
        Draft(_fields(segment, ref, subject, owner), process_id=process_id, stage_id=stage_id)
        for ref in wanted
    ]
    made = []
    for outcome in create_many(actor, drafts):
        if isinstance(outcome, OpportuneError):
            raise outcome
        made.append(outcome.pk)
    return Opened(tuple(made), len(asked) - len(wanted))


def _fields(segment: SegmentRecord, ref: RecordRef, subject: str, owner_id: int | None) -> dict[str, object]:
    return {
        "subject": subject.strip() or segment.name,
        f"{ref.kind}_id": ref.id,
        "campaign_id": segment.campaign_id,
        "segment_id": segment.id,
        "owner_id": owner_id,
    }


def _owner(actor: Actor, segment: SegmentRecord) -> int | None:
    if actor.may(Opportunity.kind, "assign") and known_people({segment.owner_id}):
        return segment.owner_id
    return actor.person_id
