"""What ships: made once, and what is there already, or was taken away, is left alone."""

from opportune.identity.actor import Actor
from opportune.ledger.recording import action, recording
from opportune.reference.defaults import CLOSE_REASONS, CURRENCIES, LISTS, NOT_RECORDED
from opportune.reference.models import Category, CloseReason, Currency, ListItem


@action("install_reference")
def install_reference(actor: Actor) -> None:
    """Make the reasons, lists, currencies and categories that ship and never existed here."""
    actor.demand_right("administer")
    _install_reasons()
    _install_lists()
    known = set(Currency.objects.values_list("code", flat=True))
    recording().create_many(
        [Currency(code=code, digits=digits) for code, digits in CURRENCIES if code not in known]
    )
    colored = set(Category.objects.values_list("color", flat=True))
    recording().create_many(
        [
            Category(color=color, position=position)
            for position, color in enumerate(Category.Color.values)
            if color not in colored
        ]
    )


def _install_reasons() -> None:
    known = set(CloseReason.objects.values_list("code", flat=True))
    made = [
        CloseReason(
            code=code,
            outcome=outcome,
            status_reason=status_reason,
            name_en=name_en,
            name_fr=name_fr,
            position=position,
            is_offered=code != NOT_RECORDED[0],
            asks_competitor=code == "COMPETITOR_L",
        )
        for position, (code, outcome, status_reason, name_en, name_fr) in enumerate(
            (*CLOSE_REASONS, NOT_RECORDED)
        )
        if code not in known
    ]
    recording().create_many(made)


def _install_lists() -> None:
    known = set(ListItem.objects.values_list("list_key", "code"))
    made = [
        ListItem(list_key=key, code=code, name_en=name_en, name_fr=name_fr, position=position)
        for key, items in LISTS.items()
        for position, (code, name_en, name_fr) in enumerate(items)
        if (key, code) not in known
    ]
    recording().create_many(made)
