"""Every setting of the organisation, declared once: its type is its default's."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from opportune.kernel.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """The organisation's settings with the defaults that ship."""

    organisation: str = "Opportune"
    base_currency: str = "EUR"
    time_zone: str = "Europe/Paris"
    default_process: str = "sales"
    allow_deleting_open: bool = False
    people_may_add_close_reasons: bool = True
    reminder_time: str = "09:00"
    activity_reminders: bool = True
    second_factor_required: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a setting is called, and what it does."""

    name: Sentence
    explanation: Sentence


MEANINGS: Mapping[str, Meaning] = {
    "organisation": Meaning(
        sentence("Name of the organisation"), sentence("Shown to everybody in the account menu.")
    ),
    "base_currency": Meaning(
        sentence("Base currency"),
        sentence("Sums across currencies are in it. It cannot change once an amount has been recorded."),
    ),
    "time_zone": Meaning(
        sentence("Time zone"),
        sentence("Business dates, periods and “today” count by it, unless a person has their own."),
    ),
    "default_process": Meaning(
        sentence("Default process"), sentence("The process of new opportunities, and of the pipeline.")
    ),
    "allow_deleting_open": Meaning(
        sentence("Allow deleting open opportunities"),
        sentence("Otherwise an opportunity is closed as won or lost before it can be deleted."),
    ),
    "activity_reminders": Meaning(
        sentence("Reminders of tasks from stages"),
        sentence(
            "Who owns an opportunity is reminded of each task with a delay that its stage brings along."
        ),
    ),
    "reminder_time": Meaning(
        sentence("Time of reminders"), sentence("When a reminder that has a date and no time is due.")
    ),
    "people_may_add_close_reasons": Meaning(
        sentence("People may add close reasons"),
        sentence("Who has the right to adds a missing reason while closing; otherwise only administrators."),
    ),
    "second_factor_required": Meaning(
        sentence("Second factor for everybody"),
        sentence("Who has none is led to set one up before anything else. Roles can ask for it one by one."),
    ),
}
SETTINGS: Mapping[str, Any] = {each.name: each.default for each in fields(OrganisationSettings)}
"""Every setting with its default."""
