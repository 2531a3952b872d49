"""Whose eyes a page is made for: their language, their day, and the organisation's currency."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.reference.queries import settled


@dataclass(frozen=True, slots=True)
class Viewer:
    """What formats depend on, the name of the organisation, and whether lists may be edited.

    `digits` are the decimals of each currency, by its code.
    """

    language: str = "en"
    base_currency: str = "EUR"
    zone: str = "UTC"
    today: date = date(2000, 1, 1)
    organisation: str = ""
    may_customise: bool = False
    second_factor_required: bool = False
    digits: Mapping[str, int] = field(default_factory=dict)

    def __hash__(self) -> int:
        """What was drawn for these eyes is found by it; a mapping has none."""
        return hash((self.language, self.base_currency, self.zone, self.today))


_viewer: ContextVar[Viewer | None] = ContextVar("viewer", default=None)


def viewer() -> Viewer:
    """Who is looking; someone unknown, reading English, if nobody said."""
    return _viewer.get() or Viewer(today=clock.today("UTC"))


def look_as(actor: Actor) -> Viewer:
    """From here on the page is made for this actor."""
    known = settled()
    settings = known.settings
    zone = actor.time_zone or settings.time_zone
    chosen = Viewer(
        actor.language,
        settings.base_currency,
        zone,
        clock.today(zone),
        settings.organisation,
        may_customise="customise" in actor.rights,
        second_factor_required=settings.second_factor_required,
        digits=known.digits,
    )
    _viewer.set(chosen)
    return chosen


def look_as_visitor(language: str) -> None:
    """From here on the page is made for someone who has not signed in."""
    _viewer.set(Viewer(language, today=clock.today("UTC")))
