"""Codes of what ails the server itself: status 503, or exit code 8."""

from opportune.schemas.refusals.shape import Cause, Refusal
from opportune.storage.outages import ABSENT, BUSY, FAILING, FULL, READ_ONLY

OUTAGES = tuple(
    Refusal(outage.code, Cause.OUTAGE, outage.message) for outage in (ABSENT, BUSY, FAILING, FULL, READ_ONLY)
)
