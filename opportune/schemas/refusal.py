"""The table of machine codes, as it goes out."""

from opportune.schemas.language import spoken
from opportune.schemas.refusals import REFUSALS
from opportune.schemas.shapes import Shown


class RefusalShown(Shown):
    """A machine code: why things are refused with it, what it means, the names of the data that may come along.

    `cause` is `no_right`, `switched_off` or `wrong_state`; `values`, `conflict`, `not_found` or `door` for the rest.
    """

    code: str
    cause: str
    meaning: str
    data: list[str]


class RefusalList(Shown):
    """Every machine code, by its name."""

    items: list[RefusalShown]


def refusals_shown(language: str) -> RefusalList:
    """The table in a reader's language."""
    return RefusalList(
        items=[
            RefusalShown(
                code=code, cause=each.cause, meaning=spoken(each.meaning, language), data=list(each.data)
            )
            for code, each in sorted(REFUSALS.items())
        ]
    )
