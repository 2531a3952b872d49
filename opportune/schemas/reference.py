"""What the organisation has settled: close reasons, lists of choices, currencies."""

from opportune.reference.queries import Choice, Reason
from opportune.schemas.shapes import Given, Shown, Text


class ChoiceShown(Shown):
    """One choice of a list, by its code."""

    code: str
    name: str
    name_en: str
    name_fr: str


class ChoiceListShown(Shown):
    """The choices of one list, such as *type* or *source*, in their order."""

    key: str
    choices: list[ChoiceShown]


class ChoiceLists(Shown):
    """Every list of choices."""

    items: list[ChoiceListShown]


class ReasonShown(ChoiceShown):
    """Why an opportunity was won or lost; `asks_competitor` says that the form asks to whom."""

    outcome: str
    status_reason: str
    asks_competitor: bool


class ReasonList(Shown):
    """The reasons that a close form offers."""

    items: list[ReasonShown]


class ReasonGiven(Given):
    """A close reason to add; its code is made from the name unless given."""

    outcome: Text
    name: Text
    code: Text = ""
    name_fr: Text = ""


class CurrencyShown(Shown):
    """A currency in use, and the digits its amounts are shown with."""

    code: str
    digits: int
    is_base: bool


class CurrencyList(Shown):
    """The currencies by code."""

    items: list[CurrencyShown]


def choice_shown(choice: Choice, language: str) -> ChoiceShown:
    """A choice with its name in a reader's language beside both."""
    return ChoiceShown(
        code=choice.code, name=choice.name(language), name_en=choice.name_en, name_fr=choice.name_fr
    )


def reason_shown(reason: Reason, language: str) -> ReasonShown:
    """A close reason with its name in a reader's language beside both."""
    return ReasonShown(
        code=reason.code,
        name=reason.name(language),
        name_en=reason.name_en,
        name_fr=reason.name_fr,
        outcome=reason.outcome,
        status_reason=reason.status_reason,
        asks_competitor=reason.asks_competitor,
    )
