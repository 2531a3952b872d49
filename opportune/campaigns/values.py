"""What may be written into the fields of a campaign, a segment or one of its lines."""

from collections.abc import Mapping

from opportune.customers.values import amount, reference, text
from opportune.kernel.checking import Check, day, truth

CAMPAIGN: Mapping[str, Check] = {
    "name": text(160, required=True),
    "code": text(20),
    "type": text(40),
    "owner_id": reference,
    "starts_on": day,
    "ends_on": day,
    "is_activated": truth,
    "budgeted_cost": amount,
    "actual_cost": amount,
    "description": text(100_000, lines=True),
}
SEGMENT: Mapping[str, Check] = {
    "name": text(160, required=True),
    "owner_id": reference,
    "campaign_id": reference,
    "description": text(100_000, lines=True),
}
LINE: Mapping[str, Check] = {"account_id": reference, "contact_id": reference, "note": text(300)}
