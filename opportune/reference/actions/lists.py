"""Commands on lists of choices: "Edit this list" (C-060…C-067). Records keep codes, so a new name shows everywhere."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.kernel.registries import react
from opportune.kernel.sentences import Named, counted, sentence
from opportune.kernel.text import fold, storable
from opportune.ledger.binning import put_into_bin
from opportune.ledger.merging import check_version
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording
from opportune.reference.events import ListItemRemoved
from opportune.reference.lists import ChoiceList
from opportune.reference.models import ListItem
from opportune.reference.naming import both_names, demand_code, demand_names_free, names_anew
from opportune.reference.ordering import put_in_place
from opportune.reference.queries import choice_uses, list_by_key

LONGEST_CODE = 40


@action("add_choice")
def add_choice(actor: Actor, list_key: str, *, name_en: str, name_fr: str = "", code: str = "") -> ListItem:
    """Add a choice at the end of a list; its code is made from the name unless given.

    Raises NotFound, NotPermitted, Refused `fixed_list`, or Invalid for a name or code that is there already.
    """
    wanted, items = _customised(actor, list_key)
    _demand_not_fixed(wanted)
    names = both_names(name_en, name_fr)
    demand_names_free(names, _names_of(items))
    chosen = storable(code).strip() or _free_code(names["name_en"], items)
    demand_code(chosen, LONGEST_CODE)
    if chosen.casefold() in {item.code.casefold() for item in items}:
        raise Invalid({"code": sentence("“{name}” is there already.", name=chosen)})
    last = max((item.position for item in items), default=-1)
    item = ListItem(list_key=list_key, code=chosen, position=last + 1, **names)
    recording().create(item)
    return item


@action("change_choice")
def change_choice(
    actor: Actor,
    list_key: str,
    code: str,
    *,
    name_en: str | None = None,
    name_fr: str | None = None,
    position: int | None = None,
    is_active: bool | None = None,
    version: int | None = None,
) -> None:
    """Rename, move, offer or retire a choice, whichever is given, all or none.

    Raises as each of them, and Conflict where somebody changed the same after the version that was seen.
    """
    _, items = _customised(actor, list_key)
    item = _one(items, code)
    given = {"name_en": name_en, "name_fr": name_fr, "position": position, "is_active": is_active}
    check_version(item, version, [name for name, value in given.items() if value is not None])
    if name_en is not None or name_fr is not None:
        names = names_anew(item.name_en, item.name_fr, name_en, name_fr)
        rename_choice(actor, list_key, code, **names)
    if position is not None:
        move_choice(actor, list_key, code, position=position)
    if is_active is not None:
        offer_choice(actor, list_key, code, is_active=is_active)


@action("rename_choice")
def rename_choice(actor: Actor, list_key: str, code: str, *, name_en: str, name_fr: str = "") -> ListItem:
    """Give a choice other names; every record that has it shows them (C-065).

    Raises NotFound, NotPermitted, Invalid.
    """
    _, items = _customised(actor, list_key)
    item = _one(items, code)
    names = both_names(name_en, name_fr)
    demand_names_free(names, _names_of(each for each in items if each is not item))
    recording().update(item, names)
    return item


@action("move_choice")
def move_choice(
    actor: Actor, list_key: str, code: str, *, position: int, seen: Sequence[int] | None = None
) -> ListItem:
    """Put a choice at a place in its list, from 0; beyond the end is the end.

    `seen` is the order in which the caller saw the list. Raises NotFound, NotPermitted, Conflict if it is another one.
    """
    _, items = _customised(actor, list_key)
    item = _one(items, code)
    put_in_place(items, item, position, seen)
    return item


@action("offer_choice")
def offer_choice(actor: Actor, list_key: str, code: str, *, is_active: bool) -> ListItem:
    """Offer a choice, or no longer: records that have it keep it. Raises NotFound, NotPermitted, Refused."""
    wanted, items = _customised(actor, list_key)
    item = _one(items, code)
    if not is_active:
        _demand_may_go(wanted, item)
    recording().update(item, {"is_active": is_active})
    return item


@action("remove_choice")
def remove_choice(
    actor: Actor, list_key: str, code: str, *, replacement: str | None = None, version: int | None = None
) -> None:
    """Take a choice away. Records that have it get the `replacement`, a code or blank, in the same change set (C-066).

    Raises NotFound, NotPermitted, Refused `fixed_list`, `default_choice`, or `choice_used` if it is used and nobody
    said by what to replace it, Invalid for a replacement that the list does not offer, Conflict where somebody changed
    the choice after the version that was seen.
    """
    wanted, items = _customised(actor, list_key)
    item = _one(items, code)
    check_version(item, version, item.recorded_fields())
    _demand_may_go(wanted, item)
    uses = choice_uses(list_key)[code]
    if replacement is None and uses:
        raise Refused(
            "choice_used",
            counted(
                "{count} record has “{name}”. Say what it gets instead: another choice, or none.",
                "{count} records have “{name}”. Say what they get instead: another choice, or none.",
                uses,
                name=Named(item.name_en, item.name_fr),
            ),
            uses=uses,
        )
    offered = {each.code for each in items if each.is_active and each is not item}
    if replacement and replacement not in offered:
        raise Invalid({"replacement": sentence("“{value}” is not in this list.", value=replacement)})
    put_into_bin(item)
    react(actor, ListItemRemoved(list_key, code, replacement or ""))


def _customised(actor: Actor, list_key: str) -> tuple[ChoiceList, list[ListItem]]:
    wanted = list_by_key(list_key)
    actor.demand_right("customise")
    rows = ListItem.objects.filter(LIVE, list_key=list_key).order_by("pk").select_for_update()
    return wanted, sorted(rows, key=attrgetter("position", "pk"))  # locked by their ids: the order may change


def _one(items: list[ListItem], code: str) -> ListItem:
    found = next((item for item in items if item.code == code), None)
    if found is None:
        raise NotFound("list_item")
    return found


def _names_of(items: Iterable[ListItem]) -> list[tuple[str, str]]:
    return [(item.name_en, item.name_fr) for item in items]


def _demand_not_fixed(wanted: ChoiceList) -> None:
    if wanted.is_fixed:
        raise Refused(
            "fixed_list",
            sentence(
                "The choices of “{list}” mean something to Opportune: they can be renamed and put in order only.",
                list=Named(wanted.name_en, wanted.name_fr),
            ),
        )


def _demand_may_go(wanted: ChoiceList, item: ListItem) -> None:
    _demand_not_fixed(wanted)
    if item.code == wanted.default:
        raise Refused(
            "default_choice",
            sentence(
                "New records begin with “{name}”. It can be renamed, but not taken away.",
                name=Named(item.name_en, item.name_fr),
            ),
        )


def _free_code(name: str, items: list[ListItem]) -> str:
    letters = "".join(c if c.isascii() and c.isalnum() else " " for c in fold(name))
    begin = "_".join(letters.split()) or "choice"
    taken = {item.code.casefold() for item in items}
    for number in ("", *map(str, range(2, len(items) + 3))):
        code = f"{begin[: LONGEST_CODE - len(number)]}{number}"
        if code not in taken:
            return code
    raise RuntimeError("one more code than choices is always free")
