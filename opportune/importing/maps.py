"""The map of an import: a TOML file that says what the columns of CSV files mean.

`examples/README.md` explains each entry to those who write one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from opportune.importing.dates import DateFormat
from opportune.importing.nodes import Node
from opportune.importing.sections import Section, read_section
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence

DATES = (
    "created_on",
    "started_on",
    "closed_on",
    "estimated_close_on",
    "decision_on",
    "expires_on",
    "delivery_on",
)
AMOUNTS = ("estimated_value", "actual_value", "budget")
PERCENTAGES = ("chance", "probability")
LISTS = (
    "type", "source", "rating", "priority", "purchase_timeframe", "purchase_process", "forecast_category",
)  # fmt: skip
TEXTS = ("external_id", "subject", "description", "comments", "customer_need", "proposed_solution", *LISTS)
NAMES = ("account", "owner", "status", "reason")
OPPORTUNITY_FIELDS = (*TEXTS, *NAMES, *DATES, *AMOUNTS, *PERCENTAGES)
ACCOUNT_FIELDS = (
    "name", "parent", "owner", "industry", "employees", "annual_revenue", "website", "phone", "email", "street",
    "postal_code", "city", "country", "description", "external_id",
)  # fmt: skip
ACCOUNT_AMOUNTS = ("annual_revenue",)
PEOPLE_FIELDS = ("name", "email", "manager", "team", "unit")
STATUSES = ("not_started", "in_progress", "won", "lost")
ISO = "YYYY-MM-DD"
BASE = "base"
OPTIONS = ("dates", "process", "currency", "reason", "create_accounts", "create_people")
TABLES = ("opportunities", "accounts", "people", "list_price")
SECTION = ("fields", "aliases", "defaults")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value of the status column stands for: a status, and the key of the stage before it closed, if any."""

    status: str
    stage: str = ""


@dataclass(frozen=True, slots=True)
class PeopleSection:
    """The file about people, and the keys of the roles that sellers and managers get."""

    section: Section = field(default_factory=Section)
    role: str = "salesperson"
    manager_role: str = "sales_manager"


@dataclass(frozen=True, slots=True)
class ListPrice:
    """A price list, its two columns, and the column of the opportunities that names the product."""

    file: str
    product: str
    price: str
    column: str


@dataclass(frozen=True, slots=True)
class ImportMap:
    """What the columns of the files of an import mean. `currency` is empty for the base currency."""

    opportunities: Section
    statuses: Mapping[str, Meaning]
    dates: DateFormat
    process: str = ""
    currency: str = ""
    reason: str = "NOT_RECORDED"
    create_accounts: bool = False
    create_people: bool = False
    accounts: Section | None = None
    people: PeopleSection = field(default_factory=PeopleSection)
    list_price: ListPrice | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the file of opportunities has to have."""
        named = (self.list_price.column,) if self.list_price else ()
        return tuple(dict.fromkeys([*self.opportunities.columns, *named]))

    @property
    def stages(self) -> frozenset[str]:
        """The keys of the stages the map speaks of."""
        return frozenset(meaning.stage for meaning in self.statuses.values() if meaning.stage)


def read_map(file: Path) -> ImportMap:
    """The map in a TOML file. Raises Invalid with what is wrong with it."""
    try:
        return parse_map(file.read_text(encoding="utf-8"))
    except OSError as failure:
        raise Invalid(
            {
                "map": sentence(
                    "The map {file} cannot be read: {problem}.", file=str(file), problem=failure.strerror
                )
            }
        ) from None
    except UnicodeDecodeError:
        raise Invalid({"map": sentence("The map {file} is not UTF-8 text.", file=str(file))}) from None
    except ValueError as failure:  # a name that no file can have
        told = sentence(
            "The map {file} cannot be read: {problem}.", file=ascii(str(file)), problem=str(failure)
        )
        raise Invalid({"map": told}) from None


def parse_map(written: str) -> ImportMap:
    """The map in a TOML text. Raises Invalid with what is wrong with it."""
    try:
        whole = Node("", tomllib.loads(written, parse_float=Decimal))
    except tomllib.TOMLDecodeError as problem:
        raise Invalid(
            {"map": sentence("The map is no valid TOML: {problem}.", problem=str(problem))}
        ) from None
    whole.admit(*OPTIONS, *TABLES)
    opportunities = whole.table("opportunities")
    opportunities.admit(*SECTION, "times", "status")
    section = read_section(opportunities, OPPORTUNITY_FIELDS, ("external_id", "subject"), amounts=AMOUNTS)
    currency = whole.text("currency", BASE)
    return ImportMap(
        opportunities=section,
        statuses=_statuses(opportunities, section),
        dates=_dates(whole),
        process=whole.text("process") if "process" in whole.content else "",
        currency="" if currency == BASE else currency,
        reason=whole.text("reason", "NOT_RECORDED"),
        create_accounts=whole.truth("create_accounts"),
        create_people=whole.truth("create_people"),
        accounts=_accounts(whole),
        people=_people(whole),
        list_price=_list_price(whole),
    )


def _dates(whole: Node) -> DateFormat:
    pattern = whole.text("dates", ISO)
    try:
        return DateFormat.of(pattern)
    except ValueError:
        whole.refuse(
            "dates",
            sentence(
                "“{format}” does not say how dates are written. Use YYYY, MM or M, DD or D, as in M/D/YYYY.",
                format=pattern,
            ),
        )


def _statuses(opportunities: Node, section: Section) -> dict[str, Meaning]:
    written = opportunities.table("status")
    has_status = "status" in section.fields or "status" in section.defaults
    if has_status and not written.content:
        opportunities.refuse(
            "status",
            sentence("The map does not say what the statuses mean; add tables [opportunities.status.…]."),
        )
    if written.content and not has_status:
        opportunities.refuse(
            "status", sentence("The map says what statuses mean, but not which column “status” comes from.")
        )
    return {value: _meaning(node) for value, node in written.tables()}


def _meaning(node: Node) -> Meaning:
    node.admit("is", "stage")
    status = node.choice("is", STATUSES)
    has_stage = "stage" in node.content
    if status == "in_progress" and not has_stage:
        node.refuse("stage", sentence("Say which stage these are in: “{entry}”.", entry=node.place("stage")))
    if status == "not_started" and has_stage:
        node.refuse(
            "stage",
            sentence("What is not started has no stage; remove “{entry}”.", entry=node.place("stage")),
        )
    return Meaning(status, node.text("stage") if has_stage else "")


def _accounts(whole: Node) -> Section | None:
    node = whole.table("accounts")
    if not node.content:
        return None
    node.admit("file", "times", *SECTION)
    return read_section(node, ACCOUNT_FIELDS, ("name",), amounts=ACCOUNT_AMOUNTS, file=node.text("file"))


def _people(whole: Node) -> PeopleSection:
    node = whole.table("people")
    node.admit("file", "role", "manager_role", *SECTION)
    section = Section()
    if "file" in node.content or "fields" in node.content:
        section = read_section(node, PEOPLE_FIELDS, ("name",), file=node.text("file"))
    return PeopleSection(
        section, node.text("role", "salesperson"), node.text("manager_role", "sales_manager")
    )


def _list_price(whole: Node) -> ListPrice | None:
    node = whole.table("list_price")
    if not node.content:
        return None
    node.admit("file", "product", "price", "column")
    return ListPrice(node.text("file"), node.text("product"), node.text("price"), node.text("column"))
