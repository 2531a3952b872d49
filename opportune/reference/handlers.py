"""What the ledger may do with reference data of which it knows the reference only."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, Refused
from opportune.kernel.registries import facts
from opportune.kernel.sentences import sentence
from opportune.ledger.binning import put_into_bin, take_out_of_bin
from opportune.ledger.models import LIVE, Binnable, Change, Recorded
from opportune.ledger.recording import recording
from opportune.reference.actions.settling import demand_base_currency_free, demand_default_process
from opportune.reference.models import (
    Category,
    CategoryMark,
    CloseReason,
    Currency,
    ListItem,
    Rate,
    Setting,
)
from opportune.reference.naming import demand_names_free
from opportune.reference.queries import choice_uses, is_reached, may_categorise, reason_uses
from opportune.reference.settings import SETTINGS

R = TypeVar("R", bound=Recorded)


class SettledHandler(Generic[R]):
    """The `RecordHandler` of what only those with a named right settle: they may undo it, and nobody else."""

    model: type[R]
    right: ClassVar[str] = "customise"

    def facets(self) -> dict[str, tuple[str, ...]]:
        """Names in two languages are undone together."""
        return {"names": ("name_en", "name_fr")}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, R]:
        """All of them, for who has the right, locked in the order of their ids."""
        if self.right not in actor.rights:
            return {}
        rows = self.model._default_manager.filter(pk__in=list(ids)).order_by("pk")
        return {row.pk: row for row in rows.select_for_update()}

    def restore_fields(self, actor: Actor, record: R, values: dict[str, Any]) -> None:
        """Give fields their former values. Raises Refused where those were given away since."""
        self.demand_restorable(record, values)
        recording().update(record, values)

    def remove(self, actor: Actor, record: R) -> None:
        """Undo a creation."""
        if isinstance(record, Binnable):
            put_into_bin(record)

    def bring_back(self, actor: Actor, record: R) -> None:
        """Undo a removal. Raises Refused where its name or its place was given away since."""
        self.demand_restorable(record, {})
        if isinstance(record, Binnable):
            take_out_of_bin(record)

    def demand_restorable(self, record: R, values: dict[str, Any]) -> None:
        """Raise what forbids that the record is there again, or has these values again."""

    def depended_upon(self, record: R) -> bool:
        """Whether something stands on it."""
        return False

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """All of them, for who has the right."""
        return set(ids) if self.right in actor.rights else set()


class SettingHandler(SettledHandler[Setting]):
    """The handler of the kind `setting`."""

    model, right = Setting, "administer"

    def remove(self, actor: Actor, record: Setting) -> None:
        """Undo the first change: the default holds again."""
        self.demand_restorable(record, {"value": SETTINGS.get(record.key)})
        super().remove(actor, record)

    def demand_restorable(self, record: Setting, values: dict[str, Any]) -> None:
        """Raise Refused `base_currency_frozen`, `default_process_gone`, or `taken` if it was set anew since."""
        value = values.get("value", record.value)
        if record.key == "base_currency":
            demand_base_currency_free(value)
        if record.key == "default_process":
            demand_default_process(value)
        if record.deleted_at is not None:
            _demand_free(Setting.objects.filter(LIVE, key=record.key).exists(), record.key)


class CurrencyHandler(SettledHandler[Currency]):
    """The handler of the kind `currency`."""

    model, right = Currency, "administer"

    def demand_restorable(self, record: Currency, values: dict[str, Any]) -> None:
        """Raise Refused `taken` if it was added again since."""
        if record.deleted_at is not None:
            _demand_free(Currency.objects.filter(LIVE, code=record.code).exists(), record.code)

    def depended_upon(self, record: Currency) -> bool:
        """Whether it has rates, or an amount is in it."""
        ask = facts.get("currency_is_used")
        return Rate.objects.filter(LIVE, currency=record).exists() or bool(ask and ask(record.code))


class RateHandler(SettledHandler[Rate]):
    """The handler of the kind `rate`."""

    model, right = Rate, "administer"

    def demand_restorable(self, record: Rate, values: dict[str, Any]) -> None:
        """Raise Refused `taken` if the day has another rate since."""
        if record.deleted_at is not None:
            same = Rate.objects.filter(LIVE, currency_id=record.currency_id, valid_from=record.valid_from)
            _demand_free(same.exists(), record.valid_from)


class NamedHandler(SettledHandler[R]):
    """What has a code and two names, none of which two of its kind may have."""

    def others(self, record: R) -> Any:
        """Those beside it that its code and its names are compared with."""
        raise NotImplementedError

    def demand_restorable(self, record: Any, values: dict[str, Any]) -> None:
        """Raise Refused `taken` if another one has its code or one of its names since."""
        others = self.others(record).exclude(pk=record.pk)
        names = {name: values.get(name, getattr(record, name)) for name in ("name_en", "name_fr")}
        _demand_free(others.filter(code__iexact=record.code).exists(), record.code)
        try:
            demand_names_free(names, others.values_list("name_en", "name_fr"))
        except Invalid as invalid:
            raise Refused("taken", invalid.message) from None


class CloseReasonHandler(NamedHandler[CloseReason]):
    """The handler of the kind `close_reason`."""

    model = CloseReason

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, CloseReason]:
        """Who added a reason in place may take it back; the rest is for who customises."""
        if self.right in actor.rights or "add_close_reasons" not in actor.rights:
            return super().lock(actor, ids)
        added = Change.objects.filter(
            kind=CloseReason.kind,
            record_id__in=list(ids),
            operation=Change.Operation.CREATE,
            change_set__person_id=actor.person_id,
        )
        own = CloseReason.objects.filter(pk__in=added.values("record_id"), version=1).order_by("pk")
        return {row.pk: row for row in own.select_for_update()}

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """Who may add reasons sees them."""
        return set(ids) if actor.rights & {self.right, "add_close_reasons"} else set()

    def others(self, record: CloseReason) -> Any:
        """The reasons of its outcome."""
        return CloseReason.objects.filter(LIVE, outcome=record.outcome)

    def depended_upon(self, record: CloseReason) -> bool:
        """Whether a deal was closed for it."""
        return reason_uses().get(record.pk, 0) > 0


class ListItemHandler(NamedHandler[ListItem]):
    """The handler of the kind `list_item`."""

    model = ListItem

    def others(self, record: ListItem) -> Any:
        """The choices of its list."""
        return ListItem.objects.filter(LIVE, list_key=record.list_key)

    def depended_upon(self, record: ListItem) -> bool:
        """Whether a record has its code."""
        return choice_uses(record.list_key)[record.code] > 0


class CategoryHandler(SettledHandler[Category]):
    """The handler of the kind `category`."""

    model = Category


class CategoryMarkHandler:
    """The handler of the kind `category_mark`: who may categorise the record may undo it."""

    def facets(self) -> dict[str, tuple[str, ...]]:
        """A mark is there or not."""
        return {}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, CategoryMark]:
        """The marks of records the actor may categorise."""
        rows = CategoryMark.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))
        return {row.pk: row for row in rows if may_categorise(actor, row.marked)}

    def restore_fields(self, actor: Actor, record: CategoryMark, values: dict[str, Any]) -> None:
        """Give fields their former values."""
        recording().update(record, values)

    def remove(self, actor: Actor, record: CategoryMark) -> None:
        """Undo the marking."""
        put_into_bin(record)

    def bring_back(self, actor: Actor, record: CategoryMark) -> None:
        """Undo the taking away; where the record was marked again since, it stays so."""
        same = CategoryMark.objects.filter(
            LIVE, category_id=record.category_id, record_kind=record.record_kind, record_id=record.record_id
        )
        if not same.exists():
            take_out_of_bin(record)

    def depended_upon(self, record: CategoryMark) -> bool:
        """Nothing stands on a mark."""
        return False

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """The marks of records the actor may see."""
        rows = CategoryMark.objects.filter(pk__in=list(ids))
        return {row.pk for row in rows if is_reached(actor, row.marked, "read")}


def _demand_free(taken: bool, name: str | date) -> None:
    if taken:
        raise Refused("taken", sentence("“{name}” was given anew since; that is not undone.", name=name))
