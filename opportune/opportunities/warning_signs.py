"""What is odd about an open deal's dates: said, never refused (C-026, C-028, C-029)."""

from dataclasses import dataclass
from datetime import date

from opportune.kernel.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True)
class WarningSign:
    """A machine code, the field it is about, and a sentence."""

    code: str
    field: str
    message: Sentence


def warning_signs(
    *, estimated_close_on: date | None, expires_on: date | None, delivery_on: date | None, today: date
) -> tuple[WarningSign, ...]:
    """What to warn of on an open deal as of the reader's day."""
    found = []
    if estimated_close_on is not None and estimated_close_on < today:
        found.append(
            WarningSign("past_due", "estimated_close_on", sentence("The estimated close has passed."))
        )
    if expires_on is not None and expires_on < today:
        found.append(WarningSign("offer_expired", "expires_on", sentence("The offer has expired.")))
    if delivery_on is not None and estimated_close_on is not None and delivery_on < estimated_close_on:
        found.append(
            WarningSign(
                "delivery_before_close",
                "delivery_on",
                sentence("The delivery lies before the estimated close."),
            )
        )
    return tuple(found)
