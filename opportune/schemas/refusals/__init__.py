"""Every machine code with which something is refused: the one table (docs/refusals.md says it to readers)."""

from collections.abc import Mapping

from opportune.schemas.refusals.deals import DEALS
from opportune.schemas.refusals.doors import DOORS
from opportune.schemas.refusals.general import GENERAL
from opportune.schemas.refusals.settled import SETTLED
from opportune.schemas.refusals.shape import Cause, Refusal

REFUSALS: Mapping[str, Refusal] = {each.code: each for each in (*GENERAL, *DEALS, *SETTLED, *DOORS)}

__all__ = ["DOORS", "REFUSALS", "Cause", "Refusal"]
