"""What sentences are made of, so that every door can put all of it into the reader's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import opportune

ROOT = Path(opportune.__file__).parent
MAKERS = {"sentence", "counted"}


def calls_of(path: Path) -> Iterator[ast.Call]:
    """The places of a module where a sentence is made."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
            yield node


def writes_a_day(value: ast.expr) -> bool:
    """Whether a value of a sentence is made into text as machines write days."""
    return any(isinstance(node, ast.Attribute) and node.attr == "isoformat" for node in ast.walk(value))


def test_a_sentence_is_handed_days_and_not_what_machines_write() -> None:
    made = [(path, call) for path in ROOT.rglob("*.py") for call in calls_of(path)]
    assert len(made) > 300
    as_machines = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in made
        if any(writes_a_day(each.value) for each in call.keywords)
    ]
    assert as_machines == []
