"""The columns of the list of deals: which there are, and which a reader sees.

An address may name them (`?columns=stage,value`), so that a view is its URL; else they are the reader's own.
"""

from opportune.identity.actor import Actor

COLUMNS = (
    "number",
    "customer",
    "stage",
    "phase",
    "value",
    "expected",
    "probability",
    "close",
    "next_task",
    "in_stage",
    "forecast",
    "categories",
    "created",
    "touched",
    "owner",
)
USUAL = ("customer", "stage", "value", "probability", "close", "next_task", "in_stage", "owner")


def read(text: str) -> tuple[str, ...]:
    """The columns a text names, each once and in its order; what is none is passed over."""
    return tuple(dict.fromkeys(name for name in text.split(",") if name in COLUMNS))


def chosen(actor: Actor, named: str) -> tuple[str, ...]:
    """The columns to show: those an address names, else the reader's own, else the usual ones."""
    return read(named) or read(actor.deal_columns) or USUAL


def others(shown: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that are not shown, in their usual order."""
    return tuple(name for name in COLUMNS if name not in shown)
