"""Names and keys of stages: none blank, none twice within a process."""

from collections.abc import Iterable, Mapping
from typing import Any

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.kernel.text import fold
from opportune.process.models import Stage
from opportune.process.values import NAMES


def demand_free_names(others: Iterable[Stage], given: Mapping[str, Any]) -> None:
    """Raise Invalid for a name that another stage has, whatever its case and accents (C-078)."""
    wrong = {
        name: sentence("Another stage of this process is called “{name}”.", name=given[name])
        for name in NAMES
        if name in given and fold(given[name]) in {fold(getattr(other, name)) for other in others}
    }
    if wrong:
        raise Invalid(wrong)
