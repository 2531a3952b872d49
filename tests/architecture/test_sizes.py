"""No module outgrows what one reads at a time (STYLE.md)."""

from pathlib import Path

import opportune

MOST = 350
OUTGROWN = {"identity/actions.py"}
"""What is longer still. None is added."""


def test_no_module_passes_the_most_lines_that_one_has() -> None:
    root = Path(opportune.__file__).parent
    lines = {
        str(path.relative_to(root)): len(path.read_text(encoding="utf-8").splitlines())
        for path in root.rglob("*.py")
        if path.parent.name != "migrations"
    }
    assert len(lines) > 100
    assert {name for name, count in lines.items() if count > MOST} == OUTGROWN
