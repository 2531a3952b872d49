"""From what a row says to the draft of an opportunity: names looked up, days given an instant."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opportune.importing.accounts import AccountBook
from opportune.importing.maps import ImportMap
from opportune.importing.people import Staff
from opportune.importing.rows import ImportedRow
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound
from opportune.kernel.sentences import sentence
from opportune.opportunities.actions import Draft, Happening
from opportune.process.queries import ProcessPicture, process_by_key, processes
from opportune.reference.queries import organisation_settings

_NOON = timedelta(hours=12)
CLOSED = ("won", "lost")


@dataclass(frozen=True, slots=True)
class Drafter:
    """Makes drafts. What has no date begins at `now`, the instant of the import; a day stands for its noon.

    Noon, because it stays on the same day should the organisation's time zone ever change by some hours.
    """

    process: ProcessPicture
    stages: dict[str, int]
    currency: str
    zone: str
    now: datetime
    accounts: AccountBook
    people: Staff

    def draft_of(self, row: ImportedRow) -> Draft:
        """The draft a row amounts to. Raises Invalid for a customer or owner that is not known."""
        fields: dict[str, Any] = {**row.fields, "external_id": row.external_id}
        fields["account_id"] = self.accounts.id_of(row.account)
        if row.owner:
            fields["owner_id"] = self.people.id_of(row.owner)
        if self.currency:
            fields["currency"] = self.currency
        begun = row.created_on or row.started_on or row.closed_on
        return Draft(
            fields,
            process_id=self.process.id,
            stage_id=None,
            created_at=self._instant(begun),
            created_on=begun,
            history=self._history(row, begun),
        )

    def _history(self, row: ImportedRow, begun: date | None) -> tuple[Happening, ...]:
        happened = []
        if row.meaning.stage:
            on = row.started_on or begun
            happened.append(
                Happening("enter", self._instant(on), self._day(on), self.stages[row.meaning.stage])
            )
        if row.meaning.status in CLOSED:
            happened.append(
                Happening(
                    row.meaning.status,
                    self._instant(row.closed_on),
                    self._day(row.closed_on),
                    reason_code=row.reason,
                    actual_value=row.actual_value,
                )
            )
        return tuple(happened)

    def _instant(self, day: date | None) -> datetime:
        return self.now if day is None else min(clock.start_of(day, self.zone) + _NOON, self.now)

    def _day(self, day: date | None) -> date:
        return day or clock.day_of(self.now, self.zone)


def stages_of(plan: ImportMap) -> tuple[ProcessPicture, dict[str, int]]:
    """The process of a map and the ids of its stages by key. Raises Invalid for a key that is none."""
    key = plan.process or organisation_settings().default_process
    try:
        process = process_by_key(key)
    except NotFound:
        offered = ", ".join(one.key for one in processes())
        raise Invalid(
            {
                "process": sentence(
                    "There is no process “{key}”. There are: {offered}.", key=key, offered=offered
                )
            }
        ) from None
    stages = {stage.key: stage.id for stage in process.stages}
    unknown = sorted(plan.stages - set(stages))
    if unknown:
        raise Invalid(
            {
                "stage": sentence(
                    "The process “{process}” has no stage “{key}”. It has: {offered}.",
                    process=key,
                    key=unknown[0],
                    offered=", ".join(stages),
                )
            }
        )
    return process, stages
