"""Documents that must agree with the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from opportune.config.env import SETTINGS

ROOT = Path(__file__).resolve().parents[2]


def first_cells(document: str) -> list[str]:
    """The first cell of every row of every table of a document, without its headings."""
    lines = (ROOT / "docs" / document).read_text(encoding="utf-8").splitlines()
    cells = [line.split("|")[1].strip().strip("`") for line in lines if line.startswith("| ")]
    return [cell for cell in cells if cell not in {"---", "variable", "package"}]


def test_every_setting_is_documented_as_it_is_declared() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "–"
        assert f"| `{setting.name}` | {default} | {setting.meaning} |" in text
    assert first_cells("settings.md") == [setting.name for setting in SETTINGS]


def test_every_direct_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = [re.split(r"[~=<>!; ]", requirement)[0] for requirement in asked]
    assert sorted(first_cells("dependencies.md")) == sorted(names)
