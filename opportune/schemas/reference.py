"""What the organisation has settled: close reasons and lists of choices."""

from opportune.reference.queries import Choice, Reason, UsedChoice, UsedReason
from opportune.schemas.shapes import Given, Shown, Text, Whole


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
    """A close reason to add: won unless said otherwise; its code is made from the name, its name from the code."""

    outcome: Text = "won"
    name: Text = ""
    code: Text = ""
    name_fr: Text = ""
    status_reason: Text = ""


class ReasonChanges(Given):
    """What to change of a close reason; `position` is its new place among those of its outcome, from 0."""

    name_en: Text | None = None
    name_fr: Text | None = None
    position: Whole | None = None
    is_offered: bool | None = None


class UsedReasonShown(ReasonShown):
    """A close reason, whether forms offer it, and how many opportunities were closed for it."""

    is_offered: bool
    is_built_in: bool
    uses: int


class UsedReasonList(Shown):
    """Every close reason, offered or not."""

    items: list[UsedReasonShown]


class UsedChoiceShown(ChoiceShown):
    """A choice, whether forms offer it, and how many records have it."""

    is_active: bool
    uses: int


class UsedChoiceList(Shown):
    """A list of choices, retired ones too, in its order. The codes of a fixed one stay as they are."""

    key: str
    name: str
    is_fixed: bool
    items: list[UsedChoiceShown]


class ChoiceGiven(Given):
    """A choice to add; its code is made from the name unless given, a missing French name is the English one."""

    name_en: Text
    name_fr: Text = ""
    code: Text = ""


class ChoiceChanges(Given):
    """What to change of a choice; `position` is its new place in the list, from 0."""

    name_en: Text | None = None
    name_fr: Text | None = None
    position: Whole | None = None
    is_active: bool | None = None


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


def used_choice_shown(used: UsedChoice, language: str) -> UsedChoiceShown:
    """A choice as who customises its list sees it."""
    shown = choice_shown(used.choice, language)
    return UsedChoiceShown(**dict(shown), is_active=used.choice.is_active, uses=used.uses)


def used_reason_shown(used: UsedReason, language: str) -> UsedReasonShown:
    """A close reason as who customises them sees it."""
    shown = reason_shown(used.reason, language)
    return UsedReasonShown(
        **dict(shown),
        is_offered=used.reason.is_offered,
        is_built_in=used.is_built_in,
        uses=used.uses,
    )
