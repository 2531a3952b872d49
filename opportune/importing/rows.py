"""Understanding one row of the opportunities: plain values, or the reasons why it makes no opportunity.

What a sound opportunity is, is not decided here but where opportunities are made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from opportune.importing.dates import DateFormat
from opportune.importing.maps import AMOUNTS, DATES, NAMES, PERCENTAGES, ImportMap, ListPrice, Meaning
from opportune.importing.sections import Section
from opportune.importing.tables import Line, open_table
from opportune.kernel.errors import Invalid
from opportune.kernel.money import parse_amount
from opportune.kernel.sentences import Sentence, sentence
from opportune.opportunities.models import CLOSED

HAPPENED = ("created_on", "started_on", "closed_on", "actual_value")
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
NOT_STARTED = Meaning("not_started")


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What a row says: `fields` as commands take them, names not yet looked up, and what happened when.

    `reason` is the code of the reason it would be closed with; `actual_value` counts if it was won.
    """

    line: Line
    external_id: str
    fields: Mapping[str, Any]
    account: str
    owner: str
    meaning: Meaning
    reason: str
    created_on: date | None = None
    started_on: date | None = None
    closed_on: date | None = None
    actual_value: Decimal | None = None


@dataclass(slots=True)
class RowReader:
    """Reads rows by a map. `prices` are list prices by product, where the map asks for them.

    It remembers the external ids it has met, as each may occur once in a file.
    """

    map: ImportMap
    default_account: str = ""
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    _met: dict[str, int] = field(default_factory=dict)

    def read(self, line: Line) -> ImportedRow:
        """What a row says. Raises Invalid with a reason for each field that cannot be understood."""
        cells = self.cells(line)
        texts = self.texts(cells)
        values, wrong = converted(texts, self.map.opportunities, self.map.dates)
        meaning = self._meaning(texts.get("status", ""))
        if meaning is None:
            wrong["status"] = sentence("The map does not say what “{value}” means.", value=texts["status"])
        else:
            wrong.update(_contradictions(meaning, values, wrong))
        wrong.update(self._missing(texts, line.number))
        if meaning is None or wrong:
            raise Invalid(wrong)
        values["estimated_value"] = self._estimated(values, meaning, cells)
        given = {name: value for name, value in values.items() if value not in (None, "")}
        if given.get("forecast_category") in CLOSED:  # an export shows how it ended, which nobody types
            del given["forecast_category"]
        return ImportedRow(
            line=line,
            external_id=given["external_id"],
            fields={name: given[name] for name in given if name not in (*NAMES, *HAPPENED)},
            account=given["account"],
            owner=given.get("owner", ""),
            meaning=meaning,
            reason=given.get("reason", self.map.reason),
            **{name: given.get(name) for name in HAPPENED},
        )

    def cells(self, line: Line) -> dict[str, str]:
        """A row's cells with aliases put right and the default account filled in. Raises Invalid if miscounted."""
        if not line.cells:
            count = len(line.raw)
            raise Invalid({"row": sentence("This row has {count} cells, unlike the header.", count=count)})
        cells = self.map.opportunities.meant(line.cells)
        account = self.map.opportunities.fields.get("account")
        if account is not None and not account.pattern:
            cells[account.columns[0]] = cells[account.columns[0]] or self.default_account
        return cells

    def texts(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The text of each field."""
        texts = self.map.opportunities.values(cells)
        return {**texts, "account": texts.get("account") or self.default_account}

    def external_id(self, line: Line) -> str:
        """A row's external id, if it has one."""
        return self.texts(self.cells(line)).get("external_id", "") if line.cells else ""

    def _meaning(self, status: str) -> Meaning | None:
        return self.map.statuses.get(status) if self.map.statuses else NOT_STARTED

    def _missing(self, texts: Mapping[str, str], number: int) -> dict[str, Sentence]:
        wrong: dict[str, Sentence] = {}
        external_id = texts["external_id"]
        if not external_id:
            wrong["external_id"] = sentence(
                "There is no external id, by which a second import would know this opportunity."
            )
        elif self._met.setdefault(external_id, number) != number:
            wrong["external_id"] = sentence(
                "Row {row} has the external id “{id}” already.", row=self._met[external_id], id=external_id
            )
        if not texts["account"]:
            wrong["account"] = sentence(
                "There is no customer. Fill in the account, or import with a default account."
            )
        return wrong

    def _estimated(
        self, values: Mapping[str, Any], meaning: Meaning, cells: Mapping[str, str]
    ) -> Decimal | None:
        """The estimated value, else the list price of an open deal; never what only its closing told.

        A total as of a day before the closing would otherwise know the future.
        """
        known: Decimal | None = values.get("estimated_value")
        if known is None and self.map.list_price and meaning.status in ("not_started", "in_progress"):
            return self.prices.get(cells[self.map.list_price.column])
        return known


def converted(
    texts: Mapping[str, str], section: Section, dates: DateFormat
) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """The fields' texts as values, none for blank amounts and dates, and what is wrong with the others."""
    values: dict[str, Any] = {}
    wrong: dict[str, Sentence] = {}
    for name, text in texts.items():
        read = _reading(name, section, dates)
        try:
            values[name] = read(text) if text else None
        except ValueError:
            wrong[name] = _unreadable(name, text, dates)
        else:
            if isinstance(values[name], date) and not EARLIEST <= values[name] <= LATEST:
                wrong[name] = sentence("“{value}” is too far away to be right.", value=text)
    return values, wrong


def list_prices(listed: ListPrice, directory: Path) -> dict[str, Decimal]:
    """The prices of a price list by product. Raises Invalid for a file or a price that cannot be read."""
    table = open_table(directory / listed.file, [listed.product, listed.price])
    prices: dict[str, Decimal] = {}
    for line in table.lines():
        price = line.cells.get(listed.price, "").strip()
        try:
            prices[line.cells.get(listed.product, "").strip()] = parse_amount(price)
        except ValueError:
            raise Invalid(
                {
                    listed.file: sentence(
                        "{file}, row {row}: “{value}” is not a number.",
                        file=listed.file,
                        row=line.number,
                        value=price,
                    )
                }
            ) from None
    return prices


def _reading(name: str, section: Section, dates: DateFormat) -> Callable[[str], Any]:
    if name in DATES:
        return dates.read
    if name in (*AMOUNTS, *PERCENTAGES):
        factor = section.times.get(name, Decimal(1))
        return lambda text: parse_amount(text.removesuffix("%")) * factor
    return str


def _unreadable(name: str, text: str, dates: DateFormat) -> Sentence:
    if name in DATES:
        return sentence("“{value}” is not a date written as {format}.", value=text, format=dates.pattern)
    return sentence("“{value}” is not a number.", value=text)


def _contradictions(
    meaning: Meaning, values: Mapping[str, Any], wrong: Mapping[str, Sentence]
) -> dict[str, Sentence]:
    is_closed = meaning.status in ("won", "lost")
    if "closed_on" in wrong or is_closed == (values.get("closed_on") is not None):
        return {}
    if is_closed:
        return {"closed_on": sentence("It is closed, but there is no date of closing.")}
    return {"closed_on": sentence("It is open, yet there is a date of closing.")}
