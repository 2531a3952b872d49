"""Foreign keys point down, like imports; the linter does not see them when they are written as strings."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]


def heights() -> dict[str, int]:
    """How high each package stands, the highest first, as the import contract says."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in contracts["contracts"] if contract["id"] == "layers")
    return {
        package: len(layers) - number
        for number, layer in enumerate(layers)
        for package in re.findall(r"opportune\.\w+", layer)
    }


def test_foreign_keys_point_down() -> None:
    height = heights()
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and isinstance(field.related_model, type)
        for own, other in [(model._meta.app_config.name, field.related_model._meta.app_config.name)]
        if own != other and own in height and other in height and height[other] >= height[own]
    ]
    assert upward == []


def test_every_application_stands_in_the_import_contract() -> None:
    height = heights()
    own = [config.name for config in apps.get_app_configs() if config.name.startswith("opportune.")]
    assert [name for name in own if name not in height] == []
