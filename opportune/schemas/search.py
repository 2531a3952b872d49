"""What a search found."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from opportune.schemas.page import LARGEST
from opportune.schemas.shapes import Shown, Text


class Search(BaseModel):
    """The words to look for, the kind of record if it is to be one, and how many at most."""

    q: Text
    kind: Literal["opportunity", "account", "contact", "campaign", "segment"] | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST)] = 20


class HitShown(Shown):
    """A record that was found."""

    kind: str
    id: int
    title: str
    subtitle: str


class HitList(Shown):
    """What was found, by kind; within a kind the best first."""

    items: list[HitShown]
