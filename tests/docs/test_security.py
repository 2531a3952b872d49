"""The checklist of security says where each point is met, and what it names exists."""

from __future__ import annotations

import re
from collections import Counter

from tests.docs.test_documents import EXACT, ROOT, names_in

ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+\.\d+\.\d+", line)
]
STATES = {"met", "part", "missing", "n/a", "operator"}


def test_every_point_of_levels_one_and_two_has_one_row() -> None:
    points = Counter(point for row in ROWS for point in row[0].split(", "))
    assert [point for point, count in points.items() if count > 1] == []
    assert len(points) == 253
    assert {point.split(".")[0] for point in points} == {str(chapter) for chapter in range(1, 18)}


def test_every_row_has_a_state_and_says_where_or_why() -> None:
    assert {row[1] for row in ROWS} <= STATES
    assert [row for row in ROWS if len(row[2]) < 5] == []


def test_what_the_checklist_names_exists() -> None:
    missing = []
    for row in ROWS:
        for path, name in EXACT.findall(row[2]):
            folders = [folder / path for folder in (ROOT / "opportune", ROOT / "tests")]
            files = [file for file in folders if file.is_file()]
            if not any(name in names_in(file) for file in files):
                missing.append(f"{path}:{name}")
    assert missing == []
