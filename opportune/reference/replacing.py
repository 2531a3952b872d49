"""Which records draw on which lists, as the packages that own them say, and what follows when a choice goes.

Records are changed in few queries, in the running command's change set.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, F, Manager, QuerySet

from opportune.ledger.models import Change
from opportune.ledger.recording import recording
from opportune.reference.events import ListItemRemoved

Drawn = Mapping[str, Sequence[tuple[Manager[Any], str]]]
"""By a list's key: the records that draw on it, and the field in which they have its code."""
_BATCH = 500


def uses_in(drawn: Drawn, list_key: str) -> Counter[str]:
    """How many records outside the bin have each code of a list."""
    counted: Counter[str] = Counter()
    for records, field in drawn.get(list_key, ()):
        rows = records.filter(deleted_at=None).exclude(**{field: ""}).order_by()
        counted.update(dict(rows.values_list(field).annotate(uses=Count("pk"))))
    return counted


def drawn_on(drawn: Drawn, record: Any) -> dict[str, str]:
    """The fields of a record that have codes of lists, with the lists' keys."""
    return {
        field: list_key
        for list_key, fields in drawn.items()
        for records, field in fields
        if records.model is type(record)
    }


def replace_in(drawn: Drawn, event: ListItemRemoved) -> None:
    """Give every record that has the removed code its replacement."""
    for records, field in drawn.get(event.list_key, ()):
        replace_code(records.all(), field, event.code, event.replacement)


def replace_code(rows: QuerySet[Any], field: str, code: str, replacement: str) -> None:
    """Give all of `rows` that have `code` in `field` the `replacement`, those in the bin and closed ones too (C-066).

    It is a consequence of the command, whoever may change the records. Nothing else follows from the field.
    """
    replace_values(rows, {field: code}, {field: replacement})


def replace_values(rows: QuerySet[Any], former: Mapping[str, Any], replacement: Mapping[str, Any]) -> None:
    """Give all of `rows` that have the `former` values in all of these columns others, as `replace_code` does."""
    found = rows.filter(**former).order_by("pk").select_for_update(of=("self",)).only("pk", "version")
    ids = []
    for record in found:
        recording().consequences.add(record.ref)
        recording().note(
            record, Change.Operation.UPDATE, dict(former), dict(replacement), version=record.version + 1
        )
        ids.append(record.pk)
    for first in range(0, len(ids), _BATCH):
        batch = rows.filter(pk__in=ids[first : first + _BATCH])
        batch.update(**replacement, version=F("version") + 1)
