"""Commands on grants that are there: changing one, taking it away, giving it back.

The package of the record has checked the right to share it. `actions.share` makes a grant.
"""

from django.db.models import Q

from opportune.identity.actor import Actor
from opportune.identity.models import Share
from opportune.kernel.errors import NotFound, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.binning import put_into_bin, take_out_of_bin
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording


def grant_on(ref: RecordRef, share_id: int) -> Share:
    """One grant of a record, locked. Raises NotFound."""
    found = Share.objects.filter(LIVE, record_kind=ref.kind, record_id=ref.id, pk=share_id)
    grant = found.select_for_update(of=("self",)).first()
    if grant is None:
        raise NotFound("share")
    return grant


def team_grant_on(ref: RecordRef, user_id: int) -> Share | None:
    """The grant that came with a person's place on the sales team of a record, locked."""
    found = Share.objects.filter(
        LIVE, record_kind=ref.kind, record_id=ref.id, user_id=user_id, reason=Share.Reason.SALES_TEAM
    )
    return found.select_for_update(of=("self",)).first()


@action("change_share")
def change_share(actor: Actor, grant: Share, *, may_write: bool) -> None:
    """Let the holder of a locked grant change the record, too, or only read it."""
    recording().update(grant, {"may_write": may_write})


@action("unshare")
def unshare(actor: Actor, grant: Share) -> None:
    """Take a locked grant away."""
    put_into_bin(grant)


@action("share_again")
def share_again(actor: Actor, grant: Share) -> None:
    """Give a locked grant back. Raises Refused `shared_already` if the same was granted anew."""
    holder = Q(user_id=grant.user_id) if grant.team_id is None else Q(team_id=grant.team_id)
    anew = Share.objects.filter(
        holder, LIVE, record_kind=grant.record_kind, record_id=grant.record_id, reason=grant.reason
    )
    if anew.exclude(pk=grant.pk).exists():
        raise Refused("shared_already", sentence("This was shared with them again meanwhile."))
    take_out_of_bin(grant)
