"""Maps, and the sentence for each mistake in one."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from opportune.importing.maps import (
    ACCOUNT_FIELDS,
    OPPORTUNITY_FIELDS,
    OPTIONS,
    PEOPLE_FIELDS,
    SECTION,
    STATUSES,
    TABLES,
    Meaning,
    parse_map,
    read_map,
)
from opportune.kernel.errors import Invalid
from tests.importing.files import MAP

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LEAST = """
[opportunities.fields]
external_id = "id"
subject = "what"
"""


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.toml")), ids=lambda file: file.name)
def test_the_examples_are_sound(file: Path) -> None:
    assert read_map(file).opportunities.fields


@pytest.mark.parametrize(
    "entry",
    sorted(
        {
            *OPTIONS, *TABLES, *SECTION, *STATUSES, *OPPORTUNITY_FIELDS, *ACCOUNT_FIELDS, *PEOPLE_FIELDS,
            "file", "role", "manager_role", "product", "price", "column", "is", "stage", "times",
        }
    ),
)  # fmt: skip
def test_every_entry_is_explained(entry: str) -> None:
    explained = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"[`\"\[.]{entry}[`\"\].]", explained)


def test_what_a_map_leaves_out_has_a_default() -> None:
    least = parse_map(LEAST)
    assert (least.process, least.currency, least.reason) == ("", "", "NOT_RECORDED")
    assert (least.create_accounts, least.create_people, least.accounts, least.list_price) == (
        False,
        False,
        None,
        None,
    )
    assert least.dates.pattern == "YYYY-MM-DD"
    assert least.columns == ("id", "what")


def test_a_field_is_made_of_columns() -> None:
    subject = parse_map(MAP).opportunities.fields["subject"]
    assert subject.columns == ("what", "who")
    assert subject.value({"what": "Pump", "who": "Northwind"}) == "Pump, Northwind"
    assert subject.value({"what": "Pump", "who": ""}) == "Pump"
    assert subject.value({"what": "", "who": ""}) == ""


def test_a_status_has_a_meaning() -> None:
    assert parse_map(MAP).statuses["Won"] == Meaning("won", "develop")
    assert parse_map(MAP).stages == {"develop"}


def test_amounts_can_be_given_in_thousands() -> None:
    section = parse_map(LEAST + "[opportunities.times]\nestimated_value = 1000.5").opportunities
    assert section.times == {"estimated_value": Decimal("1000.5")}


@pytest.mark.parametrize(
    ("written", "place", "words"),
    [
        ("dates = ", "map", "no valid TOML"),
        ("colour = 1" + LEAST, "colour", "means nothing"),
        ('dates = "M/D/Y"' + LEAST, "dates", "how dates are written"),
        ("dates = 3" + LEAST, "dates", "between quotes"),
        ('create_people = "yes"' + LEAST, "create_people", "true or false"),
        ('process = ""' + LEAST, "process", "between quotes"),
        ("opportunities = 1", "opportunities", "must be a table"),
        ("", "opportunities.fields.external_id", "does not say which column"),
        (
            '[opportunities.fields]\nexternal_id = "id"',
            "opportunities.fields.subject",
            "does not say which column",
        ),
        (LEAST + 'colour = "c"', "opportunities.fields.colour", "means nothing"),
        (LEAST + "budget = 5", "opportunities.fields.budget", "between quotes"),
        (LEAST + "[opportunities.colours]", "opportunities.colours", "means nothing"),
        (LEAST + "[opportunities.aliases]\nwhat = 1", "opportunities.aliases.what", "must be a table"),
        (LEAST + "[opportunities.aliases.what]\na = []", "opportunities.aliases.what.a", "between quotes"),
        (
            LEAST + '[opportunities.defaults]\ncolour = "red"',
            "opportunities.defaults.colour",
            "means nothing",
        ),
        (LEAST + "[opportunities.times]\nbudget = 0", "opportunities.times.budget", "above zero"),
        (LEAST + "[opportunities.times]\nsubject = 2", "opportunities.times.subject", "means nothing"),
        (LEAST + 'status = "state"', "opportunities.status", "what the statuses mean"),
        (LEAST + '[opportunities.status.A]\nis = "won"', "opportunities.status", "which column"),
        (MAP + "[opportunities.status.X]", "opportunities.status.X.is", "needs an entry"),
        (MAP + '[opportunities.status.X]\nis = "gone"', "opportunities.status.X.is", "must be one of"),
        (MAP + '[opportunities.status.X]\nis = "in_progress"', "opportunities.status.X.stage", "which stage"),
        (
            MAP + '[opportunities.status.X]\nis = "not_started"\nstage = "a"',
            "opportunities.status.X.stage",
            "no stage",
        ),
        (LEAST + '[accounts.fields]\nname = "n"', "accounts.file", "needs an entry"),
        (LEAST + '[accounts]\nfile = "a.csv"', "accounts.fields.name", "does not say which column"),
        (LEAST + '[people]\nfile = "p.csv"', "people.fields.name", "does not say which column"),
        (LEAST + "[people]\nrole = 3", "people.role", "between quotes"),
        (LEAST + '[list_price]\nfile = "p.csv"', "list_price.product", "needs an entry"),
    ],
)
def test_a_mistake_in_a_map_is_named(written: str, place: str, words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_map(written)
    assert words in str(refusal.value.fields[place])


def test_a_map_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"absent\.toml cannot be read"):
        read_map(tmp_path / "absent.toml")


def test_a_map_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_bytes("# é".encode("latin-1"))
    with pytest.raises(Invalid, match="not UTF-8"):
        read_map(tmp_path / "map.toml")
