"""How Opportune is settled for people who come from one of three products."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opportune.kernel.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset: the product it takes after, what that means, and the settings it gives."""

    key: str
    name: str
    meaning: Sentence
    settings: Mapping[str, Any]


PRESETS: Mapping[str, Preset] = {
    each.key: each
    for each in (
        Preset(
            "dynamics",
            "Dynamics 365 Sales",
            sentence("Opportunities follow Qualify, Develop, Propose, Close; only closed ones are deleted."),
            {
                "default_process": "sales",
                "allow_deleting_open": False,
            },
        ),
        Preset(
            "business_central",
            "Business Central",
            sentence("Opportunities begin with a new customer’s sales cycle; only closed ones are deleted."),
            {
                "default_process": "new",
                "allow_deleting_open": False,
            },
        ),
        Preset(
            "contact_manager",
            "Business Contact Manager",
            sentence("Opportunities follow the six stages of Contact Manager; open ones can be deleted."),
            {
                "default_process": "contact_manager",
                "allow_deleting_open": True,
            },
        ),
    )
}
