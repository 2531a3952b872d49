"""Documents say what is there: their links lead somewhere, and what they name exists."""

from __future__ import annotations

import argparse
import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from opportune.__main__ import build_parser
from tests.requirements.test_requirement_ids import definitions, sections_of

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
LAID_OUT = [ROOT / "ARCHITECTURE.md", ROOT / "STYLE.md", *sorted((ROOT / "docs" / "decisions").glob("*.md"))]

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[[^\]]+\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
NAMED_FILE = re.compile(r"`([\w./-]+\.(?:py|toml|html|css|js|md|po|lock))`")
NAMED_COMMAND = re.compile(r"(?:`|-m )opportune (\w[\w-]*)")
NAMED_SCRIPT = re.compile(r"(?<![\w/])bin/(\w+)")
PACKAGE_ROW = re.compile(r"^\| `opportune/(\w+)` \| \S", re.MULTILINE)
EXACT = re.compile(r"`([\w./]+\.py):(\w+)`")
A_RANGE = re.compile(r"(\S+)…(\S+)")


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def anchors_of(document: Path) -> set[str]:
    """The anchors that the headings of a document get."""
    titles = HEADING.findall(text_of(document))
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def broken_links(document: Path) -> list[str]:
    """The links of a document to other files and headings of the repository that lead nowhere."""
    broken = []
    for link in LINK.findall(text_of(document)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    return broken


def pictures_of(document: Path) -> set[Path]:
    """The pictures that a document shows."""
    return {(document.parent / shown).resolve() for shown in PICTURE.findall(text_of(document))}


@cache
def repository() -> frozenset[str]:
    """Every file of what Opportune consists of, with a slash before its path."""
    folders = [ROOT / name for name in ("opportune", "tests", "docs", "bin", "examples")]
    files = [*ROOT.glob("*"), *(file for folder in folders for file in folder.rglob("*"))]
    return frozenset(f"/{file.relative_to(ROOT).as_posix()}" for file in files if file.is_file())


@cache
def names_in(module: Path) -> frozenset[str]:
    """What a module defines or brings in, at its top or in its classes."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text_of(module))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            found.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update(target.id for target in targets if isinstance(target, ast.Name))
    return frozenset(found)


def command_names() -> set[str]:
    """The commands of `opportune`."""
    actions = build_parser(with_data=True)._actions
    return {name for each in actions if isinstance(each, argparse._SubParsersAction) for name in each.choices}


def coverage_rows() -> list[tuple[str, str, str]]:
    """The rows of the coverage table: requirements, where, shown by."""
    lines = text_of(ROOT / "docs" / "coverage.md").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [(one, where, shown) for one, where, shown in rows if one not in {"requirement", "---"}]


def expanded(cell: str) -> Iterator[str]:
    """The ids and sections a cell names, one by one: `B-018…B-020` is three, `C-104a…C-104c` too."""
    for part in cell.split(", "):
        if not (found := A_RANGE.search(part)):
            yield part
            continue
        before, first, last = part[: found.start()], found[1], found[2]
        begin = re.sub(r".*?(\d+|[a-z])$", r"\1", first)
        stem = first.removesuffix(begin)
        end = last.removeprefix(stem)
        if begin.isdigit():
            numbers = range(int(begin), int(end) + 1)
            yield from (before + stem + str(number).zfill(len(begin)) for number in numbers)
        else:
            yield from (before + stem + chr(letter) for letter in range(ord(begin), ord(end) + 1))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    assert broken_links(document) == []


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    document = tmp_path / "one.md"
    document.write_text("# One two\n[a](#one-two) [b](#three) [c](two.md) [d](https://example.com)\n")
    assert broken_links(document) == ["#three", "two.md"]


def test_every_package_is_named_with_its_duty() -> None:
    packages = {path.parent.name for path in (ROOT / "opportune").glob("*/__init__.py")}
    named = PACKAGE_ROW.findall(text_of(ROOT / "ARCHITECTURE.md"))
    assert sorted(named) == sorted({*packages, "locale"})


def test_the_packages_stand_in_the_order_of_the_import_contract() -> None:
    contracts = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    height = {
        package: -number
        for number, layer in enumerate(layers)
        for package in re.findall(r"opportune\.(\w+)", layer)
    }
    named = [name for name in PACKAGE_ROW.findall(text_of(ROOT / "ARCHITECTURE.md")) if name in height]
    assert named == sorted(named, key=height.__getitem__)


@pytest.mark.parametrize("document", LAID_OUT, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    kinds = {"actions.py", "queries.py", "models.py", "events.py", "tasks.py", "facts.py", "reactions.py"}
    named = set(NAMED_FILE.findall(text_of(document))) - kinds
    assert [
        name for name in sorted(named) if not any(file.endswith(f"/{name}") for file in repository())
    ] == []


def test_commands_and_scripts_that_are_named_exist() -> None:
    known = command_names()
    scripts = {path.name for path in (ROOT / "bin").iterdir()}
    for document in DOCUMENTS:
        if (ROOT / "docs" / "requirements") in document.parents:
            continue
        assert set(NAMED_COMMAND.findall(text_of(document))) - known == set(), document.name
        assert set(NAMED_SCRIPT.findall(text_of(document))) - scripts == set(), document.name


def test_the_example_of_an_action_is_the_action() -> None:
    [example] = re.findall(r"```python\n(.*?)```", text_of(ROOT / "ARCHITECTURE.md"), re.DOTALL)
    source = text_of(ROOT / "opportune" / "opportunities" / "actions" / "editing.py")
    [shown] = ast.parse(example).body
    assert isinstance(shown, ast.FunctionDef)
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    [written] = [node for node in functions if node.name == shown.name]
    assert ast.unparse(shown) == ast.unparse(written)


def test_every_decision_is_listed() -> None:
    decisions = {path.name for path in (ROOT / "docs" / "decisions").glob("0*.md")}
    listed = LINK.findall(text_of(ROOT / "docs" / "decisions" / "README.md"))
    assert sorted(listed) == sorted(decisions)


@pytest.mark.parametrize(("column", "folder"), [(1, "opportune"), (2, "tests")])
def test_what_the_coverage_names_exists(column: int, folder: str) -> None:
    named = [found for row in coverage_rows() for found in EXACT.findall(row[column])]
    absent = [
        f"{path}:{name}"
        for path, name in named
        if not (ROOT / folder / path).is_file() or name not in names_in(ROOT / folder / path)
    ]
    assert len(named) > 100
    assert absent == []


def test_what_is_met_names_code_and_a_test() -> None:
    for requirement, where, shown_by in coverage_rows():
        if where.startswith("**not yet**"):
            assert shown_by == "–", requirement
        else:
            assert EXACT.search(shown_by), requirement
            assert EXACT.search(where) or LINK.search(where), requirement


def test_every_requirement_is_in_the_coverage_once() -> None:
    told = Counter(one for row in coverage_rows() for one in expanded(row[0]))
    sections = {f"domain.md §{section}" for section in sections_of("domain")}
    leaves = {one for one in sections if not any(other.startswith(f"{one}.") for other in sections)}
    wanted = {*definitions(), *leaves}
    assert sorted(wanted - set(told)) == []
    assert sorted(set(told) - wanted) == []
    assert [one for one, times in told.items() if times > 1] == []


def test_a_range_is_each_of_its_ids() -> None:
    assert list(expanded("B-009…B-011, C-1")) == ["B-009", "B-010", "B-011", "C-1"]
    assert list(expanded("C-104a…C-104c")) == ["C-104a", "C-104b", "C-104c"]
    assert list(expanded("domain.md §5.1…§5.3")) == ["domain.md §5.1", "domain.md §5.2", "domain.md §5.3"]


def test_every_picture_that_is_shown_is_there_and_every_one_there_is_shown() -> None:
    shown = set().union(*(pictures_of(document) for document in DOCUMENTS))
    assert {picture for picture in shown if not picture.exists()} == set()
    in_guide = set((ROOT / "docs" / "guide").rglob("*.png"))
    assert in_guide
    assert in_guide <= shown


def test_the_guide_has_the_same_parts_and_pictures_in_both_languages() -> None:
    english, french = (ROOT / "docs" / "guide" / f"{language}.md" for language in ("en", "fr"))
    assert len(HEADING.findall(text_of(english))) == len(HEADING.findall(text_of(french)))
    assert [path.name.split(".")[0] for path in sorted(pictures_of(english))] == [
        path.name.split(".")[0] for path in sorted(pictures_of(french))
    ]
