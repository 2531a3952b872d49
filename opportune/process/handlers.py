"""What the ledger may do with processes, stages and steps of which it knows the reference only."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from opportune.identity.actor import Actor
from opportune.kernel.errors import Refused
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.kernel.text import fold
from opportune.ledger.binning import put_into_bin, take_out_of_bin
from opportune.ledger.models import LIVE
from opportune.ledger.recording import recording
from opportune.process.events import StageRemoved, StepsRemoved
from opportune.process.models import Process, Stage, Step
from opportune.process.queries import process_use, processes, stage_use, step_use
from opportune.process.standing import demand_not_default, demand_unused
from opportune.process.values import NAMES

R = TypeVar("R", Process, Stage, Step)


class _Customised(Generic[R]):
    """What only those who customise may undo; every field is undone alone."""

    model: type[R]
    process = "pk"

    def facets(self) -> dict[str, tuple[str, ...]]:
        """Every field is one by itself."""
        return {}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, R]:
        """All of them, in the bin or not, locked after their processes by their ids; none without the right."""
        if "customise" not in actor.rights:
            return {}
        rows = self.model._default_manager.filter(pk__in=list(ids)).order_by("pk")
        above = Process.objects.filter(pk__in=rows.order_by().values(self.process)).order_by("pk")
        list(above.select_for_update(no_key=True))
        return {row.pk: row for row in rows.select_for_update(no_key=True)}

    def restore_fields(self, actor: Actor, record: R, values: dict[str, Any]) -> None:
        """Give fields their former values."""
        self.demand_free(record, values)
        recording().update(record, values)

    def remove(self, actor: Actor, record: R) -> None:
        """Undo a creation."""
        put_into_bin(record)

    def bring_back(self, actor: Actor, record: R) -> None:
        """Undo a removal."""
        self.demand_free(record, record.facts())
        take_out_of_bin(record)

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """All of them, for those who customise."""
        return set(ids) if "customise" in actor.rights else set()

    def demand_free(self, record: R, values: dict[str, Any]) -> None:
        """Raise Refused for values that another record has taken meanwhile, or a place that is gone."""


class ProcessHandler(_Customised[Process]):
    """The handler of the kind `process`."""

    model = Process

    def restore_fields(self, actor: Actor, record: Process, values: dict[str, Any]) -> None:
        """Give fields their former values. Raises Refused `process_is_default` for retiring that."""
        if values.get("is_retired"):
            demand_not_default(record)
        super().restore_fields(actor, record, values)

    def remove(self, actor: Actor, record: Process) -> None:
        """Undo a creation, or delete it anew. Raises Refused `process_is_default`, `process_in_use`."""
        demand_not_default(record)
        demand_unused(record)
        super().remove(actor, record)

    def depended_upon(self, record: Process) -> bool:
        """Deals in it or that were, and stages made later, keep a process."""
        return process_use(record.pk).all > 0 or record.stages.filter(LIVE).exists()

    def demand_free(self, record: Process, values: dict[str, Any]) -> None:
        """Raise Refused `key_taken`."""
        again = Process.objects.filter(LIVE, key=values.get("key", record.key)).exclude(pk=record.pk)
        if again.exists():
            raise Refused("key_taken", sentence("Another process has the key “{key}” now.", key=record.key))


class StageHandler(_Customised[Stage]):
    """The handler of the kind `stage`."""

    model = Stage
    process = "process_id"

    def remove(self, actor: Actor, record: Stage) -> None:
        """Undo a creation, or delete it anew: who came to stand on it meanwhile goes where the others went."""
        known = next((each for each in processes() if each.id == record.process_id), None)
        if known is not None:
            replacement = known.stage_left(record.replaced_by_id)
            react(actor, StageRemoved(known.id, record.pk, replacement.id if replacement else None))
        super().remove(actor, record)

    def depended_upon(self, record: Stage) -> bool:
        """Deals in it, or steps made later, keep a stage."""
        return stage_use(record.pk).all > 0 or record.steps.filter(LIVE).exists()

    def demand_free(self, record: Stage, values: dict[str, Any]) -> None:
        """Raise Refused `process_gone`, `key_taken`, `name_taken`, `default_taken`."""
        if record.process.deleted_at is not None:
            raise Refused("process_gone", sentence("Its process is in the bin. Bring that back first."))
        others = list(Stage.objects.filter(LIVE, process_id=record.process_id).exclude(pk=record.pk))
        if "key" in values and values["key"] in {other.key for other in others}:
            raise Refused("key_taken", sentence("Another stage has the key “{key}” now.", key=values["key"]))
        for name in NAMES:
            if name in values and fold(values[name]) in {fold(getattr(other, name)) for other in others}:
                raise Refused(
                    "name_taken", sentence("Another stage is called “{name}” now.", name=values[name])
                )
        if values.get("is_default") and any(other.is_default for other in others):
            raise Refused("default_taken", sentence("Another stage is the default stage now."))


class StepHandler(_Customised[Step]):
    """The handler of the kind `step`."""

    model = Step
    process = "stage__process_id"

    def remove(self, actor: Actor, record: Step) -> None:
        """Undo a creation, or delete it anew: what is still open of it is cancelled."""
        react(actor, StepsRemoved((record.pk,)))
        super().remove(actor, record)

    def depended_upon(self, record: Step) -> bool:
        """A step that was done on a deal stays."""
        return step_use(record.pk).done > 0

    def demand_free(self, record: Step, values: dict[str, Any]) -> None:
        """Raise Refused `stage_gone`."""
        stage = Stage.objects.filter(LIVE, pk=values.get("stage_id", record.stage_id))
        if not stage.exists():
            raise Refused("stage_gone", sentence("Its stage is in the bin. Bring that back first."))
