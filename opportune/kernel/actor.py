"""Who acts. The ledger writes down these few facts; rights are the business of `identity`."""

from typing import Protocol


class Actor(Protocol):
    """A person, a token, a job, the system or a public link (domain.md §7)."""

    @property
    def kind(self) -> str:
        """`person`, `token`, `job`, `system` or `link`."""

    @property
    def id(self) -> int | None:
        """The id within its kind; none for the system."""

    @property
    def label(self) -> str:
        """The name to show, kept as it was when the actor acted."""

    @property
    def door(self) -> str:
        """Through which door: `web`, `api`, `cli`, `import`, `system`."""
