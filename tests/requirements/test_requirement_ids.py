"""What code, tests and the coverage table cite of the requirements is defined in `docs/requirements/`.

Two kinds of citation are collected: ids (a series letter, a hyphen, digits, perhaps a part's letter) and sections
(the name of a requirement page, then `§` and a number).
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "docs" / "requirements"
PAGES = sorted(REQUIREMENTS.glob("*.md"))

CITED_ID = re.compile(r"\b[BDCEX]-\d{2,3}[a-k]?\b")
DEFINED_ID = re.compile(r"^\| ([BDCEX]-\d{2,3}[a-k]?) \| \S", re.MULTILINE)
CITED_SECTION = re.compile(
    r"\b(domain|business-central|dynamics-sales|contact-manager)(?:\.md)?\s+§(\d+(?:\.\d+)*)"
)
DEFINED_SECTION = re.compile(r"^(?:#+ |\* \*\*)§(\d+(?:\.\d+)*)", re.MULTILINE)

SERIES_LENGTHS = {"B": 53, "C": 146, "E": 46, "X": 15}


def citing_files() -> list[Path]:
    """Every file that may cite a requirement: the package, the tests, the coverage table, the pages themselves."""
    code = [*(ROOT / "opportune").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    return [*sorted(code), ROOT / "docs" / "coverage.md", ROOT / "GLOSSARY.md", *PAGES]


def cited_ids(files: Iterable[Path]) -> dict[str, set[Path]]:
    """Ids found in the files, each with the files it stands in."""
    found: dict[str, set[Path]] = {}
    for file in files:
        for identifier in CITED_ID.findall(file.read_text(encoding="utf-8")):
            found.setdefault(identifier, set()).add(file)
    return found


def cited_sections(files: Iterable[Path]) -> dict[tuple[str, str], set[Path]]:
    """(page, section number) pairs found in the files, each with the files it stands in."""
    found: dict[tuple[str, str], set[Path]] = {}
    for file in files:
        for page, number in CITED_SECTION.findall(file.read_text(encoding="utf-8")):
            found.setdefault((page, number), set()).add(file)
    return found


def definitions() -> list[str]:
    """Ids in the order of their defining rows, doubles included."""
    return [found for page in PAGES for found in DEFINED_ID.findall(page.read_text(encoding="utf-8"))]


def sections_of(page: str) -> set[str]:
    """Section numbers of one requirement page, named without its suffix."""
    return set(DEFINED_SECTION.findall((REQUIREMENTS / f"{page}.md").read_text(encoding="utf-8")))


def undefined_ids(files: Iterable[Path]) -> list[str]:
    """Ids the files cite and no page defines, each with where it stands."""
    known = set(definitions())
    return [
        f"{identifier} in {', '.join(sorted(file.name for file in where))}"
        for identifier, where in sorted(cited_ids(files).items())
        if identifier not in known
    ]


def undefined_sections(files: Iterable[Path]) -> list[str]:
    """Sections the files cite and their page does not have, each with where it stands."""
    return [
        f"{page}.md §{number} in {', '.join(sorted(file.name for file in where))}"
        for (page, number), where in sorted(cited_sections(files).items())
        if number not in sections_of(page)
    ]


def test_every_id_cited_is_defined() -> None:
    assert undefined_ids(citing_files()) == []


def test_an_unknown_id_is_reported_with_its_file(tmp_path: Path) -> None:
    unknown = f"B-{999}"
    file = tmp_path / "rule.py"
    file.write_text(f'"""Follows {unknown} and {definitions()[0]}."""\n', encoding="utf-8")

    assert undefined_ids([file]) == [f"{unknown} in rule.py"]


def test_every_section_cited_exists() -> None:
    assert undefined_sections(citing_files()) == []


def test_an_unknown_section_is_reported_with_its_file(tmp_path: Path) -> None:
    unknown = f"domain.md §{99}.1"
    file = tmp_path / "rule.py"
    file.write_text(f'"""Follows domain.md §2 and {unknown}."""\n', encoding="utf-8")

    assert undefined_sections([file]) == [f"{unknown} in rule.py"]


def test_each_id_is_defined_once() -> None:
    assert [identifier for identifier, times in Counter(definitions()).items() if times > 1] == []


def test_series_have_no_gaps() -> None:
    defined = set(definitions())
    width = {"B": 3, "C": 3, "E": 2, "X": 2}
    expected = {
        f"{letter}-{number:0{width[letter]}d}"
        for letter, length in SERIES_LENGTHS.items()
        for number in range(1, length + 1)
    }

    assert expected - defined == set()


def test_collector_finds_every_id_of_the_pages() -> None:
    assert set(cited_ids(PAGES)) == set(definitions())
    assert len(definitions()) >= 350


def test_domain_page_has_its_ten_sections() -> None:
    assert {str(number) for number in range(1, 11)} <= sections_of("domain")
