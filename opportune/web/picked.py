"""What was typed into pickers: the record chosen there, or, where none was, the only one that has the name typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from opportune.campaigns.queries import campaigns_named, segments_named, visible_campaigns, visible_segments
from opportune.customers.queries import customer_choices, customers_named
from opportune.identity.actor import Actor
from opportune.kernel.parameters import record_id
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.kernel.text import fold
from opportune.web.typed import Namesake, Typed


class _Offered(Protocol):
    @property
    def ref(self) -> RecordRef: ...
    @property
    def name(self) -> str: ...
    @property
    def subtitle(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Picker:
    """What one picker looks among: whom the actor sees of a name, and the name of what it holds, if they see that.

    `written` is how its hidden field says what was chosen.
    """

    named: Callable[[Actor, str], Sequence[_Offered]]
    name_of: Callable[[Actor, str], str | None]
    written: Callable[[RecordRef], str] = str


def _customer(actor: Actor, held: str) -> str | None:
    try:
        found = customer_choices(actor, [RecordRef.parse(held)])
    except ValueError:
        return None
    return found[0].name if found else None


def _campaign(actor: Actor, held: str) -> str | None:
    campaign_id = record_id(held)
    found = visible_campaigns(actor, [campaign_id]) if campaign_id is not None else {}
    return next((one.name for one in found.values()), None)


def _segment(actor: Actor, held: str) -> str | None:
    segment_id = record_id(held)
    found = visible_segments(actor, [segment_id]) if segment_id is not None else {}
    return next((one.name for one in found.values()), None)


def _initiators(actor: Actor, text: str) -> Sequence[_Offered]:
    return [*campaigns_named(actor, text), *customers_named(actor, text)]


def _initiator(actor: Actor, held: str) -> str | None:
    kind, _, number = held.partition(":")
    return _campaign(actor, number) if kind == "campaign" else _customer(actor, held)


def _number(ref: RecordRef) -> str:
    return str(ref.id)


CUSTOMER = Picker(customers_named, _customer)
ACCOUNT = Picker(partial(customers_named, kind="account"), _customer)
CONTACT = Picker(partial(customers_named, kind="contact"), _customer)
CAMPAIGN = Picker(campaigns_named, _campaign, _number)
SEGMENT = Picker(segments_named, _segment, _number)
INITIATOR = Picker(_initiators, _initiator)


def read_picked(actor: Actor, given: Mapping[str, str], pickers: Mapping[str, Picker]) -> Typed:
    """A form as typed, each picker holding what was chosen, or else what was meant by the name typed into it.

    A name that nobody or several have is an error of the field; several are kept as `namesakes` to choose from.
    What the actor cannot see never counts.
    """
    typed = Typed(given)
    shown = typed.shown()
    for field, picker in pickers.items():
        label = f"{field}_name"
        text, held = typed.text(label), typed.text(field)
        is_as_shown = held == shown.get(field)
        if label not in typed.given or (text == shown.get(label) and (held or is_as_shown)):
            continue
        name = picker.name_of(actor, held) if held else None
        # who chose without script, and then typed another name, means that name
        if held and (fold(text) == fold(name) if name is not None else not is_as_shown):
            continue
        _mean(typed, field, picker, picker.named(actor, text) if text else ())
    return typed


def _mean(typed: Typed, field: str, picker: Picker, found: Sequence[_Offered]) -> None:
    typed.given[field] = picker.written(found[0].ref) if len(found) == 1 else ""
    if len(found) == 1:
        typed.given[f"{field}_name"] = found[0].name
    elif found:
        typed.errors[field] = sentence("Several have this name. Choose which one is meant.")
        typed.namesakes[field] = [Namesake(picker.written(one.ref), one.name, one.subtitle) for one in found]
    elif typed.text(f"{field}_name"):
        typed.errors[field] = sentence(
            "Nothing that you can see has this name. Write it in full, or add it first."
        )
