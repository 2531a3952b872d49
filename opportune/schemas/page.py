"""Pages of lists: which part of a list is asked for."""

from typing import Annotated

from pydantic import BaseModel, Field

LARGEST = 200


class Paging(BaseModel):
    """From where on, and how many rows."""

    after: str | None = Field(None, description="The `next` of the page before; none for the first page.")
    limit: Annotated[int, Field(ge=1, le=LARGEST, description="How many rows at most.")] = 50
