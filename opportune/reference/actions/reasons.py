"""Commands on close reasons (B-010, B-015…B-017). The built-in "Not recorded" is left alone."""

from collections.abc import Sequence
from operator import attrgetter

from django.db.models import QuerySet

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.sentences import Named, counted, sentence
from opportune.kernel.text import fold, storable
from opportune.ledger.binning import put_into_bin
from opportune.ledger.merging import check_version
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording
from opportune.reference.defaults import NOT_RECORDED
from opportune.reference.models import CloseReason
from opportune.reference.naming import both_names, demand_code, demand_names_free, names_anew
from opportune.reference.ordering import put_in_place
from opportune.reference.queries import may_add_reason, reason_uses
from opportune.reference.settings import MEANINGS

CODE_LENGTH, NAME_LENGTH = 20, 100
_OF_OUTCOME = {
    CloseReason.Outcome.WON: (CloseReason.StatusReason.WON,),
    CloseReason.Outcome.LOST: (CloseReason.StatusReason.OUT_SOLD, CloseReason.StatusReason.CANCELED),
}


@action("add_close_reason")
def add_close_reason(
    actor: Actor,
    *,
    outcome: str = CloseReason.Outcome.WON,
    name: str = "",
    code: str = "",
    name_fr: str = "",
    status_reason: str = "",
) -> CloseReason:
    """Add a reason, also in place from the close form (B-016, B-017).

    Its code is made from the name unless given, and the name is the code unless given. Raises Invalid, NotPermitted,
    or Refused `switched_off` where people may not add any in place.
    """
    _demand_may_add(actor)
    if outcome not in _OF_OUTCOME:
        raise Invalid({"outcome": sentence("Choose won or lost.")})
    fitting = _OF_OUTCOME[CloseReason.Outcome(outcome)]
    if status_reason and status_reason not in fitting:
        names = ", ".join(fitting)
        raise Invalid({"status_reason": sentence("With this outcome, it is one of: {names}.", names=names)})
    chosen, written, in_french = (storable(text).strip() for text in (code, name, name_fr))
    if len(in_french) > NAME_LENGTH:
        raise Invalid({"name_fr": sentence("At most {longest} characters fit here.", longest=NAME_LENGTH)})
    written = written or chosen
    # of two who add the same, one sees the other's
    _locked(CloseReason.objects.filter(LIVE, outcome=outcome))
    _demand_new_reason(outcome, written)
    chosen = chosen or _free_code(written, outcome)
    demand_code(chosen, CODE_LENGTH)
    if CloseReason.objects.filter(LIVE, code__iexact=chosen).exists():
        raise Invalid({"code": sentence("There is already a close reason “{code}”.", code=chosen)})
    reason = CloseReason(
        code=chosen,
        outcome=outcome,
        status_reason=status_reason or fitting[0],
        name_en=written,
        name_fr=in_french or written,
        position=CloseReason.objects.count(),
    )
    recording().create(reason)
    return reason


@action("change_close_reason")
def change_close_reason(
    actor: Actor,
    code: str,
    *,
    name_en: str | None = None,
    name_fr: str | None = None,
    position: int | None = None,
    is_offered: bool | None = None,
    version: int | None = None,
) -> None:
    """Rename, move, offer or withdraw a reason, whichever is given, all or none.

    Raises as each of them, and Conflict where somebody changed the same after the version that was seen.
    """
    reason = _changeable(actor, code) if position is None else _among_others(actor, code)[0]
    given = {"name_en": name_en, "name_fr": name_fr, "position": position, "is_offered": is_offered}
    check_version(reason, version, [name for name, value in given.items() if value is not None])
    if name_en is not None or name_fr is not None:
        names = names_anew(reason.name_en, reason.name_fr, name_en, name_fr)
        rename_close_reason(actor, code, **names)
    if position is not None:
        move_close_reason(actor, code, position=position)
    if is_offered is not None:
        offer_close_reason(actor, code, is_offered=is_offered)


@action("rename_close_reason")
def rename_close_reason(actor: Actor, code: str, *, name_en: str, name_fr: str = "") -> CloseReason:
    """Give a reason other names; every deal closed for it shows them.

    Raises NotFound, NotPermitted, Invalid, or Refused `built_in`.
    """
    reason = _changeable(actor, code)
    names = both_names(name_en, name_fr)
    others = CloseReason.objects.filter(LIVE, outcome=reason.outcome).exclude(pk=reason.pk)
    demand_names_free(names, others.values_list("name_en", "name_fr"))
    recording().update(reason, names)
    return reason


