"""Competitors, who sell to our customers, too."""

from opportune.schemas.shapes import Given, Id, Shown, Text


class CompetitorShown(Shown):
    """A competitor, and how many opportunities the reader sees with it: open, won against it, lost to it."""

    id: int
    version: int
    name: str
    website: str
    strengths: str
    weaknesses: str
    open_count: int
    won_count: int
    lost_count: int


class CompetitorPage(Shown):
    """A page of competitors, by name."""

    items: list[CompetitorShown]
    next: str | None


class CompetitorFields(Given):
    """What may be written on a competitor; none empties a field."""

    website: Text | None = None
    strengths: Text | None = None
    weaknesses: Text | None = None


class CompetitorGiven(CompetitorFields):
    """A competitor to add."""

    name: Text


class CompetitorChanges(CompetitorFields):
    """Fields of a competitor to change; what is left out stays. `version` is the one that was looked at."""

    name: Text | None = None
    version: Id | None = None
