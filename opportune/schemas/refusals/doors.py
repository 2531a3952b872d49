"""Codes of the API itself: the address, the header, the form of the body."""

from opportune.kernel.sentences import sentence
from opportune.schemas.refusals.shape import Cause, Refusal

DOORS = (
    Refusal("unauthenticated", Cause.DOOR, sentence("No valid token was sent.")),
    Refusal("malformed", Cause.DOOR, sentence("The body is not JSON that can be read.")),
    Refusal("no_such_address", Cause.DOOR, sentence("There is nothing at this address.")),
    Refusal("method_not_allowed", Cause.DOOR, sentence("The address does not know the method.")),
    Refusal("too_large", Cause.DOOR, sentence("The request is too large.")),
    Refusal("too_many_requests", Cause.DOOR, sentence("More was asked than a minute allows.")),
    Refusal("internal", Cause.DOOR, sentence("Something went wrong on the server.")),
)