@action("offer_close_reason")
def offer_close_reason(actor: Actor, code: str, *, is_offered: bool) -> CloseReason:
    """Offer a reason in close forms, or withdraw it; deals closed for it keep it. Raises as renaming does."""
    reason = _changeable(actor, code)
    recording().update(reason, {"is_offered": is_offered})
    return reason


@action("move_close_reason")
def move_close_reason(
    actor: Actor, code: str, *, position: int, seen: Sequence[int] | None = None
) -> CloseReason:
    """Put a reason at a place among those of its outcome, from 0, which is the order of the close form.

    `seen` is the order in which the caller saw them. Raises as renaming does, Conflict if it is another one.
    """
    reason, rows = _among_others(actor, code)
    put_in_place(rows, reason, position, seen)
    return reason


@action("remove_close_reason")
def remove_close_reason(actor: Actor, code: str) -> None:
    """Take away a reason for which no deal was closed.

    Raises NotFound, NotPermitted, or Refused `reason_used`, `built_in`.
    """
    reason = _changeable(actor, code)
    uses = reason_uses().get(reason.pk, 0)
    if uses:
        raise Refused(
            "reason_used",
            counted(
                "{count} opportunity was closed for “{name}”. Withdraw the reason instead: it is then offered no more.",
                "{count} opportunities were closed for “{name}”. Withdraw the reason instead: it is then offered no"
                " more.",
                uses,
                name=Named(reason.name_en, reason.name_fr),
            ),
            uses=uses,
        )
    put_into_bin(reason)


def _demand_may_add(actor: Actor) -> None:
    if may_add_reason(actor):
        return
    if "add_close_reasons" in actor.rights:
        raise Refused(
            "switched_off",
            sentence(
                "Only administrators add close reasons here: the setting “{setting}” is off.",
                setting=MEANINGS["people_may_add_close_reasons"].name,
            ),
            setting="people_may_add_close_reasons",
        )
    raise NotPermitted(sentence("You do not have the right to add close reasons."))


def _changeable(actor: Actor, code: str) -> CloseReason:
    actor.demand_right("customise")
    return _settable(CloseReason.objects.select_for_update().filter(LIVE, code=code).first())


def _among_others(actor: Actor, code: str) -> tuple[CloseReason, list[CloseReason]]:
    """A reason and, in their order, all of its outcome: locked by their ids, so that two who do so wait in one line."""
    actor.demand_right("customise")
    outcome = CloseReason.objects.filter(LIVE, code=code).values("outcome")
    rows = _locked(CloseReason.objects.filter(LIVE, outcome__in=outcome))
    reason = _settable(next((each for each in rows if each.code == code), None))
    return reason, sorted(rows, key=attrgetter("position", "pk"))


def _locked(reasons: QuerySet[CloseReason]) -> list[CloseReason]:
    return list(reasons.order_by("pk").select_for_update())


def _settable(reason: CloseReason | None) -> CloseReason:
    if reason is None:
        raise NotFound("close_reason")
    if reason.code == NOT_RECORDED[0]:
        raise Refused("built_in", sentence("“Not recorded” is built in: imports need it as it is."))
    return reason


def _demand_new_reason(outcome: str, name: str) -> None:
    if not name:
        raise Invalid({"name": sentence("Give the reason a name.")})
    if len(name) > NAME_LENGTH:
        raise Invalid({"name": sentence("At most {longest} characters fit here.", longest=NAME_LENGTH)})
    there = CloseReason.objects.filter(LIVE, outcome=outcome).values_list("name_en", "name_fr")
    if fold(name) in {fold(known) for names in there for known in names}:
        raise Invalid({"name": sentence("There is already a close reason “{name}”.", name=name)})


def _free_code(name: str, outcome: str) -> str:
    letters = "".join(c for c in fold(name).upper() if c.isascii() and c.isalnum()) or "REASON"
    suffix = "_W" if outcome == CloseReason.Outcome.WON else "_L"
    taken = {code.upper() for code in CloseReason.objects.filter(LIVE).values_list("code", flat=True)}
    for number in ("", *map(str, range(2, len(taken) + 3))):
        code = f"{letters[: CODE_LENGTH - len(suffix) - len(number)]}{number}{suffix}"
        if code not in taken:
            return code
    raise RuntimeError("one more code than reasons is always free")
