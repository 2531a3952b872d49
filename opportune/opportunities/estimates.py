"""What moves ask of a deal's estimates, and what they do to its estimated close (domain.md §3.1)."""

from datetime import date
from decimal import Decimal

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import Sentence, sentence
from opportune.process.formulas import expected_close


def close_after(close: date | None, formula: str, on: date) -> date | None:
    """The estimated close after a stage with a close-date formula was entered on a date of change (BC §2.8).

    The formula decides only where there was none, or where it was the date of change itself.
    """
    return expected_close(formula, on) if formula and close in (None, on) else close


def demand_estimates(
    *,
    value: Decimal | None,
    chance: Decimal | None,
    given_chance: Decimal | None,
    close: date | None,
    on: date,
) -> None:
    """Raise Invalid naming each estimate a demanding process lacks (E-09, E-11, E-12).

    `chance` is the one that results, `given_chance` the one typed: a typed zero is refused though a stage has one.
    """
    missing: dict[str, Sentence] = {}
    if not value:
        missing["estimated_value"] = sentence("This process asks for an estimated value above zero.")
    if not chance or given_chance == 0:
        missing["chance"] = sentence("This process asks for chances of success above zero.")
    if close is None:
        missing["estimated_close_on"] = sentence("This process asks for an estimated close date.")
    elif close < on:
        missing["estimated_close_on"] = sentence("The estimated close lies before this change.")
    if missing:
        raise Invalid(missing)
